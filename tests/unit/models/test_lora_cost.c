/* Adapters beside frozen weights: what is not trained has no gradients, no optimizer state and nothing to reduce. */
#include "models/cost/lora_cost.h"

#include <criterion/criterion.h>
#include <inttypes.h>

#include "models/cost/layer_cost.h"
#include "models/memory/training_memory.h"
#include "models/plan/plan_lora.h"
#include "models/plan/training_flop.h"
#include "models/plan/training_parameters.h"
#include "tests/unit/models/folding.h"
#include "tests/unit/models/small_cluster.h"
#include "tests/unit/models/small_experts.h"

/* Hidden 1024, 512 tokens, MLP of 4096. */
static SimulationSpec adapted(Arena *arena, int64_t rank, LoraTargets targets) {
    SimulationSpec spec = small_cluster(arena, 2, 4);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->lora = (LoraSpec){.rank = rank, .targets = targets};
    plan->tensor_parallel = 2;
    plan->gradient_accumulation = 3;
    small_cluster_resolve(arena, &spec);
    return spec;
}

Test(lora_cost, an_adapter_has_its_rank_times_both_sizes_of_its_product) {
    Arena *arena = arena_create();
    const double qkv = 1024 + 3072, projection = 2 * 1024, mlp = 2 * (1024 + 4096);
    const double expected[] = {7 * qkv, 7 * (qkv + projection), 7 * (qkv + projection + mlp)};
    for (int targets = LORA_QKV; targets <= LORA_ALL; targets++) {
        SimulationSpec spec = adapted(arena, 7, (LoraTargets)targets);
        cr_expect_float_eq(plan_lora_layer_parameters(&spec.jobs[0].training), expected[targets], 1e-9);
    }
    SimulationSpec none = adapted(arena, 0, LORA_ALL);
    cr_expect_eq(plan_lora_layer_parameters(&none.jobs[0].training), 0);
    arena_destroy(arena);
}

/* Products with weights: 2 x 512 tokens x 12 x 1024^2 over 2 GPUs. */
Test(lora_cost, the_backward_pass_has_only_the_adapters_weight_gradients) {
    Arena *arena = arena_create();
    SimulationSpec with = adapted(arena, 16, LORA_QKV), without = adapted(arena, 0, LORA_QKV);
    const GpuSpec *gpu = &with.cluster.node.gpu;
    WorkCost more = layer_backward_cost(&without.jobs[0].training, gpu);
    WorkCost less = layer_backward_cost(&with.jobs[0].training, gpu);
    double weights_flop = 2.0 * 512 * 12 * 1024 * 1024 / 2, adapter_flop = 2.0 * 512 * 16 * (1024 + 3072) / 2;
    cr_expect_float_eq(more.flop - less.flop, weights_flop - 2 * adapter_flop, 1);
    WorkCost forward = layer_forward_cost(&with.jobs[0].training, gpu);
    WorkCost plain = layer_forward_cost(&without.jobs[0].training, gpu);
    cr_expect_float_eq(forward.flop - plain.flop, adapter_flop, 1);
    cr_expect_gt(forward.memory_s, plain.memory_s);
    /* What is ideal is what the whole job counts as model FLOPs. */
    double peak = gpu->peak_flop_per_s[PRECISION_FP16];
    cr_expect_float_eq((more.ideal_s - less.ideal_s) * peak, weights_flop, 1);
    cr_expect_float_eq(forward.ideal_s, plain.ideal_s, 1e-12);
    cr_expect_gt(forward.host_s, plain.host_s);
    double model_flop = training_sequence_flop(&without.jobs[0].training), head_flop = 2.0 * 512 * 1024;
    double frozen_flop = 8 * 2 * weights_flop + head_flop * (double)with.jobs[0].training.model.vocab;
    cr_expect_float_eq(training_sequence_flop(&with.jobs[0].training), model_flop - frozen_flop, 1e-6 * model_flop);
    arena_destroy(arena);
}

/* Three tensors of 512 tokens in 16 bit, half of the features on each of 2 GPUs. */
Test(lora_cost, forward_the_output_is_summed_and_backward_the_gradient_of_the_input) {
    Arena *arena = arena_create();
    SimulationSpec spec = adapted(arena, 16, LORA_QKV);
    const TrainingSpec *training = &spec.jobs[0].training;
    const GpuSpec *gpu = &spec.cluster.node.gpu;
    KernelList forward, backward;
    kernel_list_init(&forward, gpu, PRECISION_FP16);
    kernel_list_init(&backward, gpu, PRECISION_FP16);
    lora_cost_add_forward(&forward, training);
    lora_cost_add_backward(&backward, training);
    cr_expect_float_eq(forward.cost.memory_s, gpu_memory_bound_seconds(gpu, 3 * 512 * 3072), 1e-12);
    cr_expect_float_eq(backward.cost.memory_s, gpu_memory_bound_seconds(gpu, 3 * 512 * 1024), 1e-12);
    cr_expect_eq(forward.launches, 3);
    cr_expect_eq(backward.launches, 5);
    arena_destroy(arena);
}

/* PEFT: 5 bytes of each input feature, 4 of each output feature, in both directions; a compiler fuses them. */
Test(lora_cost, eager_adapters_drop_out_their_input_and_scale_their_output) {
    Arena *arena = arena_create();
    SimulationSpec spec = adapted(arena, 16, LORA_QKV);
    TrainingSpec *training = &spec.jobs[0].training;
    const GpuSpec *gpu = &spec.cluster.node.gpu;
    double more_s =
        gpu_memory_bound_seconds(gpu, 5.0 * 512 * 1024 / 2) + gpu_memory_bound_seconds(gpu, 4.0 * 512 * 3072 / 2);
    int forward = lora_cost_host_kernels(training, false), backward = lora_cost_host_kernels(training, true);
    training->plan.eager_layers = true;
    KernelList eager;
    kernel_list_init(&eager, gpu, PRECISION_FP16);
    lora_cost_add_forward(&eager, training);
    cr_expect_float_eq(eager.cost.memory_s - gpu_memory_bound_seconds(gpu, 3 * 512 * 3072), more_s, 1e-12);
    kernel_list_init(&eager, gpu, PRECISION_FP16);
    lora_cost_add_backward(&eager, training);
    cr_expect_float_eq(eager.cost.memory_s - gpu_memory_bound_seconds(gpu, 3 * 512 * 1024), more_s, 1e-12);
    cr_expect_eq(lora_cost_host_kernels(training, false), forward + 2);
    cr_expect_eq(lora_cost_host_kernels(training, true), backward + 2);
    training->plan.compile = true;
    cr_expect_eq(lora_cost_host_kernels(training, true), backward);
    arena_destroy(arena);
}

Test(lora_cost, gradients_and_optimizer_are_those_of_the_adapters) {
    Arena *arena = arena_create();
    SimulationSpec with = adapted(arena, 16, LORA_ALL), without = adapted(arena, 0, LORA_ALL);
    const TrainingSpec *training = &with.jobs[0].training;
    StageMemory less = training_memory_of_stage(training, 0);
    StageMemory more = training_memory_of_stage(&without.jobs[0].training, 0);
    double adapters = 8 * plan_lora_layer_parameters(training) / 2;
    cr_expect_float_eq(training_stage_trained_parameters(training, 0), adapters, 1e-6);
    cr_expect_float_eq(less.gradients_bytes, adapters * 4, 1e-3);
    cr_expect_float_eq(less.optimizer_bytes, adapters * 12, 1e-3);
    cr_expect_float_eq(less.weights_bytes - more.weights_bytes, adapters * 2, 1e-3);
    cr_expect_float_eq(less.activations_bytes, more.activations_bytes, 1e-3);
    arena_destroy(arena);
}

Test(lora_cost, replicas_reduce_adapters_only_folded_or_not) {
    Arena *arena = arena_create();
    SimulationSpec with = adapted(arena, 16, LORA_ALL), without = adapted(arena, 0, LORA_ALL);
    folding_expect_agreement(&with, "adapters", arena);
    const Results *less = simulation_run(&with, arena), *more = simulation_run(&without, arena);
    cr_expect_lt(less->ledger.ns[LEDGER_COMM_DATA], more->ledger.ns[LEDGER_COMM_DATA] / 10);
    cr_expect_lt(less->step, more->step);
    arena_destroy(arena);
}

/* One stage of 8 layers on 8 GPUs. */
static SimulationSpec sharded(Arena *arena, int64_t rank, int64_t zero_stage) {
    SimulationSpec spec = small_cluster(arena, 2, 4);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->lora = (LoraSpec){.rank = rank, .targets = LORA_ALL};
    plan->zero_stage = zero_stage;
    plan->gradient_accumulation = 3;
    small_cluster_resolve(arena, &spec);
    return spec;
}

Test(lora_cost, zero_3_gathers_frozen_weights_and_reduces_adapters_only) {
    Arena *arena = arena_create();
    for (int stage = 2; stage <= 3; stage++) {
        SimulationSpec with = sharded(arena, 16, stage), without = sharded(arena, 0, stage);
        folding_expect_agreement(&with, stage == 2 ? "adapters, ZeRO-2" : "adapters, ZeRO-3", arena);
        const Results *less = simulation_run(&with, arena), *more = simulation_run(&without, arena);
        cr_expect_lt(less->step, more->step);
        double kept = stage == 2 ? 0.1 : 0.9;
        cr_expect_lt((double)less->ledger.ns[LEDGER_COMM_DATA], kept * (double)more->ledger.ns[LEDGER_COMM_DATA]);
    }
    SimulationSpec spec = sharded(arena, 16, 3);
    const TrainingSpec *training = &spec.jobs[0].training;
    double adapters = 8 * plan_lora_layer_parameters(training);
    StageMemory memory = training_memory_of_stage(training, 0);
    cr_expect_float_eq(memory.gradients_bytes, (adapters / 8 + adapters / 8 * 2) * 4, 1e-3);
    cr_expect_float_eq(memory.optimizer_bytes, adapters / 8 * 12, 1e-3);
    cr_expect_lt(memory.weights_bytes, training_stage_parameters(training, 0) * 2);
    arena_destroy(arena);
}

static void expect_error(const TrainingSpec *training, const char *path, const char *message) {
    Arena *arena = arena_create();
    ErrorList errors;
    error_list_init(&errors, arena);
    plan_lora_check(training, "jobs[0]", &errors);
    cr_assert_eq(errors.count, 1, "%d errors", errors.count);
    cr_expect_str_eq(errors.items[0].path, path);
    cr_expect_str_eq(errors.items[0].message, message);
    arena_destroy(arena);
}

Test(lora_cost, what_cannot_go_with_adapters_is_an_error) {
    Arena *arena = arena_create();
    SimulationSpec spec = adapted(arena, 16, LORA_QKV);
    TrainingSpec training = spec.jobs[0].training;
    training.plan.zero_whole_weights = true;
    expect_error(&training, "jobs[0].plan.zero_whole_weights", "found true with lora_rank, expected false");
    training.plan.zero_whole_weights = false;
    training.plan.torch_fsdp = true;
    expect_error(&training, "jobs[0].plan.torch_fsdp", "found true with lora_rank, expected false");
    training.plan.torch_fsdp = false;
    training.plan.lora.fp8_weights = true;
    training.plan.precision = PRECISION_FP8;
    training.plan.zero_stage = 3;
    expect_error(&training, "jobs[0].plan.lora_fp8_weights",
                 "found true with ZeRO-3, which gathers 16 bit, expected false");
    training = spec.jobs[0].training;
    training.plan.lora.rank = training.model.hidden + 3;
    expect_error(&training, "jobs[0].plan.lora_rank",
                 arena_format(arena, "found %" PRId64 ", expected at most hidden_size %" PRId64,
                              training.plan.lora.rank, training.model.hidden));
    training = spec.jobs[0].training;
    training.plan.offload_optimizer = true;
    expect_error(&training, "jobs[0].plan.offload_optimizer",
                 "found true with lora_rank, expected false: adapters have little to keep");
    SimulationSpec experts = small_experts(arena, 1, 2);
    experts.jobs[0].training.plan.lora.rank = 3;
    expect_error(&experts.jobs[0].training, "jobs[0].plan.lora_rank",
                 "found 3 with experts or latent attention, expected a dense model without it");
    arena_destroy(arena);
}
