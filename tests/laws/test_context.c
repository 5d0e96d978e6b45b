/*
 * What a ring of C GPUs with s/C tokens each must move and compute, whatever the model of a step says: forward, C - 1
 * blocks of keys and values leave each GPU for every layer; backward as many, and as many of their gradients (Liu et
 * al. 2023, arXiv 2310.01889, 3). All GPUs together compute what one would alone.
 */
#include <criterion/criterion.h>
#include <math.h>

#include "models/cost/layer_cost.h"
#include "models/memory/training_memory.h"
#include "models/plan/training_parameters.h"
#include "tests/unit/models/small_cluster.h"

/* A GPU in every node, so that its NIC carries all that it sends; gradients in fp16, like parameters. */
static SimulationSpec ring_of_nodes(Arena *arena, int contexts, int64_t micro_batches) {
    SimulationSpec spec = small_cluster(arena, contexts, 1);
    TrainingSpec *training = &spec.jobs[0].training;
    training->sequence_tokens = 480;
    training->model.kv_heads = 4;
    training->plan.context_parallel = contexts;
    training->plan.flash_attention = true;
    training->plan.gradient_accumulation = micro_batches;
    training->plan.grad_reduce_in_fp32 = false;
    training->plan.collective = "ring";
    return spec;
}

static double theory_bytes(const SimulationSpec *spec) {
    const TrainingSpec *training = &spec->jobs[0].training;
    double contexts = (double)training->plan.context_parallel,
           micro_batches = (double)training->plan.gradient_accumulation;
    double passes = training->plan.recompute == RECOMPUTE_FULL ? 4 : 3;
    /* 4 heads of 128 features, keys and values, 2 bytes each, 8 layers: whole, (C - 1)/C of it for each of C GPUs. */
    double whole_bytes = 480.0 * 4 * 128 * 2 * 2 * 8;
    double gradients_bytes = 2 * (contexts - 1) * 2 * training_stage_parameters(training, 0);
    return passes * micro_batches * (contexts - 1) * whole_bytes + gradients_bytes;
}

Test(context, a_step_sends_keys_and_values_three_times_and_gradients_over_the_ring) {
    for (int contexts = 2; contexts <= 6; contexts++)
        for (int64_t micro_batches = 1; micro_batches <= 3; micro_batches += 2)
            for (int recompute = RECOMPUTE_NONE; recompute <= RECOMPUTE_FULL; recompute += RECOMPUTE_FULL) {
                Arena *arena = arena_create();
                SimulationSpec spec = ring_of_nodes(arena, contexts, micro_batches);
                spec.jobs[0].training.plan.recompute = (Recompute)recompute;
                spec.jobs[0].training.sequence_tokens = 480;
                double sent = small_cluster_sent_bytes(arena, &spec), expected = theory_bytes(&spec);
                cr_expect_float_eq(sent, expected, 1e-9 * expected, "C %d, recompute %d: sent %.12g, expected %.12g",
                                   contexts, recompute, sent, expected);
                arena_destroy(arena);
            }
}

static TrainingSpec resolved(Arena *arena, int contexts) {
    SimulationSpec spec = ring_of_nodes(arena, contexts, 1);
    small_cluster_resolve(arena, &spec);
    return spec.jobs[0].training;
}

Test(context, the_ring_computes_what_one_gpu_would) {
    Arena *arena = arena_create();
    TrainingSpec one = resolved(arena, 1);
    const GpuSpec gpu = small_cluster(arena, 1, 1).cluster.node.gpu;
    for (int contexts = 2; contexts <= 6; contexts++) {
        TrainingSpec part = resolved(arena, contexts);
        double whole_flop = layer_forward_cost(&one, &gpu).flop + layer_backward_cost(&one, &gpu).flop;
        double flop = layer_forward_cost(&part, &gpu).flop + layer_backward_cost(&part, &gpu).flop;
        cr_expect_float_eq(contexts * flop, whole_flop, 1e-9 * whole_flop, "C %d", contexts);
    }
    arena_destroy(arena);
}

Test(context, activations_shrink_to_one_part_and_weights_do_not) {
    Arena *arena = arena_create();
    TrainingSpec one = resolved(arena, 1);
    StageMemory whole = training_memory_of_stage(&one, 0);
    for (int contexts = 2; contexts <= 6; contexts++) {
        TrainingSpec part = resolved(arena, contexts);
        StageMemory memory = training_memory_of_stage(&part, 0);
        cr_expect_float_eq(memory.activations_bytes * contexts, whole.activations_bytes,
                           1e-6 * whole.activations_bytes);
        cr_expect_eq(memory.weights_bytes, whole.weights_bytes);
        cr_expect_eq(memory.gradients_bytes, whole.gradients_bytes);
        cr_expect_eq(memory.optimizer_bytes, whole.optimizer_bytes);
        part.plan.distributed_optimizer = true;
        cr_expect_float_eq(training_memory_of_stage(&part, 0).optimizer_bytes * contexts, whole.optimizer_bytes, 1);
    }
    arena_destroy(arena);
}
