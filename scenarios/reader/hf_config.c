#include "scenarios/reader/hf_config.h"

#include <stdlib.h>
#include <string.h>

#include "scenarios/reader/spelling.h"
#include "scenarios/reader/tree_edit.h"

/* What the model code of Hugging Face transformers (4.44) fixes for each model_type. */
typedef struct Family {
    const char *model_type;
    const char *gated;
    const char *biases;
    const char *qkv_biases;
    const char *rms_norm;
    const char *tied;       /* when the file does not say */
    bool learned_positions; /* otherwise rotary, and max_position_embeddings is a limit and no table */
    bool experts;           /* in every layer */
} Family;

static const Family FAMILIES[] = {
    {"gpt2", "false", "true", "false", "false", "true", true, false},
    {"gpt_neox", "false", "true", "false", "false", "false", false, false},
    {"llama", "true", "false", "false", "true", "false", false, false},
    {"mistral", "true", "false", "false", "true", "false", false, false},
    {"qwen2", "true", "false", "true", "true", "false", false, false},
    {"qwen3", "true", "false", "false", "true", "false", false, false},
    {"mixtral", "true", "false", "false", "true", "false", false, true},
    {"qwen3_moe", "true", "false", "false", "true", "false", false, true},
};

static const char *const SHAPE_KEYS[] = {
    "hidden_size",         "n_embd",     "num_hidden_layers", "n_layer", "num_attention_heads", "n_head",
    "num_key_value_heads", "head_dim",   "intermediate_size", "n_inner", "vocab_size",          "tie_word_embeddings",
    "hidden_dropout",      "resid_pdrop"};
static const char *const POSITION_KEYS[] = {"max_position_embeddings", "n_positions"};
static const char *const EXPERT_KEYS[] = {"num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts"};
static const char *const EXPERT_SHAPE_KEYS[] = {"num_local_experts", "num_experts", "num_experts_per_tok",
                                                "moe_intermediate_size"};

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

static bool is_one_of(const char *key, const char *const *keys, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(keys[i], key) == 0)
            return true;
    return false;
}

/* A file without model_type is told by its activation: silu came with Llama. */
static const char *model_type_of(const YamlNode *config) {
    const YamlPair *type = yaml_node_pair(config, "model_type");
    const YamlPair *activation = yaml_node_pair(config, "hidden_act");
    if (type != NULL && type->value->kind == YAML_SCALAR)
        return type->value->text;
    if (activation == NULL || activation->value->kind != YAML_SCALAR)
        return "";
    bool gated = strcmp(activation->value->text, "silu") == 0 || strcmp(activation->value->text, "swiglu") == 0;
    return gated ? "llama" : "";
}

static const Family *find_family(const YamlNode *config, const char *path, ErrorList *errors) {
    const char *type = model_type_of(config);
    const char *all = "";
    for (size_t i = 0; i < LENGTH(FAMILIES); i++) {
        if (strcmp(FAMILIES[i].model_type, type) == 0)
            return &FAMILIES[i];
        all = arena_format(errors->arena, "%s%s%s", all, i > 0 ? ", " : "", FAMILIES[i].model_type);
    }
    const YamlPair *pair = yaml_node_pair(config, "model_type");
    error_list_add(errors, pair != NULL ? pair->value->place : config->place, path,
                   "found the model_type \"%s\", expected one of %s", yaml_node_shown_text(type, errors->arena), all);
    return NULL;
}

static bool is_dense(const YamlNode *config, const char *path, ErrorList *errors) {
    for (size_t i = 0; i < LENGTH(EXPERT_KEYS); i++) {
        const YamlPair *pair = yaml_node_pair(config, EXPERT_KEYS[i]);
        if (pair == NULL || yaml_node_is_null(pair->value) || pair->value->kind != YAML_SCALAR ||
            atof(pair->value->text) <= 1)
            continue;
        error_list_add(errors, pair->value->place, path, "found %s %s, expected a dense model", EXPERT_KEYS[i],
                       yaml_node_shown(pair->value, errors->arena));
        return false;
    }
    return true;
}

/* In qwen3_moe some layers may be dense. */
static bool is_alike(const YamlNode *config, const char *path, ErrorList *errors) {
    const YamlPair *step = yaml_node_pair(config, "decoder_sparse_step");
    const YamlPair *dense = yaml_node_pair(config, "mlp_only_layers");
    bool every = step == NULL || step->value->kind != YAML_SCALAR || strcmp(step->value->text, "1") == 0;
    bool none = dense == NULL || yaml_node_is_null(dense->value) || dense->value->count == 0;
    if (every && none)
        return true;
    error_list_add(errors, (every ? dense : step)->value->place, path,
                   "found layers without experts (%s), expected experts in every layer",
                   every ? "mlp_only_layers" : "decoder_sparse_step");
    return false;
}

static void add(YamlNode *model, YamlPair pair, Arena *arena) {
    pair.value = tree_copy(pair.value, arena);
    model->pairs[model->count++] = pair;
}

static void add_word(YamlNode *model, const char *key, const char *word, Arena *arena) {
    YamlNode value = {.kind = YAML_SCALAR, .place = model->place, .text = word};
    if (yaml_node_pair(model, key) == NULL)
        add(model, (YamlPair){.key = key, .key_place = model->place, .value = &value}, arena);
}

YamlNode *hf_config_model(const YamlNode *config, const char *path, Arena *arena, ErrorList *errors) {
    if (config->kind != YAML_MAPPING) {
        error_list_add(errors, config->place, path, "found %s, expected the mapping of a config.json",
                       yaml_node_shown(config, arena));
        return NULL;
    }
    const Family *family = find_family(config, path, errors);
    if (family == NULL || !(family->experts ? is_alike : is_dense)(config, path, errors))
        return NULL;
    YamlNode *model = ARENA_NEW(arena, YamlNode);
    *model = (YamlNode){.kind = YAML_MAPPING, .place = config->place};
    model->pairs =
        ARENA_ARRAY(arena, LENGTH(SHAPE_KEYS) + LENGTH(POSITION_KEYS) + LENGTH(EXPERT_SHAPE_KEYS) + 5, YamlPair);
    for (int i = 0; i < config->count; i++) {
        const YamlPair *pair = &config->pairs[i];
        bool wanted = is_one_of(pair->key, SHAPE_KEYS, LENGTH(SHAPE_KEYS)) ||
                      (family->learned_positions && is_one_of(pair->key, POSITION_KEYS, LENGTH(POSITION_KEYS))) ||
                      (family->experts && is_one_of(pair->key, EXPERT_SHAPE_KEYS, LENGTH(EXPERT_SHAPE_KEYS)));
        if (wanted && !yaml_node_is_null(pair->value))
            add(model, *pair, arena);
    }
    add_word(model, "gated", family->gated, arena);
    add_word(model, "biases", family->biases, arena);
    add_word(model, "qkv_biases", family->qkv_biases, arena);
    add_word(model, "rms_norm", family->rms_norm, arena);
    add_word(model, "tie_word_embeddings", family->tied, arena);
    return model;
}
