/* What PyTorch's FSDP holds at the loss, in the first layers of the backward pass, and at its end. */
#include "models/memory/fsdp_memory.h"

#include <criterion/criterion.h>

#include "models/memory/loss_memory.h"
#include "models/memory/training_memory.h"
#include "models/plan/training_parameters.h"
#include "tests/unit/models/small_cluster.h"

/* 16 GPUs, an untied head, fp16 with gradients reduced in fp32. */
static SimulationSpec fsdp(Arena *arena) {
    SimulationSpec spec = small_cluster(arena, 4, 4);
    TrainingSpec *training = &spec.jobs[0].training;
    training->model.tied_embeddings = false;
    training->plan.zero_stage = 3;
    training->plan.torch_fsdp = true;
    small_cluster_resolve(arena, &spec);
    return spec;
}

/* Parameters of embedding and head, of the head with the last norm, of a layer, and of all. */
typedef struct Parts {
    double root, head, layer, whole;
} Parts;

static Parts parts_of(const TrainingSpec *training) {
    double embedding = training_part_parameters(training, (LayerCount){0, 0}, true, false);
    double head = training_part_parameters(training, (LayerCount){0, 0}, false, true);
    double layer = training_part_parameters(training, (LayerCount){1, 0}, false, false);
    return (Parts){embedding + head, head, layer, training_stage_parameters(training, 0)};
}

Test(fsdp_memory, embedding_and_head_stay_gathered_and_layers_come_and_go) {
    Arena *arena = arena_create();
    SimulationSpec spec = fsdp(arena);
    TrainingSpec *training = &spec.jobs[0].training;
    Parts parts = parts_of(training);
    cr_expect_float_eq(fsdp_memory_weights_bytes(training, MOMENT_LOSS), 2 * (parts.root + parts.layer), 1);
    cr_expect_float_eq(fsdp_memory_weights_bytes(training, MOMENT_LAYERS), 2 * (parts.root + 3 * parts.layer), 1);
    cr_expect_float_eq(fsdp_memory_weights_bytes(training, MOMENT_END), 2 * parts.root, 1);
    training->plan.prefetch_layers = 300;
    cr_expect_float_eq(fsdp_memory_weights_bytes(training, MOMENT_LAYERS), 2 * parts.whole, 1);
    training->plan.reshard_after_forward = false;
    cr_expect_float_eq(fsdp_memory_weights_bytes(training, MOMENT_LOSS), 2 * parts.whole, 1);
    cr_expect_float_eq(fsdp_memory_weights_bytes(training, MOMENT_END), 2 * parts.root, 1);
    arena_destroy(arena);
}

Test(fsdp_memory, weights_without_main_params_are_shards_of_their_own) {
    Arena *arena = arena_create();
    SimulationSpec spec = fsdp(arena);
    TrainingSpec *training = &spec.jobs[0].training;
    double before = fsdp_memory_weights_bytes(training, MOMENT_END);
    training->plan.optimizer.main_params = MAIN_PARAMS_NONE;
    double more = fsdp_memory_weights_bytes(training, MOMENT_END) - before;
    cr_expect_float_eq(more, 2 * parts_of(training).whole / 16, 1);
    arena_destroy(arena);
}

Test(fsdp_memory, gradients_grow_from_none_to_shards_and_the_root) {
    Arena *arena = arena_create();
    SimulationSpec spec = fsdp(arena);
    TrainingSpec *training = &spec.jobs[0].training;
    Parts parts = parts_of(training);
    double shards = 4 * parts.whole / 16, buffers = 2 * (parts.root + 2 * parts.layer);
    cr_expect_eq(fsdp_memory_gradients_bytes(training, MOMENT_LOSS), 0);
    cr_expect_float_eq(fsdp_memory_gradients_bytes(training, MOMENT_LAYERS), 2 * parts.head + 8 * parts.layer, 1);
    cr_expect_float_eq(fsdp_memory_gradients_bytes(training, MOMENT_END), shards + 6 * parts.root, 1);
    cr_expect_float_eq(fsdp_memory_cached_bytes(training, MOMENT_LOSS), shards + buffers, 1);
    cr_expect_float_eq(fsdp_memory_cached_bytes(training, MOMENT_END), buffers, 1);
    training->plan.gradient_accumulation = 3;
    training->plan.global_batch_seqs = 48;
    cr_expect_float_eq(fsdp_memory_gradients_bytes(training, MOMENT_LOSS), shards, 1);
    cr_expect_float_eq(fsdp_memory_cached_bytes(training, MOMENT_LOSS), buffers, 1);
    arena_destroy(arena);
}

/* A small micro-batch peaks at the end, a large one at the loss; reserved is more than allocated in both. */
Test(fsdp_memory, the_peak_moves_from_the_end_of_the_backward_pass_to_the_loss) {
    Arena *arena = arena_create();
    SimulationSpec spec = fsdp(arena);
    TrainingSpec *training = &spec.jobs[0].training;
    training->model.vocab = 51200;
    training->plan.flash_attention = training->plan.fused_cross_entropy = true;
    training->plan.recompute = RECOMPUTE_FULL;
    StageMemory small = training_memory_of_stage(training, 0);
    double end = small.optimizer_bytes + fsdp_memory_weights_bytes(training, MOMENT_END) +
                 fsdp_memory_gradients_bytes(training, MOMENT_END);
    cr_expect_float_eq(stage_memory_allocated_bytes(&small), end, 1);
    cr_expect_float_eq(stage_memory_total_bytes(&small), end + small.process_bytes, 1);
    cr_expect_geq(small.cached_bytes, fsdp_memory_cached_bytes(training, MOMENT_END) - 1);
    training->plan.fused_cross_entropy = false;
    training->plan.eager_cross_entropy = true;
    training->plan.micro_batch_seqs = 60;
    training->plan.global_batch_seqs = 60 * 16;
    StageMemory large = training_memory_of_stage(training, 0);
    cr_expect_gt(stage_memory_allocated_bytes(&large), 1.5 * end);
    cr_expect_eq(large.gradients_bytes, 0);
    double cached = loss_memory_cached_bytes(training) + fsdp_memory_cached_bytes(training, MOMENT_LOSS);
    cr_expect_float_eq(large.cached_bytes, cached, 1);
    arena_destroy(arena);
}

Test(fsdp_memory, is_zero_3) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_cluster(arena, 4, 4);
    spec.jobs[0].training.plan.torch_fsdp = true;
    small_cluster_expect_error(&spec, "jobs[0].plan.torch_fsdp",
                               "found true with another zero_stage, expected zero_stage 3");
    arena_destroy(arena);
}
