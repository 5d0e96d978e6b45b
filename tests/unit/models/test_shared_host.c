/* Jobs that slow each other down outside the network: the verdict names what they share and how much each slows. */
#include "models/account/shared_host.h"

#include <criterion/criterion.h>
#include <string.h>

#include "tests/unit/models/busy_cluster.h"

static const LoaderSpec READER = {.stored_bytes = 47e6, .copied_bytes = 1e3, .workers = 2};

/* Jobs of 2 GPUs on nodes of their own; what they read and write goes through one target. */
static SimulationSpec jobs_on_one_target(Arena *arena, int jobs) {
    static const char *const NAMES[] = {"one", "two", "three", "four", "five", "six"};
    static const char *const NODES[] = {"0", "1", "2", "3", "4", "5"};
    SimulationSpec spec = busy_cluster(arena, 6, 2, 0);
    spec.cluster.storage = (StorageSpec){.read_bytes_per_s = 2.385e9, .write_bytes_per_s = 1e9};
    for (int i = 0; i < jobs; i++) {
        JobSpec *job = busy_cluster_add_training(&spec, NAMES[i], 2, NODES[i]);
        job->steps = 3;
        job->loader = READER;
    }
    return spec;
}

static void expect_words(const Results *results, const char *words) {
    cr_expect_not_null(strstr(results->verdict, words), "%s", results->verdict);
}

Test(shared_host, jobs_that_read_from_one_target_are_said_to_wait_for_it) {
    Arena *arena = arena_create();
    SimulationSpec spec = jobs_on_one_target(arena, 2);
    const Results *results = busy_cluster_run(&spec, arena);
    cr_assert_str_eq(results->verdict,
                     "one runs 1.92 times as long as alone: 47.9 % of its time it waits longer for the shared storage, "
                     "which others use too: two (1.92 times as long).");
    arena_destroy(arena);
}

Test(shared_host, a_job_that_does_not_use_the_storage_is_not_named) {
    Arena *arena = arena_create();
    SimulationSpec spec = jobs_on_one_target(arena, 3);
    spec.jobs[2].loader = (LoaderSpec){0};
    const Results *results = busy_cluster_run(&spec, arena);
    expect_words(results, "which others use too: two (1.92 times as long).");
    arena_destroy(arena);
}

Test(shared_host, many_other_jobs_are_counted) {
    Arena *arena = arena_create();
    SimulationSpec spec = jobs_on_one_target(arena, 6);
    expect_words(busy_cluster_run(&spec, arena),
                 "others use too: four (5.6 times as long), one (5.6 times as long), six (5.6 times as long) "
                 "and 2 more.");
    arena_destroy(arena);
}

Test(shared_host, checkpoints_that_are_written_at_the_same_time_wait_for_the_storage) {
    Arena *arena = arena_create();
    SimulationSpec spec = jobs_on_one_target(arena, 2);
    for (int i = 0; i < 2; i++) {
        spec.jobs[i].loader = (LoaderSpec){0};
        spec.jobs[i].checkpoint = (CheckpointSpec){.every_steps = 3, .bytes_per_parameter = 14};
    }
    expect_words(busy_cluster_run(&spec, arena), "of its time it waits longer for the shared storage");
    arena_destroy(arena);
}

Test(shared_host, workers_of_two_jobs_on_a_node_wait_for_its_cpus) {
    Arena *arena = arena_create();
    SimulationSpec spec = jobs_on_one_target(arena, 2);
    for (int i = 0; i < 2; i++) {
        spec.jobs[i].loader = (LoaderSpec){.stored_bytes = 1e3, .prepare_core_s = 0.31, .copied_bytes = 1e3};
        spec.jobs[i].loader.workers = 3;
        spec.jobs[i].gpus = 1;
        spec.jobs[i].nodes = "0";
    }
    spec.cluster.node.cpu_cores = 4;
    expect_words(busy_cluster_run(&spec, arena), "it waits longer for the CPUs of the nodes, which others use too");
    arena_destroy(arena);
}

Test(shared_host, drives_of_their_own_hurt_nobody) {
    Arena *arena = arena_create();
    SimulationSpec spec = jobs_on_one_target(arena, 2);
    spec.cluster.storage.local = true;
    expect_words(busy_cluster_run(&spec, arena), "Nobody hurts anybody much");
    arena_destroy(arena);
}

Test(shared_host, a_job_that_loses_more_on_the_network_is_told_so) {
    Arena *arena = arena_create();
    SimulationSpec spec = busy_cluster(arena, 4, 2, 2);
    spec.cluster.storage = (StorageSpec){.read_bytes_per_s = 2.385e9, .write_bytes_per_s = 1e9};
    spec.cluster.fabric.oversubscription = 16;
    for (int i = 0; i < 2; i++) {
        JobSpec *job = busy_cluster_add_training(&spec, i == 0 ? "one" : "two", 4, i == 0 ? "0,2" : "1,3");
        job->steps = 3;
        job->loader = (LoaderSpec){.stored_bytes = 24e6, .copied_bytes = 1e3, .workers = 2};
    }
    expect_words(busy_cluster_run(&spec, arena), "of its exposed communication");
    arena_destroy(arena);
}
