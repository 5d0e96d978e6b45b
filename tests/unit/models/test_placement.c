/* Which GPUs jobs get: nobody shares one, places follow their word, and mistakes are told. */
#include "models/cluster/placement.h"

#include <criterion/criterion.h>
#include <string.h>

#include "models/spec_resolve.h"
#include "tests/unit/models/busy_cluster.h"

typedef struct Bed {
    Arena *arena;
    SimulationSpec spec;
    ErrorList errors;
    const JobPlace *places;
} Bed;

static Bed bed_create(int nodes, int gpus, int nodes_per_leaf) {
    Bed bed = {.arena = arena_create()};
    bed.spec = busy_cluster(bed.arena, nodes, gpus, nodes_per_leaf);
    return bed;
}

static void place(Bed *bed) {
    error_list_init(&bed->errors, bed->arena);
    bed->places = placement_of_jobs(&bed->spec, bed->arena, &bed->errors);
}

/* Nodes of a job in the order of its ranks, as text: "0 2". */
static const char *nodes_of(const Bed *bed, int job) {
    const char *text = "";
    int last = -1;
    for (int64_t rank = 0; rank < bed->spec.jobs[job].gpus; rank++) {
        int node = bed->places[job].rank_gpu[rank] / bed->spec.cluster.node.gpus;
        if (node != last)
            text = arena_format(bed->arena, "%s%s%d", text, *text ? " " : "", node);
        last = node;
    }
    return text;
}

static void expect_each_gpu_once(const Bed *bed) {
    int64_t gpus = bed->spec.cluster.nodes * bed->spec.cluster.node.gpus;
    int *owner = ARENA_ARRAY(bed->arena, gpus, int);
    for (int job = 0; job < bed->spec.job_count; job++)
        for (int64_t rank = 0; rank < bed->spec.jobs[job].gpus; rank++) {
            int gpu = bed->places[job].rank_gpu[rank];
            cr_assert(gpu >= 0 && gpu < gpus);
            cr_assert_eq(owner[gpu], 0, "GPU %d has jobs %d and %d", gpu, owner[gpu] - 1, job);
            owner[gpu] = job + 1;
        }
}

Test(placement, a_job_that_says_its_nodes_gets_all_of_their_gpus) {
    Arena *arena = arena_create();
    SimulationSpec spec = busy_cluster(arena, 5, 3, 0);
    busy_cluster_add_collective(&spec, "some", 0, "1,3");
    const Results *results = busy_cluster_run(&spec, arena);
    cr_expect_eq(results->gpus, 6);
    arena_destroy(arena);
}

Test(placement, packed_fills_leaf_after_leaf) {
    Bed bed = bed_create(8, 4, 4);
    busy_cluster_add_collective(&bed.spec, "a", 12, "");
    busy_cluster_add_collective(&bed.spec, "b", 8, "");
    place(&bed);
    cr_expect_str_eq(nodes_of(&bed, 0), "0 1 2");
    cr_expect_str_eq(nodes_of(&bed, 1), "3 4");
    expect_each_gpu_once(&bed);
    arena_destroy(bed.arena);
}

Test(placement, spread_takes_one_node_of_each_leaf_in_turn) {
    Bed bed = bed_create(8, 4, 4);
    busy_cluster_add_collective(&bed.spec, "a", 12, "")->placement = PLACEMENT_SPREAD;
    busy_cluster_add_collective(&bed.spec, "b", 8, "")->placement = PLACEMENT_SPREAD;
    place(&bed);
    cr_expect_str_eq(nodes_of(&bed, 0), "0 4 1");
    cr_expect_str_eq(nodes_of(&bed, 1), "5 2");
    expect_each_gpu_once(&bed);
    arena_destroy(bed.arena);
}

Test(placement, given_nodes_are_taken_in_their_order_and_before_all_others) {
    Bed bed = bed_create(8, 4, 4);
    busy_cluster_add_collective(&bed.spec, "a", 8, "");
    busy_cluster_add_collective(&bed.spec, "b", 16, "5, 0 - 1,7");
    place(&bed);
    cr_expect_str_eq(nodes_of(&bed, 1), "5 0 1 7");
    cr_expect_str_eq(nodes_of(&bed, 0), "2 3");
    expect_each_gpu_once(&bed);
    arena_destroy(bed.arena);
}

Test(placement, whole_nodes_stay_whole_and_others_fill_up_what_is_left) {
    Bed bed = bed_create(4, 4, 2);
    busy_cluster_add_collective(&bed.spec, "a", 3, "");
    busy_cluster_add_collective(&bed.spec, "b", 8, "");
    busy_cluster_add_collective(&bed.spec, "c", 5, "");
    place(&bed);
    cr_expect_str_eq(nodes_of(&bed, 0), "0");
    cr_expect_str_eq(nodes_of(&bed, 1), "1 2");
    cr_expect_str_eq(nodes_of(&bed, 2), "0 3");
    expect_each_gpu_once(&bed);
    arena_destroy(bed.arena);
}

static const char *random_nodes(uint64_t seed, const char *name, Arena *arena) {
    Bed bed = bed_create(32, 2, 4);
    bed.spec.seed = seed;
    busy_cluster_add_collective(&bed.spec, name, 32, "")->placement = PLACEMENT_RANDOM;
    place(&bed);
    expect_each_gpu_once(&bed);
    const char *nodes = arena_format(arena, "%s", nodes_of(&bed, 0));
    arena_destroy(bed.arena);
    return nodes;
}

Test(placement, random_nodes_depend_on_the_seed_and_the_name_and_on_nothing_else) {
    Arena *arena = arena_create();
    const char *nodes = random_nodes(7, "a", arena);
    cr_expect_str_eq(random_nodes(7, "a", arena), nodes);
    cr_expect_str_neq(random_nodes(8, "a", arena), nodes);
    cr_expect_str_neq(random_nodes(7, "b", arena), nodes);
    arena_destroy(arena);
}

Test(placement, jobs_of_any_size_and_place_never_share_a_gpu) {
    static const Placement WORDS[] = {PLACEMENT_PACKED, PLACEMENT_SPREAD, PLACEMENT_RANDOM};
    for (int round = 0; round < 60; round++) {
        Bed bed = bed_create(9, 4, 3);
        bed.spec.seed = (uint64_t)round;
        busy_cluster_add_collective(&bed.spec, "given", 4 + round % 5, "7,2-3");
        for (int job = 0; job < 4; job++)
            busy_cluster_add_collective(&bed.spec, (const char *[]){"a", "b", "c", "d"}[job], 1 + round * (job + 3) % 6,
                                        "")
                ->placement = WORDS[(round + job) % 3];
        place(&bed);
        cr_assert_not_null(bed.places, "round %d", round);
        expect_each_gpu_once(&bed);
        arena_destroy(bed.arena);
    }
}

static void expect_error(Bed *bed, const char *path, const char *text) {
    error_list_init(&bed->errors, bed->arena);
    cr_assert_not(simulation_spec_resolve(&bed->spec, &bed->errors));
    cr_assert_eq(bed->errors.count, 1);
    cr_expect_str_eq(bed->errors.items[0].path, path);
    cr_expect_str_eq(bed->errors.items[0].message, text);
}

Test(placement, more_than_is_free_is_an_error) {
    Bed bed = bed_create(4, 4, 2);
    busy_cluster_add_collective(&bed.spec, "a", 3, "");
    busy_cluster_add_collective(&bed.spec, "b", 16, "");
    expect_error(&bed, "jobs", "found 16 GPUs for job b, 12 of which are free, expected fewer GPUs or more nodes");
    arena_destroy(bed.arena);
}

Test(placement, more_than_the_given_nodes_have_is_an_error) {
    Bed bed = bed_create(4, 4, 2);
    busy_cluster_add_collective(&bed.spec, "a", 9, "1,3");
    expect_error(&bed, "jobs[0].nodes",
                 "found 9 GPUs for job a, 8 of which are free on its `nodes`, expected fewer GPUs or more nodes");
    arena_destroy(bed.arena);
}

Test(placement, nodes_of_another_job_are_an_error_that_names_it) {
    Bed bed = bed_create(4, 4, 2);
    busy_cluster_add_collective(&bed.spec, "a", 8, "0-1");
    busy_cluster_add_collective(&bed.spec, "b", 8, "2,1");
    expect_error(&bed, "jobs[1].nodes",
                 "found 8 GPUs for job b, 4 of which are free on its `nodes`; job a is on node 1, expected fewer GPUs "
                 "or more nodes");
    arena_destroy(bed.arena);
}

Test(placement, lists_that_are_none_are_errors) {
    static const struct {
        const char *list, *found;
    } BAD[] = {{"4", "\"4\""},   {"0-", "\"0-\""},           {"2-1", "\"2-1\", which runs backwards"},
               {"a", "\"a\""},   {"0,,1", "\"0,,1\""},       {"0,", "\"0,\""},
               {"-1", "\"-1\""}, {"1,0-2", "node 1 twice"},  {"0 1", "\"0 1\""},
               {" ", "\" \""},   {"0-3 ,3", "node 3 twice"}, {"99999999999999999999", "\"99999999999999999999\""}};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        Bed bed = bed_create(4, 4, 2);
        busy_cluster_add_collective(&bed.spec, "a", 4, BAD[i].list);
        expect_error(&bed, "jobs[0].nodes",
                     arena_format(bed.arena, "found %s, expected nodes in 0 .. 3, such as \"0-7, 12\"", BAD[i].found));
        arena_destroy(bed.arena);
    }
}

/* Marks: who is beside whom, by node and by leaf, whatever their numbers add up to. */

static uint32_t mark(const Bed *bed, int job, int rank) {
    return bed->places[job].marks[rank];
}

Test(placement, who_meets_nobody_has_no_mark) {
    Bed bed = bed_create(8, 2, 2);
    busy_cluster_add_collective(&bed.spec, "a", 4, "0-1");
    busy_cluster_add_collective(&bed.spec, "b", 4, "2-3");
    place(&bed);
    for (int rank = 0; rank < 4; rank++)
        cr_expect_eq(mark(&bed, 0, rank), 0);
    arena_destroy(bed.arena);
}

/* Jobs 0 and 3 on one leaf, 1 and 2 on the other: their numbers have equal sums. */
Test(placement, different_guests_leave_different_marks) {
    Bed bed = bed_create(6, 2, 3);
    busy_cluster_add_collective(&bed.spec, "a", 2, "1");
    busy_cluster_add_collective(&bed.spec, "b", 2, "4");
    busy_cluster_add_collective(&bed.spec, "c", 2, "5");
    busy_cluster_add_collective(&bed.spec, "d", 2, "2");
    busy_cluster_add_collective(&bed.spec, "e", 4, "0,3");
    place(&bed);
    cr_expect_neq(mark(&bed, 4, 0), mark(&bed, 4, 2));
    cr_expect_eq(mark(&bed, 4, 0), mark(&bed, 4, 1));
    arena_destroy(bed.arena);
}

Test(placement, a_guest_and_an_event_do_not_cancel_out) {
    Bed bed = bed_create(4, 2, 2);
    busy_cluster_add_collective(&bed.spec, "a", 2, "1");
    busy_cluster_add_collective(&bed.spec, "b", 4, "0,3");
    busy_cluster_add_event(&bed.spec, "leaf[0].up", 0, 0);
    place(&bed);
    uint32_t both = mark(&bed, 1, 0);
    bed.spec.link_event_count = 0;
    place(&bed);
    cr_expect_neq(both, mark(&bed, 1, 0));
    cr_expect_neq(both, 0);
    cr_expect_eq(mark(&bed, 1, 2), 0);
    arena_destroy(bed.arena);
}

Test(placement, a_node_with_a_guest_is_not_like_its_neighbour_without) {
    Bed bed = bed_create(4, 2, 2);
    busy_cluster_add_collective(&bed.spec, "a", 8, "0-3");
    busy_cluster_add_background(&bed.spec, "noise", "0", "2");
    place(&bed);
    cr_expect_neq(mark(&bed, 0, 0), mark(&bed, 0, 2));
    cr_expect_neq(mark(&bed, 0, 2), 0);
    arena_destroy(bed.arena);
}

Test(placement, events_mark_the_nodes_and_leaves_that_they_name) {
    static const struct {
        const char *link;
        int first, last; /* nodes */
    } EVENTS[] = {{"node[2].nic[1].in", 2, 2}, {"gpu[5]", 2, 2}, {"leaf[1].down", 2, 3}, {"leaf[0]", 0, 1}};
    for (int i = 0; i < 4; i++) {
        Bed bed = bed_create(4, 2, 2);
        busy_cluster_add_collective(&bed.spec, "a", 8, "0-3");
        busy_cluster_add_event(&bed.spec, EVENTS[i].link, 0, 0);
        place(&bed);
        for (int rank = 0; rank < 8; rank++)
            cr_expect_eq(mark(&bed, 0, rank) != 0, rank / 2 >= EVENTS[i].first && rank / 2 <= EVENTS[i].last,
                         "%s, rank %d", EVENTS[i].link, rank);
        cr_expect_eq(bed.places[0].splits_nodes, i < 2, "%s", EVENTS[i].link);
        arena_destroy(bed.arena);
    }
}
