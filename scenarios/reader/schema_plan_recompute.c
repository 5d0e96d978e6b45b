#include "models/cost/recompute.h"
#include "scenarios/reader/schema_plan_parts.h"

static const char *recompute_word(int index) {
    return index <= RECOMPUTE_FULL ? recompute_name((Recompute)index) : NULL;
}

static const char *method_word(int index) {
    return index <= RECOMPUTE_UNIFORM ? recompute_method_name((RecomputeMethod)index) : NULL;
}

static const char *keeps_word(int index) {
    return index <= RECOMPUTE_KEEPS_QKV_OUT ? recompute_keeps_name((RecomputeKeeps)index) : NULL;
}

static const SchemaRow RECOMPUTE_ROWS[] = {
    {.key = "recompute",
     .type = FIELD_CHOICE,
     .offset = offsetof(PlanSpec, recompute),
     .default_text = "none",
     .aliases = "recompute_granularity",
     .help = "what of the forward pass is computed again instead of stored: selective = the inside of attention, "
             "by_operator = all but attention and every second product (torchtitan's selective_ac_option: op)",
     .menu = recompute_word},
    {.key = "recompute_method",
     .type = FIELD_CHOICE,
     .offset = offsetof(PlanSpec, recompute_method),
     .default_text = "block",
     .help = "with recompute_num_layers: block = so many layers of a chunk are computed again, the others keep "
             "everything; uniform = all are, in groups of so many, which keep one input",
     .menu = method_word},
    {PLAN_COUNT("recompute_num_layers", recompute_num_layers, 0, 100000), .default_text = "0",
     .help = "recompute: full of so many layers of each chunk, or in groups of so many (recompute_method); 0 = of all, "
             "each from its own input"},
    {.key = "recompute_keeps",
     .type = FIELD_CHOICE,
     .offset = offsetof(PlanSpec, recompute_keeps),
     .default_text = "input",
     .help = "recompute: full as by JAX's policies: beside its input a layer keeps the outputs of the products of "
             "queries, keys and values (MaxText's save_qkv_proj), and of the projection (SAVE_QKV_OUT_PROJ); neither "
             "these nor the last product of the MLP are computed again",
     .menu = keeps_word},
    {FLAG_ROW("recompute_core_attn", recompute_core_attn, "false"),
     .help = "recompute: selective computes fused attention again too (Megatron-Core's recompute_modules: core_attn, "
             "its default)"},
    {FLAG_ROW("recompute_norms", recompute_norms, "false"),
     .help = "norms are computed again instead of stored (Megatron-Core's recompute_modules: layernorm)"},
    {FLAG_ROW("recompute_mlp", recompute_mlp, "false"),
     .help = "MLPs of dense layers are computed again from their norms' output (recompute_modules: mlp)"},
    {FLAG_ROW("recompute_moe", recompute_moe, "false"),
     .help = "layers of experts are computed again, router and exchanges included (recompute_modules: moe)"},
    {FLAG_ROW("recompute_moe_act", recompute_moe_act, "false"),
     .help = "the activation of routed experts is computed again (recompute_modules: moe_act)"},
    {FLAG_ROW("recompute_mla_up_proj", recompute_mla_up_proj, "false"),
     .help = "queries, keys and values of latent attention are expanded again (recompute_modules: mla_up_proj)"},
    {.key = "offload_activations",
     .type = FIELD_REAL,
     .offset = offsetof(PlanSpec, offload_activations_fraction),
     .dimension = DIMENSION_FRACTION,
     .max = 1,
     .default_text = "0",
     .help = "of what layers keep for the backward pass: goes to host memory and comes back, beside the passes"},
};

const SchemaTable SCHEMA_PLAN_RECOMPUTE = {.name = "plan",
                                           .help = "Recomputation and offload",
                                           .rows = RECOMPUTE_ROWS,
                                           .row_count = sizeof RECOMPUTE_ROWS / sizeof RECOMPUTE_ROWS[0],
                                           .bytes = sizeof(PlanSpec),
                                           .more = &SCHEMA_PLAN_KERNELS};
