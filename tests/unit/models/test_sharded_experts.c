/* ZeRO-2 and 3 with expert parallelism: experts are split over their own copies, other weights over all. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "models/memory/training_memory.h"
#include "models/plan/plan_experts.h"
#include "models/plan/shard_units.h"
#include "models/plan/training_parameters.h"
#include "tests/unit/models/folding.h"
#include "tests/unit/models/one_chunk.h"
#include "tests/unit/models/small_experts.h"

/* 8 layers, of which `dense_first` have no experts, an untied head; on `nodes` nodes of `gpus` GPUs. */
static SimulationSpec sharded(Arena *arena, int nodes, int gpus, int64_t stage, int64_t experts) {
    SimulationSpec spec = small_experts(arena, nodes, gpus);
    spec.jobs[0].training.model.tied_embeddings = false;
    spec.jobs[0].training.plan.zero_stage = stage;
    spec.jobs[0].training.plan.expert_parallel = experts;
    return spec;
}

/* 3 matrices of 1024 x 640, 8 of them in each of 8 layers, a quarter here. */
static const double EXPERTS = 8 * 8 * 3 * 1024 * 640.0 / 4;

Test(sharded_experts, a_gpu_holds_a_share_of_its_experts_among_fewer_copies) {
    Arena *arena = arena_create();
    for (int64_t stage = 1; stage <= 3; stage++) {
        SimulationSpec spec = sharded(arena, 2, 4, stage, 4);
        small_cluster_resolve(arena, &spec);
        const TrainingSpec *training = &spec.jobs[0].training;
        StageMemory memory = training_memory_of_stage(training, 0);
        double whole = training_stage_parameters(training, 0), layer = training_layer_parameters(training);
        double shard = (whole - EXPERTS) / 8 + EXPERTS / 2;
        cr_expect_float_eq(memory.optimizer_bytes, 12 * shard, 1);
        /* Beside the shard, two layers that are gathered, and two that are not reduced yet. */
        cr_expect_float_eq(memory.gradients_bytes, 4 * (stage > 1 ? shard + 2 * layer : whole), 1);
        cr_expect_float_eq(memory.weights_bytes, 2 * (stage > 2 ? shard + 2 * layer : whole), 1);
    }
    arena_destroy(arena);
}

/* With one copy of each expert there is nothing to gather of them. */
Test(sharded_experts, experts_without_copies_stay_whole) {
    Arena *arena = arena_create();
    SimulationSpec spec = sharded(arena, 2, 4, 3, 8);
    small_cluster_resolve(arena, &spec);
    const TrainingSpec *training = &spec.jobs[0].training;
    double whole = training_stage_parameters(training, 0), experts = EXPERTS / 2;
    double dense = training_layer_parameters(training) - experts / 8;
    double table = shard_unit_parameters(training, ONE_CHUNK_UNIT(training, 0));
    cr_expect_float_eq(shard_held_parameters(training, 0, whole), (whole - experts) / 8 + experts + dense + table, 1);
    arena_destroy(arena);
}

/* Collectives of a step on nodes of one GPU, nothing of them beside compute. */
static double data_ns(Arena *arena, int64_t stage, double nic_bytes_per_s, TrainingSpec *training) {
    SimulationSpec spec = sharded(arena, 4, 1, stage, 2);
    spec.jobs[0].training.plan.prefetch_layers = 0;
    spec.cluster.node.nic = (LinkSpec){.bytes_per_s = nic_bytes_per_s, .efficiency_fraction = 0.65};
    small_cluster_resolve(arena, &spec);
    *training = spec.jobs[0].training;
    return (double)simulation_run(&spec, arena)->ledger.ns[LEDGER_COMM_DATA] / 4;
}

/* ZeRO-3 gathers 2 bytes twice and reduces 4: 3/4 of the others leave a GPU of 4, half of the experts one of 2. ZeRO-2
 * gathers once, after the step. */
Test(sharded_experts, a_slower_nic_is_exposed_by_the_bytes_of_two_shard_groups) {
    Arena *arena = arena_create();
    for (int64_t stage = 2; stage <= 3; stage++) {
        TrainingSpec training;
        double slow = data_ns(arena, stage, 1e8, &training), slower = data_ns(arena, stage, 0.5e8, &training);
        double experts = 2 * EXPERTS, others = training_stage_parameters(&training, 0) - experts;
        double bytes = (4 + 2 * (stage == 3 ? 2 : 1)) * (others * 3 / 4 + experts / 2);
        double more_ns = bytes * (1 / 0.5e8 - 1 / 1e8) / 0.65 * 1e9;
        cr_expect_float_eq(slower - slow, more_ns, 1e-4 * more_ns, "ZeRO-%d: %g and %g", (int)stage, slower - slow,
                           more_ns);
    }
    arena_destroy(arena);
}

Test(sharded_experts, folded_and_unfolded_agree_to_the_nanosecond) {
    static const struct {
        int nodes, gpus;
        int64_t stage, experts, tensor, dense_first, expert_tensor;
        bool overlap;
    } layouts[] = {{2, 4, 3, 4, 1, 0, 0, true}, {4, 2, 3, 2, 1, 3, 0, false}, {4, 4, 2, 4, 2, 1, 0, true},
                   {2, 4, 3, 8, 1, 0, 0, true}, {4, 4, 3, 4, 2, 0, 1, true},  {4, 2, 2, 4, 2, 1, 1, false}};
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        Arena *arena = arena_create();
        SimulationSpec spec = sharded(arena, layouts[i].nodes, layouts[i].gpus, layouts[i].stage, layouts[i].experts);
        PlanSpec *plan = &spec.jobs[0].training.plan;
        spec.jobs[0].training.model.dense_first = layouts[i].dense_first;
        plan->tensor_parallel = layouts[i].tensor;
        plan->expert_tensor_parallel = layouts[i].expert_tensor;
        plan->sequence_parallel = layouts[i].tensor > 1;
        plan->overlap_grad_reduce = layouts[i].overlap;
        plan->gradient_accumulation = 2;
        small_cluster_resolve(arena, &spec);
        folding_expect_agreement(&spec, arena_format(arena, "layout %zu", i), arena);
        arena_destroy(arena);
    }
}
