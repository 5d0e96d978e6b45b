#include "models/plan/layer_list_stages.h"

#include <criterion/criterion.h>

#include "models/memory/training_memory.h"
#include "models/plan/layer_list_plan.h"
#include "models/plan/plan_stages.h"
#include "models/plan/training_parameters.h"
#include "models/workload/checkpoint.h"
#include "tests/unit/models/small_cluster.h"
#include "tests/unit/models/small_list.h"

/* A convolution, a pool, three blocks, a linear layer: six pieces. */
static SimulationSpec staged(Arena *arena, int64_t stages) {
    SimulationSpec spec = small_conv_net(arena, 3);
    spec.jobs[0].training.plan.pipeline_parallel = stages;
    return spec;
}

static const char *text_of(Arena *arena, SimulationSpec *spec) {
    small_cluster_resolve(arena, spec);
    return plan_stages_text(&spec->jobs[0].training, arena);
}

Test(layer_list_stages, pieces_are_dealt_out_evenly_or_as_listed) {
    static const int64_t LISTED[] = {1, 1, 3, 1};
    Arena *arena = arena_create();
    SimulationSpec even = staged(arena, 3), uneven = staged(arena, 4), listed = staged(arena, 4);
    listed.jobs[0].training.plan.layers_per_stage = LISTED;
    listed.jobs[0].training.plan.layers_per_stage_count = 4;
    cr_assert_str_eq(text_of(arena, &even), "3 x 2");
    cr_assert_str_eq(text_of(arena, &uneven), "1, 2, 1, 2");
    cr_assert_str_eq(text_of(arena, &listed), "2 x 1, 3, 1");
    ListChunk third = layer_list_chunk(&listed.jobs[0].training, 2, 0);
    cr_assert_eq(third.first, 2);
    cr_assert_eq(third.end, 2 + 3 * 3);
    arena_destroy(arena);
}

/* Weights and what is kept of a stage of two chunks are those of the first and the fourth piece. */
Test(layer_list_stages, chunks_are_dealt_out_round_the_stages) {
    Arena *arena = arena_create();
    SimulationSpec spec = staged(arena, 3);
    spec.jobs[0].training.plan.virtual_stages = 2;
    spec.jobs[0].training.plan.gradient_accumulation = 3;
    cr_assert_str_eq(text_of(arena, &spec), "6 x 1");
    const TrainingSpec *training = &spec.jobs[0].training;
    double stem = 3 * 96 * 49 + 2 * 96, block = 2 * 96 * 96 * 9;
    cr_assert_eq(training_stage_parameters(training, 0), stem + block);
    cr_assert_eq(layer_list_chunk(training, 0, 1).first, 2 + 3);
    cr_assert_eq(layer_list_chunk(training, 0, 1).in_elements, 96 * 14 * 14);
    arena_destroy(arena);
}

Test(layer_list_stages, weights_of_all_stages_are_those_of_the_model) {
    Arena *arena = arena_create();
    SimulationSpec spec = staged(arena, 4);
    small_cluster_resolve(arena, &spec);
    const TrainingSpec *training = &spec.jobs[0].training;
    double parameters = 0, saved_bytes = 0;
    for (int stage = 0; stage < 4; stage++) {
        parameters += training_stage_parameters(training, stage);
        saved_bytes += 3 * checkpoint_gpu_bytes(&spec.jobs[0], stage);
        cr_assert_float_eq(training_memory_of_stage(training, stage).weights_bytes,
                           4 * training_stage_parameters(training, stage), 1e-6);
    }
    cr_assert_float_eq(parameters, training_model_parameters(training), 1e-6);
    cr_assert_float_eq(saved_bytes, 8 * training_model_parameters(training), 1e-3);
    arena_destroy(arena);
}

/* The stem keeps 2 x 96 x 28 x 28 and its pool 96 x 14 x 14 of each of 17 samples in 2 bytes; a block 3 tensors of 96 x
 * 14 x 14, and the one that it is sent. */
Test(layer_list_stages, a_stage_keeps_as_many_micro_batches_as_the_schedule_has_in_flight) {
    static const int64_t LISTED[] = {2, 1, 3};
    static const struct {
        const char *schedule;
        double held[2];
    } CASES[] = {{"1f1b", {3, 2}}, {"gpipe", {5, 5}}};
    double stem = 17.0 * (2 * 96 * 28 * 28 + 96 * 14 * 14) * 2, block = 17.0 * (4 * 96 * 14 * 14) * 2;
    for (int i = 0; i < 2; i++) {
        Arena *arena = arena_create();
        SimulationSpec spec = staged(arena, 3);
        PlanSpec *plan = &spec.jobs[0].training.plan;
        plan->layers_per_stage = LISTED;
        plan->layers_per_stage_count = 3;
        plan->gradient_accumulation = 5;
        plan->schedule = CASES[i].schedule;
        small_cluster_resolve(arena, &spec);
        const TrainingSpec *training = &spec.jobs[0].training;
        cr_expect_float_eq(training_memory_of_stage(training, 0).activations_bytes, CASES[i].held[0] * stem, 1);
        cr_expect_float_eq(training_memory_of_stage(training, 1).activations_bytes, CASES[i].held[1] * block, 1);
        arena_destroy(arena);
    }
}

/* Tables of a stage are shared by its replicas alone. */
Test(layer_list_stages, only_the_stage_with_the_tables_holds_and_exchanges_them) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_recommender(arena, 2);
    spec.jobs[0].training.plan.pipeline_parallel = 2;
    small_cluster_resolve(arena, &spec);
    const TrainingSpec *training = &spec.jobs[0].training;
    ListChunk tables = layer_list_chunk(training, 0, 0), rest = layer_list_chunk(training, 1, 0);
    cr_assert_eq(layer_list_shard_parameters(training, 0), 7 * 130000.0 * 48 / 4);
    cr_assert_eq(layer_list_shard_parameters(training, 1), 0);
    cr_assert_eq(layer_list_exchange_bytes(training, &tables), 20011.0 * 7 * 48 * 2);
    cr_assert_eq(layer_list_exchange_bytes(training, &rest), 0);
    cr_assert_eq(layer_list_message_bytes(training, &rest), 20011.0 * (7 * 48 + 48) * 2);
    arena_destroy(arena);
}

Test(layer_list_stages, there_are_no_more_chunks_than_pieces) {
    Arena *arena = arena_create();
    SimulationSpec stages = staged(arena, 12), chunks = staged(arena, 4);
    chunks.jobs[0].training.plan.virtual_stages = 2;
    chunks.jobs[0].training.plan.gradient_accumulation = 4;
    small_cluster_expect_error(
        &stages, "jobs[0].plan.pipeline_parallel",
        "found 12 stages of 1 chunks, expected no more chunks than the list's 6 pieces: a layer, a repeat of a block, "
        "or the branches that a sum outside a block joins, is one; fewer stages leave more GPUs for replicas");
    small_cluster_expect_error(
        &chunks, "jobs[0].plan.pipeline_parallel",
        "found 4 stages of 2 chunks, expected no more chunks than the list's 6 pieces: a layer, a repeat of a block, "
        "or the branches that a sum outside a block joins, is one; fewer stages leave more GPUs for replicas");
    arena_destroy(arena);
}

static void expect_listed_error(const int64_t *listed, int64_t count, StageSplit split, const char *key,
                                const char *message) {
    Arena *arena = arena_create();
    SimulationSpec spec = staged(arena, 3);
    spec.jobs[0].training.plan.layers_per_stage = listed;
    spec.jobs[0].training.plan.layers_per_stage_count = count;
    spec.jobs[0].training.plan.stage_split = split;
    small_cluster_expect_error(&spec, key, message);
    arena_destroy(arena);
}

Test(layer_list_stages, what_is_listed_holds_each_piece_once) {
    static const int64_t TWO[] = {3, 3}, SHORT[] = {2, 2, 1}, EMPTY[] = {6, 0, 0}, GOOD[] = {2, 2, 2};
    const char *key = "jobs[0].plan.layers_per_stage";
    expect_listed_error(TWO, 2, STAGE_SPLIT_EVEN, key,
                        "found 2 numbers, expected one for each of 3 stages of 1 chunks");
    expect_listed_error(SHORT, 3, STAGE_SPLIT_EVEN, key,
                        "found 5 in sum, expected the list's 6 pieces: a layer, a repeat of a block, or the branches "
                        "that a sum outside a block joins, is one");
    expect_listed_error(EMPTY, 3, STAGE_SPLIT_EVEN, key, "found 0, expected at least 1 on every chunk");
    expect_listed_error(GOOD, 3, STAGE_SPLIT_COST, "jobs[0].plan.stage_split",
                        "found it beside layers_per_stage, expected one way to say what a stage holds");
}

Test(layer_list_stages, a_split_by_cost_has_a_limit) {
    LayerSpec layers[] = {
        {.kind = LAYER_LINEAR, .repeat = LIST_SPLIT_PIECES_MAX + 1, .in_features = 7, .out_features = 7}};
    Arena *arena = arena_create();
    SimulationSpec spec = staged(arena, 3);
    spec.jobs[0].training.list = (LayerListSpec){layers, 1, false};
    spec.jobs[0].training.plan.stage_split = STAGE_SPLIT_COST;
    small_cluster_expect_error(&spec, "jobs[0].plan.stage_split",
                               "found cost with a list of 4001 pieces, expected at most 4000: even and "
                               "layers_per_stage know no limit");
    arena_destroy(arena);
}

static void expect_plan_error(SimulationSpec spec, const char *key, const char *message) {
    small_cluster_expect_error(&spec, key, message);
}

Test(layer_list_stages, what_only_stages_of_a_transformer_know_is_refused) {
    Arena *arena = arena_create();
    SimulationSpec split = staged(arena, 3), ends = staged(arena, 3), first = staged(arena, 3),
                   noise = staged(arena, 3);
    split.jobs[0].training.plan.schedule = "zb_h1";
    ends.jobs[0].training.plan.stage_split = STAGE_SPLIT_ENDS;
    first.jobs[0].training.plan.first_stage_layers = 2;
    noise.jobs[0].training.plan.gradient_noise_scale = true;
    expect_plan_error(split, "jobs[0].plan.schedule",
                      "found zb_h1 with a model given by layers, expected gpipe, 1f1b or interleaved_1f1b, a layer's "
                      "weight gradients have no pass of their own");
    expect_plan_error(ends, "jobs[0].plan.stage_split",
                      "found ends with a model given by layers, expected even or cost, there is no embedding and no "
                      "head");
    expect_plan_error(first, "jobs[0].plan.first_stage_layers",
                      "found 2 with a model given by layers, expected none: layers_per_stage lists them");
    expect_plan_error(noise, "jobs[0].plan.gradient_noise_scale",
                      "found true with a model given by layers, expected false with stages, AdaptDL is data parallel");
    arena_destroy(arena);
}
