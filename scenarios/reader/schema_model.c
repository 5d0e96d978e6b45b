#include "scenarios/reader/schema.h"

/* Bounds far outside anything trained: products of three still fit in int64_t. */
#define MOST_FEATURES  10000000
#define MOST_SEQUENCES 1000000000

#define MODEL_COUNT(word, field, least, most) SCHEMA_COUNT(TransformerSpec, word, field, least, most)
#define FLAG_ROW(word, field, value)          SCHEMA_FLAG(TransformerSpec, word, field, value)

static const SchemaRow MODEL_ROWS[] = {
    {MODEL_COUNT("hidden_size", hidden, 1, MOST_FEATURES), .required = true, .aliases = "n_embd",
     .help = "features of a token between layers"},
    {MODEL_COUNT("num_hidden_layers", layers, 1, 100000), .required = true, .aliases = "num_layers n_layer",
     .help = "transformer layers"},
    {MODEL_COUNT("num_attention_heads", heads, 1, MOST_FEATURES), .required = true, .aliases = "n_head",
     .help = "query heads"},
    {MODEL_COUNT("num_key_value_heads", kv_heads, 1, MOST_FEATURES), .default_text = "(num_attention_heads)",
     .aliases = "num_query_groups", .help = "key and value heads; fewer than query heads with grouped-query attention"},
    {MODEL_COUNT("head_dim", head_dim, 1, MOST_FEATURES), .default_text = "(hidden_size / num_attention_heads)",
     .aliases = "kv_channels", .help = "features of one head"},
    {MODEL_COUNT("intermediate_size", ffn_hidden, 1, MOST_FEATURES), .default_text = "(4 * hidden_size)",
     .aliases = "ffn_hidden_size n_inner",
     .help = "features inside the MLP, of a model with experts inside that of its dense layers"},
    {MODEL_COUNT("vocab_size", vocab, 1, MOST_FEATURES), .required = true, .aliases = "padded_vocab_size",
     .help = "rows of the embedding, padding included"},
    {MODEL_COUNT("max_position_embeddings", max_positions, 0, MOST_SEQUENCES), .default_text = "0",
     .aliases = "n_positions", .help = "learned position embeddings; 0 = none, as with rotary ones"},
    {MODEL_COUNT("num_experts", experts, 0, 100000), .default_text = "0",
     .aliases = "num_local_experts n_routed_experts moe_num_experts",
     .help = "experts in the place of a layer's MLP, from which a router chooses; 0 = a dense model"},
    {MODEL_COUNT("num_experts_per_tok", experts_per_token, 1, 100000), .default_text = "(none)",
     .aliases = "moe_router_topk moe_top_k",
     .help = "experts that see a token (top-k routing); needed with num_experts"},
    {MODEL_COUNT("moe_intermediate_size", expert_ffn_hidden, 1, MOST_FEATURES), .default_text = "(intermediate_size)",
     .aliases = "moe_ffn_hidden_size", .help = "features inside one expert"},
    {MODEL_COUNT("n_shared_experts", shared_experts, 0, 100000), .default_text = "0",
     .help = "experts of the same size beside them that see every token"},
    {MODEL_COUNT("n_group", expert_groups, 1, 100000), .default_text = "(none)", .aliases = "moe_router_num_groups",
     .help = "groups of experts, of which a token chooses topk_group before it chooses experts (node-limited routing)"},
    {MODEL_COUNT("topk_group", expert_groups_per_token, 1, 100000), .default_text = "(none)",
     .aliases = "moe_router_group_topk", .help = "groups whose experts a token may choose, with n_group"},
    {MODEL_COUNT("first_k_dense_replace", dense_first, 0, 100000), .default_text = "0",
     .help = "layers in front that have a dense MLP and no experts"},
    {MODEL_COUNT("interleave_moe_layer_step", expert_step, 1, 100000), .default_text = "1",
     .aliases = "decoder_sparse_step",
     .help = "every so many layers one has experts, the last of them: 2 = the second, the fourth"},
    {MODEL_COUNT("kv_lora_rank", kv_rank, 1, MOST_FEATURES), .default_text = "(none: ordinary attention)",
     .help = "features that keys and values are compressed into: multi-head latent attention (MLA); needs the three "
             "dimensions below"},
    {MODEL_COUNT("q_lora_rank", q_rank, 1, MOST_FEATURES), .default_text = "(none: not compressed)",
     .help = "features that queries are compressed into, with kv_lora_rank"},
    {MODEL_COUNT("qk_nope_head_dim", nope_dim, 1, MOST_FEATURES), .default_text = "(none)", .aliases = "qk_head_dim",
     .help = "features without positions of a head's query and key, with kv_lora_rank"},
    {MODEL_COUNT("qk_rope_head_dim", rope_dim, 1, MOST_FEATURES), .default_text = "(none)",
     .aliases = "qk_pos_emb_head_dim", .help = "features with rotary positions, of one key for all heads"},
    {MODEL_COUNT("v_head_dim", value_dim, 1, MOST_FEATURES), .default_text = "(none)",
     .help = "features of a head's value, with kv_lora_rank"},
    {FLAG_ROW("gated", gated, "false"), .aliases = "swiglu", .help = "SwiGLU: a third matrix in the MLP"},
    {FLAG_ROW("biases", biases, "true"), .help = "linear layers have biases"},
    {FLAG_ROW("qkv_biases", qkv_biases, "false"), .aliases = "add_qkv_bias",
     .help = "query, key and value have biases even when biases is false"},
    {FLAG_ROW("rms_norm", rms_norm, "false"), .help = "RMSNorm instead of LayerNorm"},
    {FLAG_ROW("tie_word_embeddings", tied_embeddings, "true"),
     .help = "the vocabulary head shares the input embedding"},
    {.key = "dropout",
     .type = FIELD_REAL,
     .offset = offsetof(TransformerSpec, dropout_fraction),
     .dimension = DIMENSION_FRACTION,
     .max = 1,
     .default_text = "0",
     .aliases = "hidden_dropout resid_pdrop",
     .help = "above 0 dropout kernels run and their masks are stored"},
};

/* Megatron-LM's. */
static const SchemaForeign MODEL_FOREIGN[] = {
    {"untie_embeddings_and_output_weights", "tie_word_embeddings, which means the opposite"},
    {"disable_bias_linear", "biases, which means the opposite"},
    {"normalization", "rms_norm: true for RMSNorm"},
    {"moe_layer_freq", "first_k_dense_replace, or interleave_moe_layer_step: 2 for every second layer"},
    {"multi_latent_attention", "kv_lora_rank, which makes attention latent"},
    {"intermediate_size_mlp", "intermediate_size, and moe_intermediate_size for what Llama 4 calls intermediate_size"},
    {"moe_shared_expert_intermediate_size", "n_shared_experts, which is it / moe_intermediate_size"},
    {"shared_expert_intermediate_size", "n_shared_experts, which is it / moe_intermediate_size"},
    {NULL, NULL},
};

const SchemaTable SCHEMA_MODEL = {
    .name = "model",
    .help =
        "A transformer, dense or with a mixture of experts in some or all layers; the keys are those of a Hugging Face "
        "config.json. With `layers` it is any other model: see layers.",
    .rows = MODEL_ROWS,
    .row_count = sizeof MODEL_ROWS / sizeof MODEL_ROWS[0],
    .bytes = sizeof(TransformerSpec),
    .foreign = MODEL_FOREIGN,
    .other = &SCHEMA_LAYERS,
    .other_key = "layers",
    .folder = "workloads",
    .name_offset = offsetof(TransformerSpec, name)};
