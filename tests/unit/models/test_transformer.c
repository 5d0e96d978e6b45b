#include <criterion/criterion.h>

#include "models/plan/transformer.h"

static TransformerSpec gpt3(void) {
    TransformerSpec model = transformer_default();
    model.hidden = 12288;
    model.layers = 96;
    model.heads = 96;
    model.vocab = 51200;
    model.max_positions = 2048;
    return model;
}

static TransformerSpec llama2_70b(void) {
    return (TransformerSpec){.hidden = 8192,
                             .layers = 80,
                             .heads = 64,
                             .kv_heads = 8,
                             .ffn_hidden = 28672,
                             .vocab = 32000,
                             .gated = true,
                             .rms_norm = true};
}

/* Narayanan et al., SC21, equation 2: 12 l h^2 (1 + 13/(12h) + (V+s)/(12lh)). */
Test(transformer, parameters_of_a_gpt_follow_the_formula_of_sc21) {
    TransformerSpec model = gpt3();
    double h = 12288, l = 96, formula = 12 * l * h * h * (1 + 13 / (12 * h) + (51200 + 2048) / (12 * l * h));
    cr_assert_float_eq(transformer_parameters(&model) / formula, 1, 1e-6);
}

/* Touvron et al. 2023: 68,976,648,192 parameters. */
Test(transformer, parameters_of_llama_2_70b_are_exact) {
    TransformerSpec model = llama2_70b();
    cr_assert_eq(transformer_parameters(&model), 68976648192.0);
}

/* Qwen2.5 7B as published by its authors: 7,615,616,512 parameters, of which 129,024 are biases. */
Test(transformer, parameters_of_qwen_2_5_7b_are_exact) {
    TransformerSpec model = {.hidden = 3584,
                             .layers = 28,
                             .heads = 28,
                             .kv_heads = 4,
                             .ffn_hidden = 18944,
                             .vocab = 152064,
                             .gated = true,
                             .rms_norm = true,
                             .qkv_biases = true};
    cr_assert_eq(transformer_parameters(&model), 7615616512.0);
    model.qkv_biases = false;
    cr_assert_eq(transformer_parameters(&model), 7615616512.0 - 129024);
    model.biases = true;
    double with_all = transformer_parameters(&model);
    model.qkv_biases = true;
    cr_assert_eq(transformer_parameters(&model), with_all);
}

/* SC21 equation 3 without recomputation: 72 B s l h^2 (1 + s/(6h) + V/(12lh)). */
Test(transformer, model_flop_of_a_gpt_follows_the_formula_of_sc21) {
    TransformerSpec model = gpt3();
    double h = 12288, l = 96, s = 2048;
    double formula = 72 * s * l * h * h * (1 + s / (6 * h) + 51200 / (12 * l * h));
    cr_assert_float_eq(transformer_model_flop(&model, 2048) / formula, 1, 1e-12);
}

Test(transformer, defaults_are_resolved_from_the_other_sizes) {
    TransformerSpec model = gpt3();
    cr_assert_eq(transformer_kv_heads(&model), 96);
    cr_assert_eq(transformer_head_dim(&model), 128);
    cr_assert_eq(transformer_ffn_hidden(&model), 49152);
}

Test(transformer, an_untied_head_has_parameters_of_its_own) {
    TransformerSpec tied = gpt3(), untied = gpt3();
    untied.tied_embeddings = false;
    cr_assert_eq(transformer_parameters(&untied) - transformer_parameters(&tied), 51200.0 * 12288);
}

/* Jiang et al. 2024, Mixtral of Experts (arXiv 2401.04088): 47B parameters, of which a token uses 13B; the weights that
 * are published are 46,702,792,704. */
static TransformerSpec mixtral_8x7b(void) {
    return (TransformerSpec){.hidden = 4096,
                             .layers = 32,
                             .heads = 32,
                             .kv_heads = 8,
                             .ffn_hidden = 14336,
                             .vocab = 32000,
                             .gated = true,
                             .rms_norm = true,
                             .experts = 8,
                             .experts_per_token = 2};
}

Test(transformer, parameters_of_mixtral_8x7b_are_exact) {
    TransformerSpec model = mixtral_8x7b();
    cr_assert_eq(transformer_parameters(&model), 46702792704.0);
    cr_assert_float_eq(transformer_active_parameters(&model), 12.88e9, 0.005e9);
}

/* Qwen3 30B-A3B as published by its authors: 30.5B parameters, 3.3B activated. */
Test(transformer, small_experts_have_features_of_their_own) {
    TransformerSpec model = mixtral_8x7b();
    model.hidden = 2048;
    model.layers = 48;
    model.kv_heads = 4;
    model.head_dim = 128;
    model.vocab = 151936;
    model.experts = 128;
    model.experts_per_token = 8;
    model.expert_ffn_hidden = 768;
    cr_assert_float_eq(transformer_parameters(&model), 30.5e9, 0.05e9);
    cr_assert_float_eq(transformer_active_parameters(&model), 3.35e9, 0.05e9);
}

Test(transformer, only_the_experts_that_a_token_meets_count_as_flop) {
    TransformerSpec model = mixtral_8x7b(), dense = model;
    dense.experts = dense.experts_per_token = 0;
    double pair = 2 * 3 * 4096.0 * 14336, router = 2 * 4096.0 * 8;
    double more = transformer_layer_flop(&model, 2385) - transformer_layer_flop(&dense, 2385);
    cr_assert_float_eq(more, 2385 * (pair + router), 1);
    model.shared_experts = 3;
    cr_assert_float_eq(transformer_layer_flop(&model, 2385) - transformer_layer_flop(&dense, 2385),
                       2385 * (4 * pair + router), 1);
}
