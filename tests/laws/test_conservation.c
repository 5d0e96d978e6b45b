/* Nothing is lost: GPU-seconds of a step sum to wall time times GPUs, bytes sent arrive, a faster part never slows a
 * step down. */
#include <criterion/criterion.h>
#include <string.h>

#include "models/plan/training_parameters.h"
#include "sim/engine/engine.h"
#include "tests/unit/models/small_cluster.h"

/* Four nodes of 4 GPUs: tensor 2, pipeline 2, data 4, 6 micro-batches, one slow GPU. */
static SimulationSpec busy_cluster(Arena *arena) {
    static const SlowGpuSpec SLOW = {.gpu = 9, .speed_fraction = 0.87};
    SimulationSpec spec = small_cluster(arena, 4, 4);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->tensor_parallel = 2;
    plan->pipeline_parallel = 2;
    plan->gradient_accumulation = 6;
    spec.cluster.slow_gpus = &SLOW;
    spec.cluster.slow_gpu_count = 1;
    spec.cluster.fabric.nodes_per_leaf = 2;
    spec.cluster.fabric.oversubscription = 3;
    small_cluster_resolve(arena, &spec);
    return spec;
}

Test(conservation, gpu_seconds_of_a_step_sum_to_wall_time_times_gpus) {
    Arena *arena = arena_create();
    SimulationSpec spec = busy_cluster(arena);
    for (int fidelity = FIDELITY_FOLDED; fidelity <= FIDELITY_UNFOLDED; fidelity++) {
        spec.fidelity = (Fidelity)fidelity;
        const Results *results = simulation_run(&spec, arena);
        int64_t gpus = 0, sum = 0;
        for (int i = 0; i < results->class_count; i++) {
            gpus += results->classes[i].gpus;
            sum += ledger_sum(&results->classes[i].ledger) * results->classes[i].gpus;
        }
        cr_assert_eq(gpus, 16);
        cr_assert_eq(sum, results->step * 16);
        cr_assert_eq(ledger_sum(&results->ledger), sum);
    }
    arena_destroy(arena);
}

/* Bytes through the NIC of stage 0, from the recorded load, against what its messages and reductions have to carry. */
Test(conservation, the_nic_carries_every_byte_of_messages_and_reductions) {
    Arena *arena = arena_create();
    SimulationSpec spec = busy_cluster(arena);
    spec.cluster.slow_gpu_count = 0;
    spec.jobs[0].training.model.tied_embeddings = false;
    spec.jobs[0].training.plan.collective = "ring";
    const Results *results = simulation_run(&spec, arena);
    double hidden = 512.0 * 1024 * 2 / 2, messages = 6 * hidden;
    double gradients = 4 * training_stage_parameters(&spec.jobs[0].training, 0);
    double expected = messages + 2 * 3 / 4.0 * gradients / 2, carried = 0;
    for (int i = 0; i < results->series_count; i++) {
        const SeriesSamples *samples = &results->series[i];
        if (strcmp(samples->metric, "nic") != 0 || strcmp(samples->entity, "stage 0") != 0)
            continue;
        for (int j = 0; j < samples->count; j++) {
            double end_s = j + 1 < samples->count ? samples->time_s[j + 1] : sim_time_to_s(results->step);
            carried += samples->mean[j] * (end_s - samples->time_s[j]) * 25e9 * 0.65;
        }
    }
    cr_assert_float_eq(carried / expected, 1, 1e-6, "carried %g bytes, expected %g", carried, expected);
    arena_destroy(arena);
}

static SimTime step_with(double nic_factor, double hbm_factor, double speed_fraction) {
    Arena *arena = arena_create();
    SimulationSpec spec = busy_cluster(arena);
    SlowGpuSpec slow = {.gpu = 9, .speed_fraction = speed_fraction};
    spec.cluster.slow_gpus = &slow;
    spec.cluster.node.nic.bytes_per_s *= nic_factor;
    spec.cluster.node.gpu.hbm_bytes_per_s *= hbm_factor;
    SimTime step = simulation_run(&spec, arena)->step;
    arena_destroy(arena);
    return step;
}

Test(conservation, a_faster_part_never_makes_a_step_slower) {
    SimTime now = step_with(1, 1, 0.87);
    cr_assert_lt(step_with(1.7, 1, 0.87), now);
    cr_assert_lt(step_with(1, 1.7, 0.87), now);
    cr_assert_lt(step_with(1, 1, 0.93), now);
    cr_assert_gt(step_with(1, 1, 0.61), now);
}
