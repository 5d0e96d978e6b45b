#include <criterion/criterion.h>

#include "scenarios/reader/hf_config.h"
#include "tests/unit/scenarios/reading.h"

static void expect_model(const char *config, const char *model) {
    Reading *reading = reading_create();
    YamlNode *node = hf_config_model(reading_tree(reading, config), "jobs[0].model", reading->arena, &reading->errors);
    cr_assert_str_eq(node != NULL ? yaml_node_text(node, reading->arena) : reading_errors(reading), model);
    reading_destroy(reading);
}

Test(hf_config, a_llama_is_gated_and_rotary) {
    expect_model(
        "{\"architectures\": [\"LlamaForCausalLM\"], \"hidden_act\": \"silu\", \"hidden_size\": 4096,\n"
        " \"max_position_embeddings\": 8192, \"model_type\": \"llama\", \"num_attention_heads\": 32,\n"
        " \"num_hidden_layers\": 32, \"num_key_value_heads\": 8, \"pretraining_tp\": 1, \"rope_scaling\": null,\n"
        " \"tie_word_embeddings\": false, \"vocab_size\": 128256, \"intermediate_size\": 14336}",
        "{\"hidden_size\": 4096, \"num_attention_heads\": 32, \"num_hidden_layers\": 32, "
        "\"num_key_value_heads\": 8, \"tie_word_embeddings\": false, \"vocab_size\": 128256, "
        "\"intermediate_size\": 14336, \"gated\": true, \"biases\": false, \"qkv_biases\": false, \"rms_norm\": true}");
}

Test(hf_config, a_qwen2_has_biases_of_query_key_and_value) {
    expect_model("{\"model_type\": \"qwen2\", \"hidden_size\": 3584}",
                 "{\"hidden_size\": 3584, \"gated\": true, \"biases\": false, \"qkv_biases\": true, "
                 "\"rms_norm\": true, \"tie_word_embeddings\": false}");
}

Test(hf_config, a_gpt2_has_learned_positions_and_tied_embeddings) {
    expect_model(
        "{\"model_type\": \"gpt2\", \"n_embd\": 768, \"n_head\": 12, \"n_inner\": null, \"n_layer\": 12, "
        "\"n_positions\": 1024, \"resid_pdrop\": 0.1, \"vocab_size\": 50257}",
        "{\"n_embd\": 768, \"n_head\": 12, \"n_layer\": 12, \"n_positions\": 1024, \"resid_pdrop\": 0.1, "
        "\"vocab_size\": 50257, \"gated\": false, \"biases\": true, \"qkv_biases\": false, \"rms_norm\": false, "
        "\"tie_word_embeddings\": true}");
}

Test(hf_config, without_model_type_silu_tells_a_llama) {
    expect_model("{\"hidden_act\": \"silu\", \"hidden_size\": 64}",
                 "{\"hidden_size\": 64, \"gated\": true, \"biases\": false, \"qkv_biases\": false, \"rms_norm\": true, "
                 "\"tie_word_embeddings\": false}");
}

Test(hf_config, experts_keep_their_numbers) {
    expect_model("{\"model_type\": \"mixtral\", \"num_local_experts\": 8, \"num_experts_per_tok\": 2, "
                 "\"sliding_window\": null}",
                 "{\"num_local_experts\": 8, \"num_experts_per_tok\": 2, \"gated\": true, \"biases\": false, "
                 "\"qkv_biases\": false, \"rms_norm\": true, \"tie_word_embeddings\": false}");
}

/* head_dim of newer files is the part with positions; a null q_lora_rank is none. */
Test(hf_config, a_deepseek_has_latent_attention_and_dense_layers_in_front) {
    expect_model(
        "{\"model_type\": \"deepseek_v3\", \"first_k_dense_replace\": 3, \"moe_layer_freq\": 1, \"head_dim\": 64,\n"
        " \"kv_lora_rank\": 512, \"q_lora_rank\": null, \"v_head_dim\": 128, \"n_routed_experts\": 256,\n"
        " \"n_shared_experts\": 1, \"moe_intermediate_size\": 2048, \"num_nextn_predict_layers\": 1}",
        "{\"first_k_dense_replace\": 3, \"kv_lora_rank\": 512, \"v_head_dim\": 128, \"n_routed_experts\": 256, "
        "\"n_shared_experts\": 1, \"moe_intermediate_size\": 2048, \"gated\": true, \"biases\": false, "
        "\"qkv_biases\": false, \"rms_norm\": true, \"tie_word_embeddings\": false}");
}

Test(hf_config, a_llama_4_swaps_the_names_of_inner_features_and_shares_an_expert) {
    expect_model("{\"model_type\": \"llama4\", \"text_config\": {\"model_type\": \"llama4_text\", \"head_dim\": 128,\n"
                 " \"intermediate_size\": 8192, \"intermediate_size_mlp\": 16384, \"interleave_moe_layer_step\": 2}}",
                 "{\"head_dim\": 128, \"moe_intermediate_size\": 8192, \"intermediate_size\": 16384, "
                 "\"interleave_moe_layer_step\": 2, \"n_shared_experts\": 1, \"gated\": true, \"biases\": false, "
                 "\"qkv_biases\": false, \"rms_norm\": true, \"tie_word_embeddings\": false}");
}

Test(hf_config, what_is_no_dense_known_transformer_is_refused) {
    const char *families = "expected one of gpt2, gpt_neox, llama, mistral, qwen2, qwen3, mixtral, qwen3_moe, "
                           "deepseek_v2, deepseek_v3, llama4_text\n";
    Reading *reading = reading_create();
    expect_model(
        "{\"model_type\": \"mamba\"}",
        arena_format(reading->arena, "t.yaml:1:16: jobs[0].model: found the model_type \"mamba\", %s", families));
    expect_model("{\"hidden_size\": 3}",
                 arena_format(reading->arena, "t.yaml:1:1: jobs[0].model: found the model_type \"\", %s", families));
    reading_destroy(reading);
    expect_model("{\"model_type\": \"mistral\", \"num_local_experts\": 8}",
                 "t.yaml:1:48: jobs[0].model: found num_local_experts 8, expected a dense model\n");
    const char *instead = "expected them in front (first_k_dense_replace) or by decoder_sparse_step\n";
    Reading *other = reading_create();
    expect_model("{\"model_type\": \"qwen3_moe\", \"num_experts\": 8, \"mlp_only_layers\": [3]}",
                 arena_format(other->arena,
                              "t.yaml:1:66: jobs[0].model: found layers without experts (mlp_only_layers), %s",
                              instead));
    expect_model("{\"model_type\": \"deepseek_v3\", \"moe_layer_freq\": 2}",
                 arena_format(other->arena,
                              "t.yaml:1:49: jobs[0].model: found layers without experts (moe_layer_freq), %s",
                              instead));
    reading_destroy(other);
    expect_model("[1]", "t.yaml:1:1: jobs[0].model: found a list, expected the mapping of a config.json\n");
}

/* What transformers would take from its own defaults is asked for. */
Test(hf_config, the_width_of_an_expert_is_said) {
    const char *missing = "t.yaml:1:1: jobs[0].model: found no key \"%s\", expected the features inside one expert\n";
    Reading *reading = reading_create();
    const char *inner = arena_format(reading->arena, missing, "moe_intermediate_size");
    expect_model("{\"model_type\": \"qwen3_moe\", \"num_experts\": 8, \"intermediate_size\": 9}", inner);
    expect_model("{\"model_type\": \"deepseek_v2\", \"n_routed_experts\": 8, \"moe_intermediate_size\": null}", inner);
    expect_model("{\"model_type\": \"llama4_text\", \"num_local_experts\": 8, \"intermediate_size_mlp\": 9}",
                 arena_format(reading->arena, missing, "intermediate_size"));
    reading_destroy(reading);
}

static void expect_listed(const char *layers, bool good) {
    Reading *reading = reading_create();
    const char *config = arena_format(reading->arena,
                                      "{\"model_type\": \"llama4_text\", \"num_hidden_layers\": 7, "
                                      "\"interleave_moe_layer_step\": 2, \"moe_layers\": %s}",
                                      layers);
    YamlNode *node = hf_config_model(reading_tree(reading, config), "jobs[0].model", reading->arena, &reading->errors);
    cr_expect_eq(node != NULL, good, "%s", layers);
    if (!good)
        cr_expect_str_eq(reading_errors(reading),
                         "t.yaml:1:101: jobs[0].model: found moe_layers that are not every 2 of 7 "
                         "layers, expected those that interleave_moe_layer_step says\n");
    reading_destroy(reading);
}

Test(hf_config, listed_layers_with_experts_are_those_of_the_step) {
    expect_listed("[1, 3, 5]", true);
    expect_listed("null", true);
    static const char *const OTHERS[] = {"[]", "[1, 3]", "[1, 3, 5, 6]", "[0, 2, 4, 6]", "[[1], 3, 5]", "[1, 4, 5]"};
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
        expect_listed(OTHERS[i], false);
}
