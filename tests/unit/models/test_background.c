/* Traffic that is no job's: takes exactly its rate, in bursts or as counters say, and ends with the last job. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "models/cluster/cluster_run.h"
#include "sim/engine/engine.h"
#include "tests/unit/models/busy_cluster.h"

/* A send_recv from node 0 to node 1 over the only NIC of each. */
static SimulationSpec sender(Arena *arena, double bytes) {
    SimulationSpec spec = busy_cluster(arena, 4, 1, 0);
    JobSpec *job = busy_cluster_add_collective(&spec, "sender", 2, "0-1");
    job->collective.operation = "send_recv";
    job->collective.algorithm = "auto";
    job->collective.from_bytes = job->collective.to_bytes = bytes;
    job->collective.repeats = 1;
    return spec;
}

/* Step of a transfer of so many bytes, and what a byte more costs: latency is left out. */
static double step_s(const SimulationSpec *spec) {
    Arena *arena = arena_create();
    const Results *results = busy_cluster_run(spec, arena);
    cr_assert_eq(results->status, RUN_OK);
    double step_s = sim_time_to_s(results->contention ? results->contention->jobs[0]->wall : results->wall);
    arena_destroy(arena);
    return step_s;
}

/* Bytes/s of the job with all that `spec` has beside it, between transfers of 2 and 1 times `bytes`. */
static double bandwidth(SimulationSpec spec, double bytes) {
    JobSpec job = spec.jobs[0];
    spec.jobs = &job;
    job.collective.from_bytes = job.collective.to_bytes = bytes;
    double one_s = step_s(&spec);
    job.collective.from_bytes = job.collective.to_bytes = 2 * bytes;
    return bytes / (step_s(&spec) - one_s);
}

Test(background, takes_exactly_its_rate_from_a_link) {
    Arena *arena = arena_create();
    SimulationSpec spec = sender(arena, 1e9);
    double capacity = bandwidth(spec, 1e9);
    cr_expect_float_eq(capacity / 16.25e9, 1, 1e-6);
    busy_cluster_add_background(&spec, "noise", "2", "1")->bytes_per_s = 2.385e9;
    cr_expect_float_eq(bandwidth(spec, 1e9) / (capacity - 2.385e9), 1, 1e-6);
    arena_destroy(arena);
}

Test(background, without_a_rate_takes_its_fair_half) {
    Arena *arena = arena_create();
    SimulationSpec spec = sender(arena, 1e9);
    busy_cluster_add_background(&spec, "noise", "2", "1");
    cr_expect_float_eq(bandwidth(spec, 1e9) / (16.25e9 / 2), 1, 1e-6);
    arena_destroy(arena);
}

Test(background, the_rate_of_a_pair_is_over_all_nics) {
    for (int nics = 1; nics <= 4; nics *= 2) {
        Arena *arena = arena_create();
        SimulationSpec spec = busy_cluster(arena, 3, 4, 0);
        spec.cluster.node.nics = nics;
        spec.cluster.node.nvlink.ramp_s = 0;
        JobSpec *job = busy_cluster_add_collective(&spec, "sender", 2, "0-1");
        job->gpus = 8;
        job->collective.repeats = 1;
        job->collective.from_bytes = job->collective.to_bytes = 1e9;
        double before = bandwidth(spec, 1e9);
        busy_cluster_add_background(&spec, "noise", "2", "1")->bytes_per_s = 1.17e9;
        cr_expect_float_eq(bandwidth(spec, 1e9) / before, (nics * 16.25e9 - 1.17e9) / (nics * 16.25e9), 1e-6, "%d NICs",
                           nics);
        arena_destroy(arena);
    }
}

Test(background, pairs_go_over_the_shorter_list_again) {
    Arena *arena = arena_create();
    SimulationSpec spec = sender(arena, 1e9);
    busy_cluster_add_background(&spec, "noise", "2-3", "1")->bytes_per_s = 1e9;
    cr_expect_float_eq(bandwidth(spec, 1e9) / (16.25e9 - 2e9), 1, 1e-6);
    arena_destroy(arena);
}

Test(background, takes_nothing_from_links_that_it_does_not_use) {
    Arena *arena = arena_create();
    SimulationSpec spec = sender(arena, 1e9);
    busy_cluster_add_background(&spec, "noise", "1", "2");
    Arena *run = arena_create();
    cr_expect_eq(busy_cluster_slowdown(busy_cluster_run(&spec, run), "sender"), 1);
    arena_destroy(run);
    arena_destroy(arena);
}

/* On for 3 ms of 5: in the mean the job has 1 - 0.6 / 2 of the link. */
Test(background, bursts_take_their_part_of_the_time) {
    Arena *arena = arena_create();
    SimulationSpec spec = sender(arena, 1e9);
    BackgroundSpec *noise = busy_cluster_add_background(&spec, "noise", "2", "1");
    noise->on_s = 0.003;
    noise->off_s = 0.002;
    double step = 16.25e9 * 0.005 * 0.7; /* bytes of a whole period */
    cr_expect_float_eq(bandwidth(spec, 20 * step) / (16.25e9 * 0.7), 1, 1e-6);
    arena_destroy(arena);
}

Test(background, results_say_when_a_flow_was_on_and_when_events_held) {
    Arena *arena = arena_create();
    SimulationSpec spec = sender(arena, 1e9);
    BackgroundSpec *noise = busy_cluster_add_background(&spec, "noise", "2", "1");
    noise->start_s = 0.017;
    noise->on_s = 0.003;
    noise->off_s = 0.02;
    busy_cluster_add_event(&spec, "node[2]", 0.02385, 0.001)->speed_fraction = 0.5;
    const Contention *contention = busy_cluster_run(&spec, arena)->contention;
    cr_assert_eq(contention->owner_count, 3);
    cr_expect_eq(contention->present[0].count, 0);
    const Spans *flow = &contention->present[1], *events = &contention->present[2];
    cr_assert_geq(flow->count, 2);
    cr_expect_eq(flow->starts[0], 17000000);
    cr_expect_eq(flow->ends[0], 20000000);
    cr_expect_eq(flow->starts[1], 40000000);
    cr_assert_eq(events->count, 1);
    cr_expect_eq(events->starts[0], 23850000);
    cr_expect_eq(events->ends[0], 24850000);
    arena_destroy(arena);
}

Test(background, random_bursts_have_their_means_and_depend_on_seed_and_name) {
    Arena *arena = arena_create();
    SimulationSpec spec = sender(arena, 20e9);
    BackgroundSpec *noise = busy_cluster_add_background(&spec, "noise", "2", "1");
    noise->on_s = 0.0003;
    noise->off_s = 0.0002;
    noise->random = true;
    double first_s = step_s(&spec);
    cr_expect_float_eq(first_s, 20e9 / (16.25e9 * 0.7), 0.03 * first_s);
    cr_expect_eq(step_s(&spec), first_s);
    spec.seed = 2;
    double second_s = step_s(&spec);
    cr_expect_neq(second_s, first_s);
    spec.seed = 1;
    noise->name = "hum";
    cr_expect_neq(step_s(&spec), first_s);
    cr_expect_neq(step_s(&spec), second_s);
    arena_destroy(arena);
}

/* 1 s at 4e9, 1 s at 0, then 7e9: 30e9 bytes are 12.25e9 and 16.25e9 in the first 2 s, and the rest at 9.25e9. */
Test(background, samples_hold_until_the_next) {
    Arena *arena = arena_create();
    SimulationSpec spec = sender(arena, 30e9);
    double alone_s = step_s(&spec);
    BackgroundSpec *noise = busy_cluster_add_background(&spec, "noise", "2", "1");
    noise->samples = (const RateSample[]){{0, 4e9}, {1, 0}, {2, 7e9}};
    noise->sample_count = 3;
    double latency_s = alone_s - 30e9 / 16.25e9;
    double slow = latency_s * (16.25e9 - 4e9); /* bytes that the latency costs in the first second */
    double expected_s = 2 + (30e9 - 12.25e9 - 16.25e9 + slow) / 9.25e9;
    cr_expect_float_eq(step_s(&spec), expected_s, 1e-6, "%.9f s, expected %.9f s", step_s(&spec), expected_s);
    arena_destroy(arena);
}

Test(background, begins_at_its_start_and_shows_in_who_hurt_whom) {
    Arena *arena = arena_create();
    SimulationSpec spec = sender(arena, 16.25e9);
    BackgroundSpec *noise = busy_cluster_add_background(&spec, "noise", "2", "1");
    double alone_s = 1;
    noise->start_s = 0.5;
    Arena *run = arena_create();
    const Results *results = busy_cluster_run(&spec, run);
    cr_expect_float_eq(busy_cluster_slowdown(results, "sender"), alone_s + 0.5, 1e-4);
    cr_expect_float_eq(busy_cluster_metric(results, "sender", "due_to.noise_fraction"), 0.5 / 1.5, 1e-4);
    cr_expect_eq(busy_cluster_metric(results, "sender", "due_to.links_fraction"), 0);
    arena_destroy(run);
    arena_destroy(arena);
}

Test(background, links_carry_nothing_of_it_after_the_last_job) {
    Arena *arena = arena_create();
    SimulationSpec spec = sender(arena, 16.25e9);
    busy_cluster_add_background(&spec, "noise", "2", "3")->bytes_per_s = 2.385e9;
    const Results *results = busy_cluster_run(&spec, arena);
    const LinkUse *link = results->links;
    while (strcmp(link->name, "node[3].nic[0].in") != 0)
        link++;
    cr_expect_float_eq(link->bytes, 2.385e9 * sim_time_to_s(results->wall), 10);
    arena_destroy(arena);
}

Test(background, one_that_begins_after_the_end_changes_nothing_and_ends) {
    Arena *arena = arena_create();
    SimulationSpec spec = sender(arena, 1e9);
    BackgroundSpec *noise = busy_cluster_add_background(&spec, "noise", "2", "1");
    noise->start_s = 1000;
    noise->on_s = noise->off_s = 1e-6;
    Arena *run = arena_create();
    const Results *results = busy_cluster_run(&spec, run);
    cr_expect_eq(busy_cluster_slowdown(results, "sender"), 1);
    cr_expect_lt(results->event_count, 20);
    arena_destroy(run);
    arena_destroy(arena);
}
