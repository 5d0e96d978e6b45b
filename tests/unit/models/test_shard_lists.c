#include "models/cost/shard_lists.h"

#include <criterion/criterion.h>

#include "models/plan/shard_units.h"
#include "tests/unit/models/one_chunk.h"
#include "tests/unit/models/small_cluster.h"

/* Seconds of a gather's view before and beside the collective, of a reduction's, and of a list whatever its length. */
static const double CUT_S = 3e-6, ISSUE_S = 5.8e-6, REDUCE_S = 9.8e-6, LIST_S = 309.6e-6;

/* A GPT on 16 GPUs, in fp16. */
static TrainingSpec listed(Arena *arena) {
    SimulationSpec spec = small_cluster(arena, 4, 4);
    TrainingSpec *training = &spec.jobs[0].training;
    training->plan.zero_stage = 3;
    training->plan.zero_list_collectives = true;
    small_cluster_resolve(arena, &spec);
    return *training;
}

/* Four weights; in the backward pass eight biases and norms are reduced as well. */
Test(shard_lists, the_host_issues_a_view_for_every_gpu_and_weight) {
    Arena *arena = arena_create();
    TrainingSpec training = listed(arena);
    double bytes = shard_unit_parameters(&training, ONE_CHUNK_UNIT(&training, 3)) * 2;
    ShardLists forward = shard_lists_of(&training, ONE_CHUNK_UNIT(&training, 3), PASS_FORWARD);
    cr_assert_float_eq(forward.host_s, 4 * (LIST_S + 16 * CUT_S), 1e-12);
    cr_assert_float_eq(forward.beside_s, 4 * 16 * ISSUE_S, 1e-12);
    cr_assert_float_eq(forward.bytes, 4 * bytes, 1);
    ShardLists backward = shard_lists_of(&training, ONE_CHUNK_UNIT(&training, 3), PASS_BACKWARD);
    cr_assert_float_eq(backward.host_s, forward.host_s + 12 * (LIST_S + 16 * REDUCE_S), 1e-12);
    cr_assert_float_eq(backward.beside_s, forward.beside_s, 1e-12);
    cr_assert_float_eq(backward.bytes, 10 * bytes, 1);
    arena_destroy(arena);
}

Test(shard_lists, zero_2_only_reduces) {
    Arena *arena = arena_create();
    TrainingSpec training = listed(arena);
    training.plan.zero_stage = 2;
    cr_assert_eq(shard_lists_of(&training, ONE_CHUNK_UNIT(&training, 3), PASS_FORWARD).host_s, 0);
    cr_assert_float_eq(shard_lists_of(&training, ONE_CHUNK_UNIT(&training, 3), PASS_BACKWARD).host_s,
                       12 * (LIST_S + 16 * REDUCE_S), 1e-12);
    cr_assert_eq(shard_lists_of(&training, ONE_CHUNK_UNIT(&training, 3), PASS_BACKWARD).beside_s, 0);
    cr_assert_eq(shard_lists_step_s(&training), 0);
    arena_destroy(arena);
}

Test(shard_lists, there_are_none_on_one_gpu_nor_without_the_switch) {
    Arena *arena = arena_create();
    TrainingSpec training = listed(arena);
    training.plan.zero_shard_size = 1;
    cr_assert_eq(shard_lists_of(&training, ONE_CHUNK_UNIT(&training, 3), PASS_BACKWARD).host_s, 0);
    training.plan.zero_shard_size = 16;
    cr_assert_gt(shard_lists_of(&training, ONE_CHUNK_UNIT(&training, 3), PASS_BACKWARD).host_s, 0);
    training.plan.zero_list_collectives = false;
    cr_assert_eq(shard_lists_of(&training, ONE_CHUNK_UNIT(&training, 3), PASS_BACKWARD).host_s, 0);
    cr_assert_eq(shard_lists_gather_slowdown(&training, ONE_CHUNK_UNIT(&training, 3)), 1);
    cr_assert_eq(shard_lists_step_s(&training), 0);
    arena_destroy(arena);
}

/* Each vector is put together of 16 views by four calls from Python, 7 us and a copy. */
Test(shard_lists, biases_and_norms_are_gathered_once_a_step) {
    Arena *arena = arena_create();
    TrainingSpec training = listed(arena);
    const double view_s = 7e-6 + 4.8e-6, list_s = LIST_S + 16 * (CUT_S + ISSUE_S);
    cr_assert_float_eq(shard_lists_step_s(&training), list_s + 8 * 16 * 8 * view_s, 1e-12);
    training.model.rms_norm = true;
    training.model.biases = false;
    cr_assert_float_eq(shard_lists_step_s(&training), list_s + 8 * 16 * 2 * view_s, 1e-12);
    arena_destroy(arena);
}

/* Of weights of 3, 1, 4 and 4 h^2: with h = 24 on 16 GPUs the parts of 4 h^2 are of 288 bytes, a multiple of 16, those
 * of 3 h^2 and h^2 of 216 and 72. */
Test(shard_lists, parts_that_are_not_aligned_are_gathered_slowly) {
    Arena *arena = arena_create();
    TrainingSpec training = listed(arena);
    training.model.hidden = 32;
    training.model.heads = 4;
    training.model.ffn_hidden = 128;
    cr_assert_float_eq(shard_lists_gather_slowdown(&training, ONE_CHUNK_UNIT(&training, 3)), 1, 1e-12);
    training.model.hidden = 24;
    training.model.ffn_hidden = 96;
    cr_assert_float_eq(shard_lists_gather_slowdown(&training, ONE_CHUNK_UNIT(&training, 3)), (3 * 3.5 + 3.5 + 8) / 12,
                       1e-12);
    arena_destroy(arena);
}

/* With h = 11 a sixteenth of h^2 is 7.6 elements, padded to 8 of 2 bytes, which are aligned; of 3 h^2 23, of 4 h^2 31.
 */
Test(shard_lists, parts_are_padded_to_whole_elements) {
    Arena *arena = arena_create();
    TrainingSpec training = listed(arena);
    training.model.hidden = 11;
    training.model.heads = 1;
    training.model.ffn_hidden = 44;
    cr_assert_float_eq(shard_lists_gather_slowdown(&training, ONE_CHUNK_UNIT(&training, 3)),
                       (3 * 3.5 + 1 + 8 * 3.5) / 12, 1e-12);
    arena_destroy(arena);
}
