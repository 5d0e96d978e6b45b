/* What checkpoints cost: laws of the pause, writing beside the steps, folding, steps that are counted unsimulated. */
#include "models/workload/checkpoint.h"

#include <criterion/criterion.h>
#include <string.h>

#include "sim/engine/engine.h"
#include "tests/unit/models/folding.h"
#include "tests/unit/models/small_cluster.h"

enum { EVERY = 7 };

/* 2 nodes of 4 GPUs, tensor 2, pipeline 2, data 2; a checkpoint of 5 bytes per parameter after every 7 steps. */
static SimulationSpec saving_cluster(Arena *arena, double write_bytes_per_s, bool asynchronous) {
    SimulationSpec spec = small_cluster(arena, 2, 4);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->tensor_parallel = plan->pipeline_parallel = 2;
    plan->gradient_accumulation = 3;
    spec.cluster.storage = (StorageSpec){.read_bytes_per_s = 1e9, .write_bytes_per_s = write_bytes_per_s};
    spec.jobs[0].checkpoint = (CheckpointSpec){EVERY, asynchronous, 5};
    return spec;
}

static const Results *run_saving(Arena *arena, double write_bytes_per_s, bool asynchronous) {
    SimulationSpec spec = saving_cluster(arena, write_bytes_per_s, asynchronous);
    small_cluster_resolve(arena, &spec);
    return simulation_run(&spec, arena);
}

static SimTime plain_step(Arena *arena) {
    SimulationSpec spec = saving_cluster(arena, 1e9, false);
    spec.jobs[0].checkpoint = (CheckpointSpec){0};
    small_cluster_resolve(arena, &spec);
    return simulation_run(&spec, arena)->step;
}

static double of_stage(int stage) {
    Arena *arena = arena_create();
    SimulationSpec spec = saving_cluster(arena, 1e9, false);
    small_cluster_resolve(arena, &spec);
    double bytes = checkpoint_gpu_bytes(&spec.jobs[0], stage);
    arena_destroy(arena);
    return bytes;
}

static double all_bytes(void) {
    return 4 * (of_stage(0) + of_stage(1));
}

static void expect_pause(const Results *results, Arena *arena, double pause_s) {
    SimTime plain = EVERY * plain_step(arena);
    cr_expect_eq(results->step_count, EVERY);
    cr_expect_float_eq(sim_time_to_s(results->wall - plain), pause_s, 1e-8 + 1e-6 * pause_s);
    double paused_s = (double)results->ledger.ns[LEDGER_CHECKPOINT] * 1e-9 / (double)results->gpus;
    cr_expect_float_eq(paused_s, pause_s, 1e-8 + 1e-6 * pause_s);
}

Test(checkpoint, a_pause_is_as_sure_as_storage_is_and_no_surer) {
    Arena *arena = arena_create();
    const Results *results = run_saving(arena, 1e9, false);
    double pause = (double)results->ledger.ns[LEDGER_CHECKPOINT];
    double moving = (double)(ledger_sum(&results->ledger) - results->ledger.ns[LEDGER_PIPELINE_BUBBLE]);
    double share = 0;
    for (int i = 0; i < results->interval.doubt_count; i++)
        if (strcmp(results->interval.doubts[i].name, "storage and host memory") == 0)
            share = results->interval.doubts[i].share_fraction;
    cr_assert_gt(pause, 0.1 * moving);
    cr_assert_geq(share, pause / moving - 1e-9, "%g of the step, of which the pause is %g", share, pause / moving);
    arena_destroy(arena);
}

Test(checkpoint, copies_of_the_weights_share_the_writing) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_cluster(arena, 2, 4);
    spec.jobs[0].checkpoint.bytes_per_parameter = 14;
    small_cluster_resolve(arena, &spec);
    double parameters = transformer_parameters(&spec.jobs[0].training.model);
    cr_expect_float_eq(checkpoint_gpu_bytes(&spec.jobs[0], 0), 14 * parameters / 8, 1e-3 * parameters);
    arena_destroy(arena);
}

Test(checkpoint, everybody_pauses_for_all_bytes_over_the_storage) {
    Arena *arena = arena_create();
    expect_pause(run_saving(arena, 2.385e9, false), arena, all_bytes() / 2.385e9);
    arena_destroy(arena);
}

Test(checkpoint, a_fast_storage_leaves_the_pause_to_pcie) {
    Arena *arena = arena_create();
    double most = of_stage(0) > of_stage(1) ? of_stage(0) : of_stage(1);
    expect_pause(run_saving(arena, 1e13, false), arena, most / 25.2e9);
    arena_destroy(arena);
}

Test(checkpoint, written_in_time_beside_the_steps_it_costs_the_copy_only) {
    Arena *arena = arena_create();
    double most = of_stage(0) > of_stage(1) ? of_stage(0) : of_stage(1);
    double write_bytes_per_s = 2 * all_bytes() / sim_time_to_s(EVERY * plain_step(arena));
    expect_pause(run_saving(arena, write_bytes_per_s, true), arena, most / 25.2e9);
    arena_destroy(arena);
}

Test(checkpoint, the_next_waits_until_the_one_before_is_written) {
    Arena *arena = arena_create();
    const Results *results = run_saving(arena, 1e8, true);
    double most = of_stage(0) > of_stage(1) ? of_stage(0) : of_stage(1);
    double round_s = all_bytes() / 1e8 + most / 25.2e9;
    cr_expect_float_eq(sim_time_to_s(results->wall), round_s, 1e-6 * round_s);
    arena_destroy(arena);
}

Test(checkpoint, folded_and_unfolded_agree_to_the_nanosecond) {
    static const double WRITE[] = {2.385e9, 3e8};
    for (int i = 0; i < 4; i++) {
        Arena *arena = arena_create();
        SimulationSpec spec = saving_cluster(arena, WRITE[i / 2], i % 2);
        small_cluster_resolve(arena, &spec);
        const Results *folded = folding_run(&spec, FIDELITY_FOLDED, arena);
        const Results *unfolded = folding_run(&spec, FIDELITY_UNFOLDED, arena);
        cr_expect_eq(folded->wall, unfolded->wall, "%d: %ld, %ld", i, (long)folded->wall, (long)unfolded->wall);
        for (int category = 0; category < LEDGER_COUNT; category++)
            cr_expect_eq(folded->ledger.ns[category], unfolded->ledger.ns[category], "%d: %s", i,
                         ledger_category_name((LedgerCategory)category));
        arena_destroy(arena);
    }
}

/* Beside a flow that touches nothing of the job every step is simulated. */
Test(checkpoint, steps_that_are_counted_are_as_those_that_are_simulated) {
    Arena *arena = arena_create();
    const Results *counted = run_saving(arena, 2.385e9, false);
    SimulationSpec spec = saving_cluster(arena, 2.385e9, false);
    BackgroundSpec flow = background_default();
    spec.cluster.nodes = 4;
    spec.jobs[0].gpus = 8;
    spec.jobs[0].steps = EVERY;
    flow.from = "2";
    flow.to = "3";
    flow.bytes_per_s = 1e6;
    spec.background = &flow;
    spec.background_count = 1;
    small_cluster_resolve(arena, &spec);
    const Results *simulated = simulation_run(&spec, arena)->contention->jobs[0];
    cr_expect_lt(counted->event_count, simulated->event_count / 2);
    cr_expect_eq(counted->wall, simulated->wall);
    for (int step = 0; step < EVERY; step++)
        cr_expect_eq(counted->step_ends[step], simulated->step_ends[step]);
    for (int category = 0; category < LEDGER_COUNT; category++)
        cr_expect_eq(counted->ledger.ns[category], simulated->ledger.ns[category], "%s",
                     ledger_category_name((LedgerCategory)category));
    arena_destroy(arena);
}

Test(checkpoint, whole_rounds_are_counted) {
    Arena *arena = arena_create();
    SimulationSpec spec = saving_cluster(arena, 2.385e9, false);
    spec.jobs[0].steps = EVERY + 1;
    small_cluster_resolve(arena, &spec);
    cr_expect_eq(simulation_run(&spec, arena)->step_count, 2 * EVERY);
    arena_destroy(arena);
}

Test(checkpoint, copies_that_do_not_fit_into_host_memory_are_a_result) {
    Arena *arena = arena_create();
    SimulationSpec spec = saving_cluster(arena, 2.385e9, true);
    /* Half of all is on each node. */
    spec.cluster.node.host_memory_bytes = 0.45 * all_bytes();
    small_cluster_resolve(arena, &spec);
    const Results *results = simulation_run(&spec, arena);
    cr_expect_eq(results->status, RUN_OUT_OF_MEMORY);
    cr_expect_float_eq(results->host_memory->total_bytes,
                       4 * of_stage(0) > 4 * of_stage(1) ? 4 * of_stage(0) : 4 * of_stage(1), 1);
    cr_expect(strstr(results->verdict, "does not fit into host memory: it needs"), "%s", results->verdict);
    arena_destroy(arena);
}
