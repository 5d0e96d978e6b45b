#include "models/plan/layer_list_run.h"

#include <criterion/criterion.h>

#include "tests/unit/models/small_list.h"

/* A stem, a bottleneck with a branch of its own as torchvision's resnet50 writes it, identity blocks, an end. */
static const LayerSpec INNER[] = {
    {.kind = LAYER_CONV, .repeat = 2, .in_channels = 24, .out_channels = 24, .kernel_size = 3, .height = 14},
    {.kind = LAYER_ELEMENT_WISE, .repeat = 1, .elements = 24 * 14 * 14, .inputs = 2},
};

static const LayerSpec RESIDUAL[] = {
    {.kind = LAYER_CONV, .repeat = 1, .in_channels = 3, .out_channels = 8, .kernel_size = 7, .height = 28},
    {.kind = LAYER_POOL, .repeat = 1, .in_channels = 8, .kernel_size = 2, .height = 28},
    {.kind = LAYER_CONV, .repeat = 1, .in_channels = 8, .out_channels = 24, .kernel_size = 3, .height = 14},
    {.kind = LAYER_CONV, .repeat = 1, .in_channels = 8, .out_channels = 24, .kernel_size = 1, .height = 14},
    {.kind = LAYER_ELEMENT_WISE, .repeat = 1, .elements = 24 * 14 * 14, .inputs = 2},
    {.kind = LAYER_BLOCK, .repeat = 3, .block = {INNER, 2, false}},
    {.kind = LAYER_ELEMENT_WISE, .repeat = 1, .elements = 24 * 14 * 14},
    {.kind = LAYER_LINEAR, .repeat = 2, .in_features = 11, .out_features = 11},
};

static const LayerListSpec RESIDUAL_NET = {RESIDUAL, sizeof RESIDUAL / sizeof *RESIDUAL, false};

Test(layer_list_run, branches_that_a_sum_joins_and_repeats_of_a_block_are_pieces) {
    static const int ENDS[] = {1, 2, 5, 8, 11, 14, 15, 16, 17};
    Arena *arena = arena_create();
    LayerRun run = layer_list_run(&RESIDUAL_NET, arena);
    cr_assert_eq(run.piece_count, sizeof ENDS / sizeof *ENDS);
    for (int i = 0; i < run.piece_count; i++)
        cr_expect_eq(run.piece_ends[i], ENDS[i], "piece %d ends at %d", i, run.piece_ends[i]);
    cr_assert_eq(layer_list_piece_count(&RESIDUAL_NET), run.piece_count);
    arena_destroy(arena);
}

/* What else it sums must come from before: from within or before the block. */
Test(layer_list_run, a_sum_right_behind_a_block_or_a_pool_belongs_to_it) {
    LayerSpec layers[] = {RESIDUAL[1], RESIDUAL[5], RESIDUAL[4], RESIDUAL[7]};
    Arena *arena = arena_create();
    LayerRun run = layer_list_run(&(LayerListSpec){layers, 4, false}, arena);
    cr_assert_eq(run.piece_count, 1 + 3 + 2);
    cr_assert_eq(run.piece_ends[2], 1 + 2 * 3);
    cr_assert_eq(run.piece_ends[3], 1 + 3 * 3 + 1);
    LayerSpec alone = RESIDUAL[4];
    cr_assert_eq(layer_list_piece_count(&(LayerListSpec){&alone, 1, false}), 1);
    arena_destroy(arena);
}

Test(layer_list_run, the_output_of_the_last_layer_crosses_a_cut) {
    Arena *arena = arena_create();
    LayerRun run = layer_list_run(&RESIDUAL_NET, arena);
    cr_assert_eq(run.live_elements[0], 0);
    cr_assert_eq(run.live_elements[1], 8 * 28 * 28);
    cr_assert_eq(run.live_elements[2], 8 * 14 * 14);
    cr_assert_eq(run.live_elements[16], 11);
    cr_assert_eq(run.live_elements[run.count], 0);
    arena_destroy(arena);
}

/* 7 tables of 48 features, a layer of 520 and one of 48, then 8 vectors become 28 products and a vector. */
Test(layer_list_run, pooled_vectors_cross_every_cut_before_the_interaction) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_recommender(arena, 1);
    LayerRun run = layer_list_run(&spec.jobs[0].training.list, arena);
    cr_assert_eq(run.piece_count, 6);
    cr_assert_eq(run.live_elements[1], 7 * 48);
    cr_assert_eq(run.live_elements[2], 7 * 48 + 520);
    cr_assert_eq(run.live_elements[3], 7 * 48 + 48);
    cr_assert_eq(run.live_elements[4], 28 + 48);
    cr_assert_eq(run.live_elements[5], 2500);
    arena_destroy(arena);
}

Test(layer_list_run, without_an_interaction_the_next_layer_takes_what_is_looked_up) {
    LayerSpec layers[] = {
        {.kind = LAYER_EMBEDDING_BAG, .repeat = 3, .num_embeddings = 1000, .embedding_dim = 13},
        {.kind = LAYER_LINEAR, .repeat = 2, .in_features = 39, .out_features = 39},
    };
    Arena *arena = arena_create();
    LayerRun run = layer_list_run(&(LayerListSpec){layers, 2, false}, arena);
    cr_assert_eq(run.live_elements[2], 26);
    cr_assert_eq(run.live_elements[3], 39);
    cr_assert_eq(run.live_elements[4], 39);
    arena_destroy(arena);
}

Test(layer_list_run, chunks_hold_the_list_and_keep_what_they_are_sent) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_recommender(arena, 1);
    const LayerListSpec *list = &spec.jobs[0].training.list;
    LayerRun run = layer_list_run(list, arena);
    ListChunk tables = layer_run_chunk(&run, 0, 2), rest = layer_run_chunk(&run, 2, 6);
    cr_assert_eq(tables.sharded_parameters, layer_list_sharded_parameters(list));
    cr_assert_eq(tables.parameters, 13 * 520 + 520);
    cr_assert_eq(tables.exchanged_elements, 7 * 48);
    cr_assert_eq(rest.exchanged_elements, 0);
    cr_assert_eq(tables.parameters + tables.sharded_parameters + rest.parameters, layer_list_parameters(list));
    cr_assert_eq(rest.in_elements, 7 * 48 + 520);
    cr_assert_eq(tables.kept_elements + rest.kept_elements, layer_list_kept_elements(list) + 7 * 48 + 520);
    arena_destroy(arena);
}

/* The interaction is on the next stage: what is sent there waits for the exchange. */
Test(layer_list_run, vectors_for_a_later_chunk_are_joined_at_the_end) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_recommender(arena, 1);
    LayerRun run = layer_list_run(&spec.jobs[0].training.list, arena);
    ListChunk tables = layer_run_chunk(&run, 0, 2), rest = layer_run_chunk(&run, 2, 6);
    cr_assert_eq(layer_run_exchange(&run, &tables).looked_up, 1);
    cr_assert_eq(layer_run_exchange(&run, &tables).joined, 2);
    cr_assert_eq(layer_run_exchange(&run, &rest).looked_up, 0);
    arena_destroy(arena);
}
