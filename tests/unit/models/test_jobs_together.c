/* Several jobs on one fabric: who hurts whom, and what does not matter. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/cluster/cluster_run.h"
#include "sim/engine/engine.h"
#include "tests/unit/models/busy_cluster.h"

static double due_to(const Results *results, const char *job, const char *owner) {
    Arena *arena = arena_create();
    double due = busy_cluster_metric(results, job, arena_format(arena, "due_to.%s_fraction", owner));
    arena_destroy(arena);
    return due;
}

static void shape_training(JobSpec *job, int tensor, int pipeline) {
    PlanSpec *plan = &job->training.plan;
    plan->tensor_parallel = tensor;
    plan->pipeline_parallel = pipeline;
    plan->gradient_accumulation = 2 * pipeline;
    plan->schedule = "1f1b";
}

/* Two leaves of two nodes, every job with a node on each, twice as much below a leaf as above it. */
static SimulationSpec crossing_jobs(Arena *arena) {
    SimulationSpec spec = busy_cluster(arena, 4, 2, 2);
    spec.cluster.fabric.oversubscription = 2;
    busy_cluster_add_collective(&spec, "left", 4, "0,2");
    busy_cluster_add_collective(&spec, "right", 4, "1,3");
    return spec;
}

Test(jobs_together, alike_jobs_hurt_each_other_alike) {
    Arena *arena = arena_create();
    SimulationSpec spec = crossing_jobs(arena);
    const Results *results = busy_cluster_run(&spec, arena);
    cr_assert_eq(results->status, RUN_OK);
    cr_expect_gt(busy_cluster_slowdown(results, "left"), 1.2);
    cr_expect_eq(busy_cluster_slowdown(results, "left"), busy_cluster_slowdown(results, "right"));
    cr_expect_gt(due_to(results, "left", "right"), 0.2);
    cr_expect_eq(due_to(results, "left", "right"), due_to(results, "right", "left"));
    cr_expect_eq(due_to(results, "left", "links"), 0);
    arena_destroy(arena);
}

Test(jobs_together, jobs_on_leaves_of_their_own_do_not_hurt_each_other) {
    Arena *arena = arena_create();
    SimulationSpec spec = busy_cluster(arena, 12, 2, 2);
    busy_cluster_add_collective(&spec, "left", 8, "0-3");
    busy_cluster_add_collective(&spec, "right", 8, "4-7");
    shape_training(busy_cluster_add_training(&spec, "third", 8, "8-11"), 2, 2);
    for (int fidelity = 0; fidelity < 2; fidelity++) {
        spec.fidelity = (Fidelity)fidelity;
        const Results *results = busy_cluster_run(&spec, arena);
        cr_expect_eq(busy_cluster_slowdown(results, "left"), 1);
        cr_expect_eq(busy_cluster_slowdown(results, "right"), 1);
        cr_expect_eq(busy_cluster_slowdown(results, "third"), 1);
        cr_expect_eq(due_to(results, "left", "right"), 0);
        cr_expect_eq(due_to(results, "third", "left"), 0);
    }
    arena_destroy(arena);
}

/* The time that a job needs beyond that alone is what it has lost to the others. */
Test(jobs_together, what_is_due_to_others_is_the_time_that_the_job_loses) {
    Arena *arena = arena_create();
    SimulationSpec spec = crossing_jobs(arena);
    spec.jobs[1].collective.from_bytes = spec.jobs[1].collective.to_bytes = 238.5e6;
    const Results *results = busy_cluster_run(&spec, arena);
    double slowdown = busy_cluster_slowdown(results, "left");
    cr_expect_gt(slowdown, 1.2);
    cr_expect_float_eq(due_to(results, "left", "right"), 1 - 1 / slowdown, 1e-6);
    slowdown = busy_cluster_slowdown(results, "right");
    cr_expect_gt(slowdown, 1.05);
    cr_expect_float_eq(due_to(results, "right", "left"), 1 - 1 / slowdown, 1e-6);
    arena_destroy(arena);
}

Test(jobs_together, a_job_that_comes_when_the_others_are_gone_meets_nobody) {
    Arena *arena = arena_create();
    SimulationSpec spec = crossing_jobs(arena);
    spec.jobs[1].start_s = 2.385;
    const Results *results = busy_cluster_run(&spec, arena);
    cr_expect_eq(busy_cluster_slowdown(results, "left"), 1);
    cr_expect_eq(busy_cluster_slowdown(results, "right"), 1);
    const Results *right = results->contention->jobs[1];
    cr_expect_str_eq(right->name, "right");
    cr_expect_eq(right->start, 2385000000);
    cr_expect_eq(results->wall, right->start + right->wall);
    arena_destroy(arena);
}

Test(jobs_together, a_job_that_comes_late_hurts_for_as_long_as_both_are_there) {
    Arena *arena = arena_create();
    SimulationSpec spec = crossing_jobs(arena);
    double both = busy_cluster_slowdown(busy_cluster_run(&spec, arena), "left");
    spec.jobs[1].start_s = 0.008;
    double less = busy_cluster_slowdown(busy_cluster_run(&spec, arena), "left");
    cr_expect_gt(less, 1.01);
    cr_expect_lt(less, both - 0.01);
    arena_destroy(arena);
}

Test(jobs_together, steps_add_up_and_do_not_change_the_mean) {
    Arena *arena = arena_create();
    SimulationSpec spec = crossing_jobs(arena);
    const Results *one = busy_cluster_run(&spec, arena);
    spec.jobs[0].steps = spec.jobs[1].steps = 3;
    const Results *three = busy_cluster_run(&spec, arena);
    const Results *job = three->contention->jobs[0];
    cr_expect_eq(job->step_count, 3);
    cr_expect_leq(llabs(three->wall - 3 * one->wall), 6, "%ld ns, one step %ld ns", (long)three->wall, (long)one->wall);
    cr_expect_float_eq(busy_cluster_slowdown(three, "left"), busy_cluster_slowdown(one, "left"), 1e-6);
    cr_expect_float_eq(job->sizes[0].time_s, one->contention->jobs[0]->sizes[0].time_s, 1e-8);
    arena_destroy(arena);
}

Test(jobs_together, their_order_in_the_file_changes_nothing) {
    static const int ORDERS[][3] = {{0, 1, 2}, {2, 1, 0}, {1, 0, 2}};
    Arena *arena = arena_create();
    uint64_t hash = 0;
    double slowdown = 0;
    for (int order = 0; order < 3; order++) {
        SimulationSpec spec = busy_cluster(arena, 8, 2, 4), shuffled;
        spec.cluster.fabric.oversubscription = 6;
        busy_cluster_add_collective(&spec, "b", 4, "")->placement = PLACEMENT_RANDOM;
        busy_cluster_add_collective(&spec, "a", 4, "1,4");
        busy_cluster_add_collective(&spec, "c", 4, "")->start_s = 0.002;
        shuffled = spec;
        shuffled.jobs = ARENA_ARRAY(arena, 3, JobSpec);
        for (int job = 0; job < 3; job++)
            shuffled.jobs[job] = spec.jobs[ORDERS[order][job]];
        const Results *results = busy_cluster_run(&shuffled, arena);
        if (order > 0) {
            cr_expect_eq(results->event_hash, hash);
            cr_expect_eq(busy_cluster_slowdown(results, "a"), slowdown);
        }
        hash = results->event_hash;
        slowdown = busy_cluster_slowdown(results, "a");
    }
    cr_expect_gt(slowdown, 1);
    arena_destroy(arena);
}

static void expect_agreement(const SimulationSpec *spec, double tolerance, const char *what) {
    Arena *arena = arena_create();
    SimulationSpec copy = *spec;
    copy.fidelity = FIDELITY_FOLDED;
    const Results *folded = busy_cluster_run(&copy, arena);
    copy.fidelity = FIDELITY_UNFOLDED;
    const Results *unfolded = busy_cluster_run(&copy, arena);
    for (int job = 0; job < spec->job_count; job++) {
        double one = (double)folded->contention->jobs[job]->wall, other = (double)unfolded->contention->jobs[job]->wall;
        cr_expect_leq(fabs(one / other - 1), tolerance, "%s: %s takes %.0f ns folded, %.0f ns unfolded", what,
                      folded->contention->jobs[job]->name, one, other);
        cr_expect_geq(folded->contention->slowdown[job], 1 - 1e-6);
    }
    arena_destroy(arena);
}

/* Both have a node of each pair on every leaf. */
Test(jobs_together, folded_and_unfolded_agree_exactly_when_all_replicas_meet_the_other_alike) {
    for (int pipeline = 1; pipeline <= 2; pipeline++) {
        Arena *arena = arena_create();
        SimulationSpec spec = busy_cluster(arena, 8, 2, 2);
        spec.cluster.fabric.oversubscription = 2;
        shape_training(busy_cluster_add_training(&spec, "left", 8, "0,2,4,6"), 2, pipeline);
        shape_training(busy_cluster_add_training(&spec, "right", 8, "1,3,5,7"), 2, pipeline);
        expect_agreement(&spec, 0, arena_format(arena, "%d stages", pipeline));
        arena_destroy(arena);
    }
}

/* Only some replicas of the first meet the second. */
Test(jobs_together, folded_and_unfolded_agree_within_1_percent_when_some_replicas_meet_the_other) {
    for (int pipeline = 1; pipeline <= 4; pipeline *= 2) {
        Arena *arena = arena_create();
        SimulationSpec spec = busy_cluster(arena, 8, 2, 2);
        spec.cluster.fabric.oversubscription = 2;
        shape_training(busy_cluster_add_training(&spec, "left", 12, "0,1,2,4,6,7"), 2, pipeline == 4 ? 3 : pipeline);
        spec.jobs[0].training.model.layers = 12;
        busy_cluster_add_collective(&spec, "right", 4, "3,5")->collective.repeats = 20;
        expect_agreement(&spec, 0.01, arena_format(arena, "%d stages", pipeline));
        arena_destroy(arena);
    }
}

/* Two jobs in one node, whose GPUs share a NIC. */
Test(jobs_together, folded_and_unfolded_agree_within_1_percent_when_a_node_is_shared) {
    Arena *arena = arena_create();
    SimulationSpec spec = busy_cluster(arena, 4, 4, 0);
    spec.cluster.node.nics = 1;
    shape_training(busy_cluster_add_training(&spec, "left", 6, "0-2"), 1, 2);
    busy_cluster_add_collective(&spec, "right", 7, "1-3")->collective.repeats = 20;
    expect_agreement(&spec, 0.01, "one node");
    arena_destroy(arena);
}

Test(jobs_together, a_job_that_does_not_fit_stops_the_run_and_says_so) {
    Arena *arena = arena_create();
    SimulationSpec spec = crossing_jobs(arena);
    spec.job_count = 1;
    JobSpec *large = busy_cluster_add_training(&spec, "large", 4, "1,3");
    shape_training(large, 2, 1);
    large->training.model.hidden = 32768;
    const Results *results = busy_cluster_run(&spec, arena);
    cr_expect_eq(results->status, RUN_OUT_OF_MEMORY);
    cr_expect_not_null(strstr(results->verdict, "large"), "%s", results->verdict);
    cr_expect(isnan(busy_cluster_slowdown(results, "left")));
    arena_destroy(arena);
}

Test(jobs_together, a_job_that_ends_before_its_first_checkpoint_says_so) {
    Arena *arena = arena_create();
    SimulationSpec spec = busy_cluster(arena, 4, 2, 2);
    spec.cluster.storage = (StorageSpec){.read_bytes_per_s = 2.385e9, .write_bytes_per_s = 1e9};
    for (int i = 0; i < 2; i++) {
        JobSpec *job = busy_cluster_add_training(&spec, i == 0 ? "left" : "right", 4, i == 0 ? "0,2" : "1,3");
        job->steps = 3;
        job->checkpoint = (CheckpointSpec){.every_steps = i == 0 ? 4 : 3, .bytes_per_parameter = 14};
    }
    const Results *results = busy_cluster_run(&spec, arena);
    cr_assert_eq(results->assumption_count, 1);
    cr_expect_str_eq(results->assumptions[0],
                     "left: no checkpoint is taken: the first is due after step 4, and `steps` is 3");
    const Results *left = results->contention->jobs[0];
    bool told = false;
    for (int i = 0; i < left->assumption_count; i++)
        told = told || strncmp(left->assumptions[i], "no checkpoint is taken", 22) == 0;
    cr_expect(told);
    arena_destroy(arena);
}

/* Message by message, the same collective takes as long as by its loads, alone and beside others. */
Test(jobs_together, a_collective_as_explicit_flows_takes_as_long_as_folded) {
    Arena *arena = arena_create();
    for (int beside = 0; beside < 2; beside++) {
        SimulationSpec spec = crossing_jobs(arena);
        spec.job_count = 1 + beside;
        const Results *folded = busy_cluster_run(&spec, arena);
        spec.fidelity = FIDELITY_UNFOLDED;
        const Results *flows = busy_cluster_run(&spec, arena);
        cr_assert_neq(flows->event_count, folded->event_count);
        cr_expect_float_eq((double)flows->wall / (double)folded->wall, 1, 0.01, "%ld and %ld ns", (long)flows->wall,
                           (long)folded->wall);
        if (beside)
            cr_expect_float_eq(due_to(flows, "left", "right"), due_to(folded, "left", "right"), 0.02);
    }
    arena_destroy(arena);
}

Test(jobs_together, uneven_ranks_on_the_nodes_run_as_explicit_flows_by_themselves) {
    Arena *arena = arena_create();
    SimulationSpec even = busy_cluster(arena, 4, 2, 2), uneven = busy_cluster(arena, 4, 2, 2);
    busy_cluster_add_collective(&even, "job", 6, "");
    busy_cluster_add_collective(&uneven, "job", 7, "");
    uint64_t folded = busy_cluster_run(&even, arena)->event_count,
             flows = busy_cluster_run(&uneven, arena)->event_count;
    cr_assert_gt(flows, 10 * folded);
    arena_destroy(arena);
}

Test(jobs_together, explicit_flows_that_never_end_are_given_up) {
    Arena *arena = arena_create();
    SimulationSpec spec = busy_cluster(arena, 4, 2, 2);
    busy_cluster_add_collective(&spec, "job", 7, "");
    LinkEventSpec *event = busy_cluster_add_event(&spec, "node[1]", 0, 0);
    event->speed_fraction = 1e-15;
    cr_assert_eq(busy_cluster_run(&spec, arena)->status, RUN_TOO_LONG);
    arena_destroy(arena);
}
