/* Dense layers among layers with experts: which are where, and what a stage of them does. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "models/cost/layer_cost.h"
#include "models/cost/training_experts.h"
#include "models/memory/activation_memory.h"
#include "models/plan/live_parameters.h"
#include "models/plan/shard_units.h"
#include "models/plan/training_flop.h"
#include "models/plan/training_parameters.h"
#include "tests/unit/models/folding.h"
#include "tests/unit/models/one_chunk.h"
#include "tests/unit/models/small_experts.h"

/* The rule as model code has it, layer by layer. */
static bool has_experts(const TransformerSpec *model, int64_t layer) {
    return model->experts > 0 && layer >= model->dense_first && (layer + 1) % model->expert_step == 0;
}

Test(mixed_layers, are_counted_as_model_code_builds_them) {
    const int64_t firsts[] = {0, 1, 3, 13}, steps[] = {1, 2, 3, 5};
    for (size_t i = 0; i < 16; i++) {
        TransformerSpec model = {.layers = 13, .experts = 8, .dense_first = firsts[i / 4], .expert_step = steps[i % 4]};
        for (int64_t first = 0; first < 13; first++) {
            int64_t expected = 0;
            for (int64_t end = first; end <= 13; end++) {
                cr_expect(eq(i64, transformer_expert_layers(&model, first, end - first), expected), "case %zu", i);
                expected += end < 13 && has_experts(&model, end);
            }
        }
        model.experts = 0;
        cr_expect(eq(i64, transformer_expert_layers(&model, 0, 13), 0));
    }
}

/* 8 layers of which the second, the fourth and so on have experts, on 4 nodes of 2 GPUs. */
static SimulationSpec mixed(Arena *arena, int64_t dense_first, int64_t step) {
    SimulationSpec spec = small_experts(arena, 4, 2);
    TransformerSpec *model = &spec.jobs[0].training.model;
    model->dense_first = dense_first;
    model->expert_step = step;
    model->shared_experts = 1;
    model->tied_embeddings = false;
    model->ffn_hidden = 2624;
    return spec;
}

Test(mixed_layers, chunks_hold_those_that_a_forward_pass_meets_there) {
    Arena *arena = arena_create();
    static const int64_t listed[] = {1, 3, 2, 2};
    SimulationSpec spec = mixed(arena, 1, 2);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->pipeline_parallel = plan->virtual_stages = 2;
    plan->layers_per_stage = listed;
    plan->layers_per_stage_count = 4;
    plan->gradient_accumulation = 2;
    small_cluster_resolve(arena, &spec);
    const TrainingSpec *training = &spec.jobs[0].training;
    for (int64_t virtual_stage = 0, first = 0; virtual_stage < 4; first += listed[virtual_stage++]) {
        int64_t stage = virtual_stage % 2, chunk = virtual_stage / 2;
        for (int64_t part = 0; part < 3; part++) {
            LayerCount up = chunk_layers(training, (ChunkPart){stage, chunk, part, 3, false});
            LayerCount down = chunk_layers(training, (ChunkPart){stage, chunk, part, 3, true});
            int64_t begin = listed[virtual_stage] * part / 3, end = listed[virtual_stage] * (part + 1) / 3;
            int64_t experts = 0, from_last = 0;
            for (int64_t i = begin; i < end; i++) {
                experts += has_experts(&training->model, first + i);
                from_last += has_experts(&training->model, first + listed[virtual_stage] - 1 - i);
            }
            cr_expect(eq(i64, up.layers, end - begin));
            cr_expect(eq(i64, down.layers, end - begin));
            cr_expect(eq(i64, up.experts, experts));
            cr_expect(eq(i64, down.experts, from_last));
        }
    }
    arena_destroy(arena);
}

Test(mixed_layers, stages_hold_every_parameter_once) {
    Arena *arena = arena_create();
    for (int64_t step = 1; step <= 3; step++) {
        SimulationSpec spec = mixed(arena, 1, step);
        spec.jobs[0].training.plan.pipeline_parallel = 4;
        small_cluster_resolve(arena, &spec);
        const TrainingSpec *training = &spec.jobs[0].training;
        double sum = 0, final_norm = 2 * 1024;
        for (int stage = 0; stage < 4; stage++)
            sum += training_stage_parameters(training, stage);
        cr_expect_float_eq(sum + final_norm, transformer_parameters(&training->model), 1e-3);
    }
    arena_destroy(arena);
}

Test(mixed_layers, a_stage_keeps_and_multiplies_what_its_own_layers_do) {
    Arena *arena = arena_create();
    SimulationSpec spec = mixed(arena, 4, 1);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->pipeline_parallel = plan->expert_parallel = 2;
    plan->offload_activations_fraction = 0.25;
    small_cluster_resolve(arena, &spec);
    const TrainingSpec *experts = &spec.jobs[0].training, dense = training_with_mlp(experts, MLP_DENSE);
    double of_dense = training_layer_activation_bytes(&dense, RECOMPUTE_NONE);
    double of_experts = training_layer_activation_bytes(experts, RECOMPUTE_NONE);
    cr_assert_gt(of_experts, 1.1 * of_dense);
    double loss = training_chunk_activation_bytes(experts, 1, 0) - 4 * 0.75 * of_experts;
    cr_expect_float_eq(training_chunk_activation_bytes(experts, 0, 0), 4 * 0.75 * of_dense, 1);
    cr_expect_float_eq(loss, 512 * (4 * 5120 + 2 * 2 * 1024), 1, "%g", loss);
    cr_expect_float_eq(training_offloaded_bytes(experts, (LayerCount){5, 3}), 0.25 * (3 * of_experts + 2 * of_dense),
                       1);
    double flop = 4 * (training_layer_flop(experts) + training_layer_flop(&dense));
    cr_expect_float_eq(training_layers_flop(experts), flop, 1e-9 * flop);
    cr_expect_float_eq(transformer_model_flop(&experts->model, 512), training_sequence_flop(experts), 1);
    arena_destroy(arena);
}

/* Groups of experts reach over nodes of one GPU: only half of the layers send tokens. */
Test(mixed_layers, dense_ones_send_no_tokens) {
    Arena *arena = arena_create();
    double exposed[2];
    for (int i = 0; i < 2; i++) {
        SimulationSpec spec = mixed(arena, 0, 1 + i);
        spec.jobs[0].training.plan.expert_parallel = 4;
        spec.cluster.node.nic.bytes_per_s = 1e8;
        small_cluster_resolve(arena, &spec);
        exposed[i] = (double)simulation_run(&spec, arena)->ledger.ns[LEDGER_COMM_EXPERT];
    }
    cr_expect_float_eq(exposed[1], exposed[0] / 2, 1e-6 * exposed[0]);
    arena_destroy(arena);
}

typedef struct MixedLayout {
    int64_t dense_first, step, tensor, experts, pipeline, chunks, zero;
    Recompute recompute;
    bool overlap;
} MixedLayout;

Test(mixed_layers, folded_and_unfolded_agree_to_the_nanosecond) {
    static const MixedLayout layouts[] = {
        {3, 1, 1, 2, 2, 1, 1, RECOMPUTE_NONE, true},  {0, 2, 2, 2, 2, 2, 1, RECOMPUTE_FULL, true},
        {5, 1, 1, 4, 2, 1, 0, RECOMPUTE_FULL, false}, {1, 3, 2, 1, 4, 1, 0, RECOMPUTE_NONE, true},
        {2, 2, 1, 1, 1, 1, 3, RECOMPUTE_FULL, true},
    };
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        Arena *arena = arena_create();
        SimulationSpec spec = mixed(arena, layouts[i].dense_first, layouts[i].step);
        PlanSpec *plan = &spec.jobs[0].training.plan;
        plan->tensor_parallel = layouts[i].tensor;
        plan->sequence_parallel = layouts[i].tensor > 1;
        plan->expert_parallel = layouts[i].experts;
        plan->pipeline_parallel = layouts[i].pipeline;
        plan->virtual_stages = layouts[i].chunks;
        plan->zero_stage = layouts[i].zero;
        plan->recompute = layouts[i].recompute;
        plan->overlap_grad_reduce = layouts[i].overlap;
        plan->gradient_accumulation = 4;
        small_cluster_resolve(arena, &spec);
        folding_expect_agreement(&spec, arena_format(arena, "layout %zu", i), arena);
        arena_destroy(arena);
    }
}

/* Attention 3 and 1 times 1024^2, router 1024 x 8, 8 experts and a shared one with 2 and 1 times 1024 x 640; dense 2
 * and 1 times 1024 x 2624. */
Test(mixed_layers, live_parameters_are_those_of_every_expert) {
    Arena *arena = arena_create();
    SimulationSpec spec = mixed(arena, 0, 2);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    const double up = 2 * 1024 * 640, down = 1024 * 640, square = 1024 * 1024, pairs = 9 * (up + down);
    plan->zero_stage = 3;
    plan->recompute = RECOMPUTE_FULL;
    plan->max_live_parameters = (int64_t)(2 * pairs + 1);
    small_cluster_resolve(arena, &spec);
    TrainingSpec *training = &spec.jobs[0].training;
    double all = 4 * square + 1024 * 8 + pairs;
    cr_expect(eq(i64, live_parameters_prefetch_layers(training), 1));
    /* Router and attention have all pairs behind them, twice; 2 x (9 pairs + router) reaches the limit. */
    cr_expect_float_eq(live_parameters_again_fraction(training), 4 * square / all, 1e-12);
    const TrainingSpec dense = training_with_mlp(training, MLP_DENSE);
    cr_expect(eq(dbl, live_parameters_again_fraction(&dense), 0));
    /* A unit of a dense layer gathers once, one with experts more. */
    cr_expect(eq(dbl, shard_unit_gathers(training, ONE_CHUNK_UNIT(training, 1), PASS_BACKWARD), 1));
    cr_expect_float_eq(shard_unit_gathers(training, ONE_CHUNK_UNIT(training, 2), PASS_BACKWARD), 1 + 4 * square / all,
                       1e-12);
    training->plan.max_live_parameters = 2 * 1024 * 2624;
    cr_expect(eq(i64, live_parameters_prefetch_layers(training), 0));
    training->model.expert_step = 1;
    training->plan.max_live_parameters = 3 * 1024 * 1024 + 1;
    cr_expect(eq(i64, live_parameters_prefetch_layers(training), 1));
    arena_destroy(arena);
}
