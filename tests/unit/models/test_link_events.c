/* Links that fail, slow down and flap under jobs. */
#include "models/cluster/link_events.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "sim/engine/engine.h"
#include "tests/unit/models/busy_cluster.h"

static double wall_s(const Results *results) {
    cr_assert_eq(results->status, RUN_OK, "%s", results->verdict);
    return sim_time_to_s(results->contention ? results->contention->jobs[0]->wall : results->wall);
}

static double run_s(const SimulationSpec *spec) {
    Arena *arena = arena_create();
    double s = wall_s(busy_cluster_run(spec, arena));
    arena_destroy(arena);
    return s;
}

/* A send_recv of 16.25e9 bytes, 1 s, from node 0 to node 1 under one leaf. */
static SimulationSpec sender(Arena *arena) {
    SimulationSpec spec = busy_cluster(arena, 4, 1, 0);
    JobSpec *job = busy_cluster_add_collective(&spec, "sender", 2, "0-1");
    job->collective.operation = "send_recv";
    job->collective.algorithm = "auto";
    job->collective.from_bytes = job->collective.to_bytes = 16.25e9;
    job->collective.repeats = 1;
    return spec;
}

static const double REROUTE_S = 0.2385;

/* The same from leaf to leaf, over one of `spines`. */
static SimulationSpec crossing_sender(Arena *arena, int spines) {
    SimulationSpec spec = sender(arena);
    spec.cluster.fabric.nodes_per_leaf = 2;
    spec.cluster.fabric.spines = spines;
    spec.cluster.fabric.oversubscription = 2.0 / spines;
    if (spec.cluster.fabric.oversubscription < 1)
        spec.cluster.fabric.oversubscription = 1;
    spec.cluster.fabric.reroute_s = REROUTE_S;
    spec.jobs[0].nodes = "0,2";
    return spec;
}

Test(link_events, a_name_means_a_link_and_all_below_it) {
    cr_expect(link_event_matches("node[3]", "node[3].nic[1].out"));
    cr_expect(link_event_matches("leaf[2].up", "leaf[2].up[3]"));
    cr_expect(link_event_matches("leaf[2].up[3]", "leaf[2].up[3]"));
    cr_expect(link_event_matches("leaf", "leaf[2].up[3]"));
    cr_expect_not(link_event_matches("node[3]", "node[31].nic[1].out"));
    cr_expect_not(link_event_matches("leaf[2].up[3]", "leaf[2].up[31]"));
    cr_expect_not(link_event_matches("leaf[2].up[3].x", "leaf[2].up[3]"));
    cr_expect_not(link_event_matches("nod", "node[3]"));
}

Test(link_events, without_another_way_a_flow_waits_exactly_as_long_as_its_link_is_dead) {
    static const char *const LINKS[] = {"node[0]", "node[1].nic[0].in", "node"};
    for (int i = 0; i < 3; i++) {
        Arena *arena = arena_create();
        SimulationSpec spec = sender(arena);
        double alone_s = run_s(&spec);
        busy_cluster_add_event(&spec, LINKS[i], 0.4, 0.2385);
        Arena *run = arena_create();
        const Results *results = busy_cluster_run(&spec, run);
        cr_expect_float_eq(wall_s(results), alone_s + 0.2385, 3e-9, "%s", LINKS[i]);
        cr_expect_float_eq(busy_cluster_metric(results, "sender", "due_to.links_fraction"), 0.2385 / wall_s(results),
                           1e-6);
        arena_destroy(run);
        arena_destroy(arena);
    }
}

Test(link_events, an_event_on_a_link_that_nobody_uses_changes_nothing) {
    static const char *const LINKS[] = {"node[2]", "node[0].nic[0].in", "gpu[3]"};
    for (int i = 0; i < 3; i++) {
        Arena *arena = arena_create();
        SimulationSpec spec = sender(arena);
        double alone_s = run_s(&spec);
        busy_cluster_add_event(&spec, LINKS[i], 0.1, 0);
        cr_expect_eq(run_s(&spec), alone_s, "%s", LINKS[i]);
        arena_destroy(arena);
    }
}

/* 0.4 s at full speed; the other 0.6 s take four times as long. */
Test(link_events, at_a_quarter_of_its_speed_a_link_takes_four_times_as_long) {
    Arena *arena = arena_create();
    SimulationSpec spec = sender(arena);
    double alone_s = run_s(&spec);
    busy_cluster_add_event(&spec, "node[1]", 0.4, 0)->speed_fraction = 0.25;
    Arena *run = arena_create();
    const Results *results = busy_cluster_run(&spec, run);
    double expected_s = 0.4 + 4 * (alone_s - 0.4);
    cr_expect_float_eq(wall_s(results), expected_s, 1e-8);
    cr_expect_float_eq(busy_cluster_metric(results, "sender", "due_to.links_fraction"),
                       (expected_s - alone_s) / expected_s, 1e-6);
    arena_destroy(run);
    arena_destroy(arena);
}

/* From 0.1 s on dead for 60 of every 100 ms: 40 ms of work in each period after the first. */
Test(link_events, a_flapping_link_is_dead_again_and_again) {
    Arena *arena = arena_create();
    SimulationSpec spec = sender(arena);
    double alone_s = run_s(&spec);
    busy_cluster_add_event(&spec, "node[1]", 0.1, 0.06)->every_s = 0.1;
    double periods = ceil((alone_s - 0.1) / 0.04 - 1e-9);
    cr_expect_float_eq(run_s(&spec), alone_s + periods * 0.06, 1e-6);
    arena_destroy(arena);
}

Test(link_events, of_events_on_one_link_the_lowest_speed_holds) {
    Arena *arena = arena_create();
    SimulationSpec spec = sender(arena);
    double alone_s = run_s(&spec);
    busy_cluster_add_event(&spec, "node[1]", 0.1, 0.4)->speed_fraction = 0.5;
    busy_cluster_add_event(&spec, "node[1].nic[0].in", 0.2, 0.1);
    busy_cluster_add_event(&spec, "node", 0.25, 0.2)->speed_fraction = 0.75;
    cr_expect_float_eq(run_s(&spec), alone_s + 0.1 + 0.3 * 0.5, 1e-8);
    arena_destroy(arena);
}

/* The link of the flow fails for good at 0.4 s; it waits until the fabric knows and then takes another spine. */
Test(link_events, a_flow_goes_around_a_dead_link_once_the_fabric_knows) {
    double late_s[2];
    for (int spine = 0; spine < 2; spine++) {
        Arena *arena = arena_create();
        SimulationSpec spec = crossing_sender(arena, 2);
        double alone_s = run_s(&spec);
        busy_cluster_add_event(&spec, arena_format(arena, "leaf[0].up[%d]", spine), 0.4, 0);
        late_s[spine] = run_s(&spec) - alone_s;
        arena_destroy(arena);
    }
    cr_expect_float_eq(fmin(late_s[0], late_s[1]), 0, 3e-9, "one of both is not the link of the flow");
    cr_expect_float_eq(fmax(late_s[0], late_s[1]), REROUTE_S, 3e-9, "one of both is the link of the flow");
}

/* A second failure while the fabric does not know of it: the first is known, and no flow is held up for ever. */
Test(link_events, a_second_dead_link_is_gone_around_too) {
    double sum_s = 0, alone_s = 0;
    for (int spine = 0; spine < 3; spine++) {
        Arena *arena = arena_create();
        SimulationSpec spec = crossing_sender(arena, 3);
        alone_s = run_s(&spec);
        busy_cluster_add_event(&spec, arena_format(arena, "leaf[1].up[%d]", spine), 0.1, 0);
        busy_cluster_add_event(&spec, arena_format(arena, "leaf[0].up[%d]", spine), 0.4, 0);
        sum_s += run_s(&spec);
        arena_destroy(arena);
    }
    cr_expect_float_eq(sum_s, 3 * alone_s + REROUTE_S, 1e-8, "one of the three is the link of the flow");
}

Test(link_events, a_failure_shorter_than_the_reroute_is_waited_for) {
    Arena *arena = arena_create();
    SimulationSpec spec = crossing_sender(arena, 2);
    double alone_s = run_s(&spec);
    busy_cluster_add_event(&spec, "leaf[0].up", 0.4, 0.1);
    cr_expect_float_eq(run_s(&spec), alone_s + 0.1, 3e-9);
    arena_destroy(arena);
}

/* What is sprayed loads the way up of a leaf as one link. */
Test(link_events, a_sprayed_message_waits_for_the_way_up_of_its_leaf) {
    Arena *arena = arena_create();
    SimulationSpec spec = crossing_sender(arena, 2);
    spec.cluster.fabric.routing = ROUTING_SPRAY;
    double alone_s = run_s(&spec);
    busy_cluster_add_event(&spec, "leaf[0].up", 0.4, 0.2385);
    cr_expect_float_eq(run_s(&spec), alone_s + 0.2385, 3e-9);
    arena_destroy(arena);
}

static void expect_endless(SimulationSpec *spec) {
    Arena *arena = arena_create();
    const Results *results = busy_cluster_run(spec, arena);
    cr_expect_eq(results->status, RUN_TOO_LONG, "%s", results->verdict);
    cr_expect(isnan(busy_cluster_slowdown(results, "sender")));
    arena_destroy(arena);
}

/* Whatever goes on beside it. */
Test(link_events, a_job_whose_link_is_dead_for_ever_does_not_end_and_the_run_does, .timeout = 5) {
    Arena *arena = arena_create();
    SimulationSpec spec = sender(arena);
    busy_cluster_add_event(&spec, "node[1]", 0.4, 0);
    expect_endless(&spec);
    BackgroundSpec *noise = busy_cluster_add_background(&spec, "noise", "2", "0");
    noise->on_s = noise->off_s = 1e-3;
    expect_endless(&spec);
    busy_cluster_add_event(&spec, "node[3]", 0.1, 0.001)->every_s = 0.003;
    expect_endless(&spec);
    busy_cluster_add_event(&spec, "node[0]", 0.1, 0.001)->every_s = 0.003;
    expect_endless(&spec);
    arena_destroy(arena);
}

Test(link_events, all_ways_dead_is_as_bad_as_the_only_one, .timeout = 5) {
    Arena *arena = arena_create();
    SimulationSpec spec = crossing_sender(arena, 2);
    BackgroundSpec *noise = busy_cluster_add_background(&spec, "noise", "1", "3");
    noise->on_s = noise->off_s = 1e-3;
    busy_cluster_add_event(&spec, "leaf[0].up", 0.4, 0);
    expect_endless(&spec);
    arena_destroy(arena);
}

/* The one that ends is not blamed. */
Test(link_events, who_waits_for_ever_is_told_from_who_was_stopped) {
    Arena *arena = arena_create();
    SimulationSpec spec = sender(arena);
    busy_cluster_add_collective(&spec, "other", 2, "2-3")->collective.repeats = 1000;
    busy_cluster_add_event(&spec, "node[1]", 0.4, 0);
    const Results *results = busy_cluster_run(&spec, arena);
    cr_expect_eq(results->status, RUN_TOO_LONG);
    cr_expect_eq(results->contention->jobs[0]->status, RUN_STOPPED);
    cr_expect_eq(results->contention->jobs[1]->status, RUN_TOO_LONG);
    arena_destroy(arena);
}

Test(link_events, folded_and_unfolded_agree_beside_a_slow_link) {
    static const char *const LINKS[] = {"node[2]", "leaf[1].up", "leaf[0]", "node[5].nic[1].out", "gpu[3]"};
    for (int i = 0; i < 5; i++) {
        Arena *arena = arena_create();
        SimulationSpec spec = busy_cluster(arena, 8, 2, 2);
        JobSpec *job = busy_cluster_add_training(&spec, "job", 16, "");
        job->training.plan.tensor_parallel = 2;
        job->training.plan.pipeline_parallel = 2;
        job->training.plan.gradient_accumulation = 4;
        busy_cluster_add_event(&spec, LINKS[i], 0.002, 0)->speed_fraction = 0.2385;
        double folded_s = run_s(&spec);
        spec.fidelity = FIDELITY_UNFOLDED;
        cr_expect_float_eq(folded_s / run_s(&spec), 1, 0.01, "%s: folded %.9f s, unfolded %.9f s", LINKS[i], folded_s,
                           run_s(&spec));
        arena_destroy(arena);
    }
}

/* When the NIC of the only class whose name ends so was last busy, seconds from the start of the step. */
static double busy_until_s(const Results *results, const char *ending) {
    double until_s = 0;
    for (int i = 0; i < results->series_count; i++) {
        const SeriesSamples *samples = &results->series[i];
        size_t length = strlen(samples->entity), tail = strlen(ending);
        bool wanted = strcmp(samples->metric, "nic") == 0 && length >= tail &&
                      strcmp(samples->entity + length - tail, ending) == 0;
        for (int j = 0; wanted && j + 1 < samples->count; j++)
            if (samples->mean[j] > 0)
                until_s = samples->time_s[j + 1];
    }
    return until_s;
}

Test(link_events, the_nic_that_is_shown_for_a_tensor_rank_is_its_own) {
    static const char *const ENDINGS[][2] = {{"tensor 0", "tensor 1"}, {"rank 0", "rank 1"}};
    for (int unfolded = 0; unfolded < 2; unfolded++) {
        Arena *arena = arena_create();
        SimulationSpec spec = busy_cluster(arena, 2, 2, 2);
        spec.fidelity = unfolded ? FIDELITY_UNFOLDED : FIDELITY_FOLDED;
        JobSpec *job = busy_cluster_add_training(&spec, "job", 4, "");
        job->training.plan.tensor_parallel = 2;
        busy_cluster_add_event(&spec, "node[0].nic[1]", 0.0001, 0)->speed_fraction = 0.2385;
        const Results *results = busy_cluster_run(&spec, arena)->contention->jobs[0];
        double left_s = busy_until_s(results, ENDINGS[unfolded][0]);
        double right_s = busy_until_s(results, ENDINGS[unfolded][1]);
        cr_expect(left_s > 0 && right_s > left_s * 1.05, "%g s, on the slow NIC %g s", left_s, right_s);
        arena_destroy(arena);
    }
}
