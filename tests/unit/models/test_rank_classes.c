#include <criterion/criterion.h>

#include "models/cluster/placement.h"
#include "models/traffic/rank_classes.h"
#include "tests/unit/models/small_cluster.h"

static RankClasses classes_of(Arena *arena, const SimulationSpec *spec) {
    ErrorList errors;
    error_list_init(&errors, arena);
    return rank_classes_create(arena, spec, &spec->jobs[0], placement_of_jobs(spec, arena, &errors));
}

/* Four nodes of 4 GPUs: tensor 2, pipeline 2, data 4. */
static SimulationSpec regular(Arena *arena) {
    SimulationSpec spec = small_cluster(arena, 4, 4);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->tensor_parallel = 2;
    plan->pipeline_parallel = 2;
    small_cluster_resolve(arena, &spec);
    return spec;
}

Test(rank_classes, a_regular_job_has_one_class_per_stage) {
    Arena *arena = arena_create();
    SimulationSpec spec = regular(arena);
    RankClasses ranks = classes_of(arena, &spec);
    cr_assert_eq(ranks.class_count, 2);
    cr_assert_eq(ranks.replica_set_count, 1);
    cr_assert_eq(ranks.classes[0].gpus, 8);
    cr_assert_eq(ranks.classes[1].first_rank, 8);
    cr_assert_str_eq(ranks.classes[1].name, "stage 1");
    arena_destroy(arena);
}

Test(rank_classes, a_slow_gpu_splits_its_replica_and_its_tensor_rank_and_nothing_else) {
    Arena *arena = arena_create();
    SimulationSpec spec = regular(arena);
    spec.cluster.slow_gpus = &(SlowGpuSpec){.gpu = 11, .speed_fraction = 0.83};
    spec.cluster.slow_gpu_count = 1;
    RankClasses ranks = classes_of(arena, &spec);
    /* Rank 11 is stage 1, replica 1, tensor 1: two regular stages, its stage 0, its slow rank and the rank beside it.
     */
    cr_assert_eq(ranks.class_count, 5);
    int64_t gpus = 0, slow = 0;
    for (int i = 0; i < ranks.class_count; i++) {
        gpus += ranks.classes[i].gpus;
        if (ranks.classes[i].speed_fraction < 1) {
            slow += ranks.classes[i].gpus;
            cr_assert_eq(ranks.classes[i].first_rank, 11);
            cr_assert_str_eq(ranks.classes[i].name, "stage 1 replica 1 tensor 1");
        }
    }
    cr_assert_eq(gpus, 16);
    cr_assert_eq(slow, 1);
    cr_assert_eq(ranks.classes[0].gpus, 6);
    arena_destroy(arena);
}

/* 8 nodes of 4 GPUs, a replica each; 1, 4 and 6 meet somebody. */
Test(rank_classes, replicas_that_meet_the_same_are_a_set) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_cluster(arena, 8, 4);
    spec.jobs[0].training.plan.tensor_parallel = 4;
    small_cluster_resolve(arena, &spec);
    uint32_t marks[32];
    for (int rank = 0; rank < 32; rank++)
        marks[rank] = rank / 4 == 1 || rank / 4 == 4 || rank / 4 == 6 ? 2385 : 0;
    ErrorList errors;
    error_list_init(&errors, arena);
    JobPlace place = placement_of_jobs(&spec, arena, &errors)[0];
    place.marks = marks;
    RankClasses ranks = rank_classes_create(arena, &spec, &spec.jobs[0], &place);
    const int expected[2][5] = {{0, 2, 3, 5, 7}, {1, 4, 6}}, counts[2] = {5, 3};
    cr_assert_eq(ranks.replica_set_count, 2);
    for (int set = 0; set < 2; set++) {
        cr_assert_eq(ranks.replica_sets[set].replica_count, counts[set]);
        for (int i = 0; i < counts[set]; i++)
            cr_assert_eq(ranks.replica_sets[set].replicas[i], expected[set][i], "set %d, %d", set, i);
        cr_assert_eq(ranks.classes[set].gpus, 4 * counts[set]);
    }
    cr_assert_str_eq(ranks.classes[1].name, "stage 0 replicas 1..6 (3)");
    arena_destroy(arena);
}

Test(rank_classes, unfolded_every_rank_is_a_class) {
    Arena *arena = arena_create();
    SimulationSpec spec = regular(arena);
    spec.fidelity = FIDELITY_UNFOLDED;
    RankClasses ranks = classes_of(arena, &spec);
    cr_assert_eq(ranks.class_count, 16);
    for (int i = 0; i < 16; i++)
        cr_assert_eq(ranks.classes[i].gpus, 1);
    arena_destroy(arena);
}

Test(rank_classes, tensor_ranks_are_told_apart_where_the_nic_decides_the_way) {
    Arena *arena = arena_create();
    SimulationSpec spec = regular(arena);
    spec.cluster.fabric.nodes_per_leaf = 2;
    spec.cluster.fabric.spines = 3;
    RankClasses ranks = classes_of(arena, &spec);
    cr_assert(ranks.splits_members);
    cr_assert_eq(ranks.class_count, 2 * 2);
    cr_assert_str_eq(ranks.classes[3].name, "stage 1 tensor 1");
    cr_assert_eq(ranks.classes[3].gpus, 4);
    spec.cluster.fabric.routing = ROUTING_SPRAY;
    cr_assert_not(classes_of(arena, &spec).splits_members);
    arena_destroy(arena);
}

Test(rank_classes, spread_placement_deals_nodes_over_the_leaves) {
    Arena *arena = arena_create();
    SimulationSpec spec = regular(arena);
    spec.cluster.fabric.nodes_per_leaf = 2;
    RankClasses packed = classes_of(arena, &spec);
    cr_assert_eq(packed.rank_gpu[5], 5);
    spec.jobs[0].placement = PLACEMENT_SPREAD;
    RankClasses spread = classes_of(arena, &spec);
    /* Nodes in the order 0, 2, 1, 3: the second four ranks are on node 2. */
    cr_assert_eq(spread.rank_gpu[3], 3);
    cr_assert_eq(spread.rank_gpu[5], 9);
    cr_assert_eq(spread.rank_gpu[8], 4);
    arena_destroy(arena);
}
