#include "models/account/sweep_names.h"

#include <criterion/criterion.h>

static void expect_name(const char *const *paths, int count, const char *expected) {
    const SweepResults sweep = {.parameters = paths, .parameter_count = count};
    cr_expect_str_eq(sweep_names_key(&sweep, 0), expected);
}

Test(sweep_names, a_key_is_called_by_its_last_word) {
    expect_name((const char *[]){"jobs[0].plan.micro_batch"}, 1, "micro_batch");
    expect_name((const char *[]){"cluster.nodes"}, 1, "nodes");
    expect_name((const char *[]){"seed"}, 1, "seed");
}

Test(sweep_names, a_key_of_a_part_of_the_cluster_or_the_job_says_of_which) {
    expect_name((const char *[]){"cluster.node.nic.bandwidth"}, 1, "nic.bandwidth");
    expect_name((const char *[]){"cluster.node.gpus"}, 1, "node.gpus");
    expect_name((const char *[]){"jobs[0].gpus"}, 1, "gpus");
    expect_name((const char *[]){"cluster.fabric.spines"}, 1, "spines");
    expect_name((const char *[]){"jobs[0].checkpoint.every"}, 1, "checkpoint.every");
    expect_name((const char *[]){"jobs[0].model.hidden_size"}, 1, "hidden_size");
    expect_name((const char *[]){"cluster.masterplan.x"}, 1, "masterplan.x");
}

Test(sweep_names, a_value_that_names_its_keys_stands_alone) {
    const SweepResults sweep = {.parameters = (const char *[]){"jobs[0].plan"}, .parameter_count = 1};
    Arena *arena = arena_create();
    cr_expect_str_eq(sweep_names_pair(arena, &sweep, 0, "cuda_graphs=true"), "cuda_graphs=true");
    cr_expect_str_eq(sweep_names_pair(arena, &sweep, 0, "unchanged"), "plan=unchanged");
    arena_destroy(arena);
}

Test(sweep_names, a_key_of_one_of_several_items_says_of_which) {
    expect_name((const char *[]){"cluster.fabric.links[4].bandwidth"}, 1, "links[4].bandwidth");
    expect_name((const char *[]){"background[0].rate"}, 1, "background[0].rate");
    expect_name((const char *[]){"jobs[2].plan.micro_batch"}, 1, "jobs[2].plan.micro_batch");
}

Test(sweep_names, keys_that_end_alike_say_more) {
    expect_name((const char *[]){"jobs[0].nodes", "cluster.nodes"}, 2, "jobs[0].nodes");
    expect_name((const char *[]){"cluster.nodes", "jobs[0].nodes"}, 2, "cluster.nodes");
    expect_name((const char *[]){"cluster.nodes", "a.b_nodes"}, 2, "nodes");
}

Test(sweep_names, the_first_of_several_jobs_has_its_number) {
    const Contention contention = {.job_count = 2};
    const Results results = {.contention = &contention};
    const char *const values[] = {"17"};
    const SweepPoint points[] = {{.values = values}, {.values = values, .results = &results}};
    const SweepResults sweep = {
        .parameters = (const char *[]){"jobs[0].nodes"}, .parameter_count = 1, .points = points, .point_count = 2};
    Arena *arena = arena_create();
    cr_expect_str_eq(sweep_names_point(arena, &sweep, &points[0]), "jobs[0].nodes=17");
    arena_destroy(arena);
}
