#include "models/plan/layer_list.h"

#include <criterion/criterion.h>

static const LayerSpec CONV = {.kind = LAYER_CONV,
                               .repeat = 1,
                               .in_channels = 6,
                               .out_channels = 10,
                               .kernel_size = 3,
                               .stride = 2,
                               .groups = 2,
                               .height = 15,
                               .width = 22,
                               .bias = true,
                               .batch_norm = true,
                               .relu = true};

Test(layer_list, a_convolution_has_a_window_of_its_group_per_output_channel) {
    cr_assert_eq(layer_parameters(&CONV), 6 / 2 * 3 * 3 * 10 + 10 + 2 * 10);
    cr_assert_eq(layer_out_height(&CONV), 8);
    cr_assert_eq(layer_out_width(&CONV), 11);
    cr_assert_eq(layer_product_flop(&CONV), 2 * (6 / 2 * 3 * 3 * 10) * 8 * 11);
    cr_assert_eq(layer_in_elements(&CONV), 6 * 15 * 22);
    cr_assert_eq(layer_out_elements(&CONV), 10 * 8 * 11);
}

Test(layer_list, a_batch_norm_before_a_relu_keeps_its_input_too) {
    LayerSpec layer = CONV;
    cr_assert_eq(layer_kept_elements(&layer), 2 * 10 * 8 * 11);
    layer.relu = false;
    cr_assert_eq(layer_kept_elements(&layer), 10 * 8 * 11);
    layer.batch_norm = false;
    cr_assert_eq(layer_kept_elements(&layer), 10 * 8 * 11);
}

Test(layer_list, a_linear_layer_works_on_all_rows_with_the_same_weights) {
    LayerSpec layer = {.kind = LAYER_LINEAR, .repeat = 1, .in_features = 37, .out_features = 5, .rows = 11};
    cr_assert_eq(layer_parameters(&layer), 37 * 5);
    cr_assert_eq(layer_product_flop(&layer), 2 * 37 * 5 * 11);
    cr_assert_eq(layer_out_elements(&layer), 55);
    layer.rows = 0;
    cr_assert_eq(layer_product_flop(&layer), 2 * 37 * 5);
}

Test(layer_list, a_pool_moves_by_its_window_unless_told_otherwise) {
    LayerSpec layer = {.kind = LAYER_POOL, .repeat = 1, .in_channels = 3, .kernel_size = 3, .height = 13};
    cr_assert_eq(layer_out_elements(&layer), 3 * 5 * 5);
    layer.stride = 2;
    cr_assert_eq(layer_out_elements(&layer), 3 * 7 * 7);
    cr_assert_eq(layer_parameters(&layer), 0);
    cr_assert_eq(layer_product_flop(&layer), 0);
}

Test(layer_list, tables_give_a_vector_each_and_only_sharded_ones_are_exchanged) {
    LayerSpec layer = {.kind = LAYER_EMBEDDING_BAG,
                       .repeat = 1,
                       .tables = 3,
                       .num_embeddings = 1001,
                       .embedding_dim = 24,
                       .lookups = 7};
    cr_assert_eq(layer_parameters(&layer), 3 * 1001 * 24);
    cr_assert_eq(layer_in_elements(&layer), 3 * 7 * 24);
    cr_assert_eq(layer_out_elements(&layer), 3 * 24);
    cr_assert_eq(layer_exchanged_elements(&layer), 0);
    layer.sharded = true;
    cr_assert_eq(layer_exchanged_elements(&layer), 3 * 24);
}

Test(layer_list, an_interaction_keeps_every_pair_once_and_one_vector) {
    LayerSpec layer = {.kind = LAYER_INTERACTION, .repeat = 1, .vectors = 27, .embedding_dim = 16};
    cr_assert_eq(layer_out_elements(&layer), 367);
    cr_assert_eq(layer_product_flop(&layer), 2 * 27 * 27 * 16);
}

Test(layer_list, sums_count_repeats_of_blocks_and_of_layers_in_them) {
    LayerSpec inner[] = {CONV, {.kind = LAYER_LINEAR, .repeat = 5, .in_features = 7, .out_features = 3}};
    LayerSpec layers[] = {{.kind = LAYER_LINEAR, .repeat = 2, .in_features = 11, .out_features = 13},
                          {.kind = LAYER_BLOCK, .repeat = 3, .block = {inner, 2, false}}};
    LayerListSpec list = {layers, 2, false};
    cr_assert_eq(layer_list_length(&list), 2 + 3 * (1 + 5));
    cr_assert_eq(layer_list_parameters(&list), 2 * 11 * 13 + 3 * (300 + 5 * 21));
    cr_assert_eq(layer_list_flop(&list), 2 * 2 * 11 * 13 + 3 * (layer_product_flop(&CONV) + 5 * 2 * 21));
    cr_assert_eq(layer_list_kept_elements(&list), 2 * 13 + 3 * (2 * 880 + 5 * 3));
    cr_assert_eq(layer_list_sharded_parameters(&list), 0);
}
