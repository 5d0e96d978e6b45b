/* The units of ZeRO-2 and 3 and what a GPU holds of them. */
#include "models/plan/shard_units.h"

#include <criterion/criterion.h>

#include "models/memory/training_memory.h"
#include "models/plan/training_parameters.h"
#include "tests/unit/models/one_chunk.h"
#include "tests/unit/models/small_cluster.h"

static const double FP32 = 4, FP16 = 2;

/* 16 GPUs, 8 layers, an untied head. */
static TrainingSpec sharded(Arena *arena, int64_t stage, int64_t shard_size) {
    SimulationSpec spec = small_cluster(arena, 4, 4);
    TrainingSpec *training = &spec.jobs[0].training;
    training->model.tied_embeddings = false;
    training->plan.zero_stage = stage;
    training->plan.zero_shard_size = shard_size;
    small_cluster_resolve(arena, &spec);
    return *training;
}

static double unit_sum(const TrainingSpec *training) {
    double sum = 0;
    for (int unit = 0; unit < shard_unit_count(training, 0, 0); unit++)
        sum += shard_unit_parameters(training, ONE_CHUNK_UNIT(training, unit));
    return sum;
}

Test(shard_units, hold_every_parameter_once_however_many_layers_share_one) {
    Arena *arena = arena_create();
    TrainingSpec training = sharded(arena, 3, 0);
    const int64_t layers[] = {8, 1, SHARD_LAYER_UNITS_MAX, 301};
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
        training.model.layers = layers[i];
        int64_t most = layers[i] < SHARD_LAYER_UNITS_MAX ? layers[i] : SHARD_LAYER_UNITS_MAX;
        cr_assert_eq(shard_unit_count(&training, 0, 0), most + 2);
        double whole = training_stage_parameters(&training, 0);
        cr_assert_float_eq(unit_sum(&training) / whole, 1, 1e-12);
    }
    arena_destroy(arena);
}

Test(shard_units, there_are_none_below_zero_2) {
    Arena *arena = arena_create();
    for (int64_t stage = 0; stage <= 1; stage++) {
        TrainingSpec training = sharded(arena, stage, 0);
        cr_assert_eq(shard_unit_count(&training, 0, 0), 0);
    }
    arena_destroy(arena);
}

Test(shard_units, the_embedding_comes_first_and_the_head_last) {
    Arena *arena = arena_create();
    TrainingSpec training = sharded(arena, 2, 0);
    int last = shard_unit_count(&training, 0, 0) - 1;
    for (int unit = 0; unit <= last; unit++) {
        ShardUnit at = shard_unit_at(&training, 0, 0, unit);
        cr_assert_eq(at.embedding, unit == 0);
        cr_assert_eq(at.head, unit == last);
        cr_assert_eq(at.layers.layers, unit > 0 && unit < last);
    }
    arena_destroy(arena);
}

static double layers_of(const TrainingSpec *training, int64_t layers) {
    return training_part_parameters(training, (LayerCount){layers, 0}, false, false);
}

/* Rajbhandari et al. 2020, figure 1: 2 + 4 + 12 bytes per parameter, split one after the other. Layers are larger than
 * the embedding and the head here, so two of them are the most that is whole beside the shard. */
Test(shard_units, each_stage_splits_one_thing_more_over_the_shard_group) {
    Arena *arena = arena_create();
    for (int64_t stage = 0; stage <= 3; stage++) {
        TrainingSpec training = sharded(arena, stage, 0);
        StageMemory memory = training_memory_of_stage(&training, 0);
        double whole = training_stage_parameters(&training, 0), held = whole / 16 + layers_of(&training, 2);
        cr_assert_float_eq(memory.optimizer_bytes, 12 * (stage > 0 ? whole / 16 : whole), 1);
        cr_assert_float_eq(memory.gradients_bytes, FP32 * (stage > 1 ? held : whole), 1);
        cr_assert_float_eq(memory.weights_bytes, FP16 * (stage > 2 ? held : whole), 1);
    }
    arena_destroy(arena);
}

Test(shard_units, a_smaller_shard_group_holds_a_larger_shard) {
    Arena *arena = arena_create();
    TrainingSpec training = sharded(arena, 3, 4);
    StageMemory memory = training_memory_of_stage(&training, 0);
    double whole = training_stage_parameters(&training, 0), held = whole / 4 + layers_of(&training, 2);
    cr_assert_float_eq(memory.optimizer_bytes, 12 * whole / 4, 1);
    cr_assert_float_eq(memory.gradients_bytes, FP32 * held, 1);
    cr_assert_float_eq(memory.weights_bytes, FP16 * held, 1);
    training = sharded(arena, 3, 1);
    memory = training_memory_of_stage(&training, 0);
    cr_assert_float_eq(memory.weights_bytes, FP16 * whole, 1);
    cr_assert_float_eq(memory.gradients_bytes, FP32 * whole, 1);
    arena_destroy(arena);
}

Test(shard_units, what_is_gathered_ahead_is_held_up_to_the_whole_model) {
    Arena *arena = arena_create();
    TrainingSpec training = sharded(arena, 3, 0);
    double whole = training_stage_parameters(&training, 0);
    training.plan.prefetch_layers = 0;
    cr_assert_float_eq(shard_held_parameters(&training, 0, whole), whole / 16 + layers_of(&training, 1), 1);
    training.plan.prefetch_layers = 4;
    cr_assert_float_eq(shard_held_parameters(&training, 0, whole), whole / 16 + layers_of(&training, 5), 1);
    training.plan.prefetch_layers = 301;
    cr_assert_float_eq(shard_held_parameters(&training, 0, whole), whole / 16 + whole, 1);
    training.plan.prefetch_layers = 1;
    training.plan.reshard_after_forward = false;
    cr_assert_float_eq(shard_held_parameters(&training, 0, whole), whole / 16 + whole, 1);
    cr_assert_float_eq(shard_held_gradients(&training, 0, whole), whole / 16 + layers_of(&training, 2), 1);
    arena_destroy(arena);
}

Test(shard_units, lists_move_every_weight_of_a_layer_by_itself) {
    Arena *arena = arena_create();
    TrainingSpec training = sharded(arena, 3, 0);
    int last = shard_unit_count(&training, 0, 0) - 1;
    cr_assert_eq(shard_unit_collectives(&training, ONE_CHUNK_UNIT(&training, 3)), 1);
    training.plan.zero_list_collectives = true;
    cr_assert_eq(shard_unit_collectives(&training, ONE_CHUNK_UNIT(&training, 3)), 4);
    cr_assert_eq(shard_unit_collectives(&training, ONE_CHUNK_UNIT(&training, last)), 1);
    arena_destroy(arena);
}

/* Of a recomputed layer's 12 h^2 parameters the last 4 stay. */
Test(shard_units, a_limit_on_whole_parameters_gathers_recomputed_layers_again) {
    Arena *arena = arena_create();
    TrainingSpec training = sharded(arena, 3, 0);
    training.plan.recompute = RECOMPUTE_FULL;
    cr_assert_eq(shard_unit_gathers(&training, ONE_CHUNK_UNIT(&training, 3), PASS_BACKWARD), 1);
    training.plan.max_live_parameters = 1;
    cr_assert_eq(shard_unit_gathers(&training, ONE_CHUNK_UNIT(&training, 3), PASS_FORWARD), 1);
    cr_assert_float_eq(shard_unit_gathers(&training, ONE_CHUNK_UNIT(&training, 3), PASS_BACKWARD), 1 + 8 / 12.0, 1e-12);
    cr_assert_eq(shard_unit_gathers(&training, ONE_CHUNK_UNIT(&training, 0), PASS_BACKWARD), 1);
    training.plan.reshard_after_forward = false;
    cr_assert_eq(shard_unit_gathers(&training, ONE_CHUNK_UNIT(&training, 3), PASS_BACKWARD), 0);
    training.plan.zero_stage = 2;
    cr_assert_eq(shard_unit_gathers(&training, ONE_CHUNK_UNIT(&training, 3), PASS_FORWARD), 0);
    arena_destroy(arena);
}

Test(shard_units, weights_that_come_one_by_one_are_not_held_as_layers) {
    Arena *arena = arena_create();
    TrainingSpec training = sharded(arena, 3, 0);
    training.plan.zero_list_collectives = true;
    /* The embedding with its positions is the largest; whole in NCCL's buffer and out of it, nothing is ahead. */
    double whole = training_stage_parameters(&training, 0),
           most = shard_unit_parameters(&training, ONE_CHUNK_UNIT(&training, 0));
    cr_assert_gt(most, layers_of(&training, 1) / 4);
    cr_assert_float_eq(shard_held_parameters(&training, 0, whole), whole / 16 + 2 * most, 1);
    training.plan.prefetch_layers = 301;
    cr_assert_float_eq(shard_held_parameters(&training, 0, whole), whole / 16 + 2 * most, 1);
    arena_destroy(arena);
}
