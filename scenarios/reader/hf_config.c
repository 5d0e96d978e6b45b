#include "scenarios/reader/hf_config.h"

#include <stdlib.h>
#include <string.h>

#include "scenarios/reader/spelling.h"
#include "scenarios/reader/tree_edit.h"

/* Attention and MLP that are told by keys of their own. */
typedef enum Kind { DENSE, EXPERTS, LATENT, LLAMA_4 } Kind; /* all but the first have experts */

/* What the model code of Hugging Face transformers (4.44; Llama 4's: 4.51) fixes for each model_type. */
typedef struct Family {
    const char *model_type;
    const char *gated;
    const char *biases;
    const char *qkv_biases;
    const char *rms_norm;
    const char *tied;       /* when the file does not say */
    bool learned_positions; /* otherwise rotary, and max_position_embeddings is a limit and no table */
    Kind kind;
} Family;

static const Family FAMILIES[] = {
    {"gpt2", "false", "true", "false", "false", "true", true, DENSE},
    {"gpt_neox", "false", "true", "false", "false", "false", false, DENSE},
    {"llama", "true", "false", "false", "true", "false", false, DENSE},
    {"mistral", "true", "false", "false", "true", "false", false, DENSE},
    {"qwen2", "true", "false", "true", "true", "false", false, DENSE},
    {"qwen3", "true", "false", "false", "true", "false", false, DENSE},
    {"mixtral", "true", "false", "false", "true", "false", false, EXPERTS},
    {"qwen3_moe", "true", "false", "false", "true", "false", false, EXPERTS},
    {"deepseek_v2", "true", "false", "false", "true", "false", false, LATENT},
    {"deepseek_v3", "true", "false", "false", "true", "false", false, LATENT},
    {"llama4_text", "true", "false", "false", "true", "false", false, LLAMA_4},
};

static const char *const SHAPE_KEYS[] = {
    "hidden_size",         "n_embd",     "num_hidden_layers", "n_layer", "num_attention_heads", "n_head",
    "num_key_value_heads", "head_dim",   "intermediate_size", "n_inner", "vocab_size",          "tie_word_embeddings",
    "hidden_dropout",      "resid_pdrop"};
static const char *const POSITION_KEYS[] = {"max_position_embeddings", "n_positions"};
static const char *const EXPERT_KEYS[] = {"num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts"};
static const char *const EXPERT_SHAPE_KEYS[] = {"num_local_experts",
                                                "num_experts",
                                                "num_experts_per_tok",
                                                "moe_intermediate_size",
                                                "decoder_sparse_step",
                                                "n_routed_experts",
                                                "n_shared_experts",
                                                "interleave_moe_layer_step",
                                                "n_group",
                                                "topk_group",
                                                "intermediate_size_mlp"};
static const char *const LATENT_KEYS[] = {"kv_lora_rank",     "q_lora_rank", "qk_nope_head_dim",
                                          "qk_rope_head_dim", "v_head_dim",  "first_k_dense_replace"};

enum { MOST_LAYERS = 100000 };

static const char STEP_KEY[] = "interleave_moe_layer_step";

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

/* Qwen may list dense layers, and DeepSeek space those with experts by the other end of every group. */
static bool is_regular(const YamlNode *config, const char *path, ErrorList *errors) {
    const YamlPair *step = yaml_node_pair(config, "moe_layer_freq");
    const YamlPair *dense = yaml_node_pair(config, "mlp_only_layers");
    bool every = step == NULL || (step->value->kind == YAML_SCALAR && strcmp(step->value->text, "1") == 0);
    bool none = dense == NULL || yaml_node_is_null(dense->value) || dense->value->count == 0;
    if (every && none)
        return true;
    error_list_add(errors, (every ? dense : step)->value->place, path,
                   "found layers without experts (%s), expected them in front (first_k_dense_replace) or by "
                   "decoder_sparse_step",
                   every ? "mlp_only_layers" : "moe_layer_freq");
    return false;
}

static bool is_said(const YamlNode *config, const char *key) {
    const YamlPair *pair = yaml_node_pair(config, key);
    return pair != NULL && !yaml_node_is_null(pair->value);
}

static long number_of(const YamlNode *config, const char *key, long otherwise) {
    const YamlPair *pair = yaml_node_pair(config, key);
    return pair != NULL && pair->value->kind == YAML_SCALAR ? strtol(pair->value->text, NULL, 10) : otherwise;
}

/* Llama 4 may list its layers with experts, which are every step-th. */
static bool has_stepped_list(const YamlNode *config, const char *path, ErrorList *errors) {
    const YamlPair *pair = yaml_node_pair(config, "moe_layers");
    const YamlNode *list = pair != NULL ? pair->value : NULL;
    long step = number_of(config, STEP_KEY, 1), layers = number_of(config, "num_hidden_layers", 0), next = step - 1;
    if (list == NULL || list->kind != YAML_SEQUENCE || step < 1 || step > MOST_LAYERS)
        return true;
    for (int i = 0; i < list->count; i++, next += step)
        if (list->pairs[i].value->kind != YAML_SCALAR || strtol(list->pairs[i].value->text, NULL, 10) != next)
            break;
    if (next == step - 1 + list->count * step && next >= layers)
        return true;
    error_list_add(errors, list->place, path,
                   "found moe_layers that are not every %ld of %ld layers, expected those that %s says", step, layers,
                   STEP_KEY);
    return false;
}

/* Models whose experts are not as wide as their dense layers do not leave it to a default. */
static bool has_expert_width(const Family *family, const YamlNode *config, const char *path, ErrorList *errors) {
    const char *key = family->kind == LLAMA_4 ? "intermediate_size" : "moe_intermediate_size";
    bool has_experts = false;
    for (size_t i = 0; i < LENGTH(EXPERT_KEYS); i++)
        has_experts = has_experts || is_said(config, EXPERT_KEYS[i]);
    if (!has_experts || strcmp(family->model_type, "mixtral") == 0 || is_said(config, key))
        return true;
    error_list_add(errors, config->place, path, "found no key \"%s\", expected the features inside one expert", key);
    return false;
}

static bool is_told(const Family *family, const YamlNode *config, const char *path, ErrorList *errors) {
    if (family->kind == DENSE)
        return is_dense(config, path, errors);
    return is_regular(config, path, errors) && has_stepped_list(config, path, errors) &&
           has_expert_width(family, config, path, errors);
}

/* What add_word adds at most. */
enum { WORDS_MAX = 6 };

static void add(YamlNode *model, YamlPair pair, Arena *arena) {
    pair.value = tree_copy(pair.value, arena);
    model->pairs[model->count++] = pair;
}

static void add_word(YamlNode *model, const char *key, const char *word, Arena *arena) {
    YamlNode value = {.kind = YAML_SCALAR, .place = model->place, .text = word};
    if (yaml_node_pair(model, key) == NULL)
        add(model, (YamlPair){.key = key, .key_place = model->place, .value = &value}, arena);
}

static bool is_wanted(const Family *family, const char *key) {
    if (family->kind == LATENT && (is_one_of(key, LATENT_KEYS, LENGTH(LATENT_KEYS)) || strcmp(key, "head_dim") == 0))
        return strcmp(key, "head_dim") != 0; /* what newer files call so is qk_rope_head_dim */
    return is_one_of(key, SHAPE_KEYS, LENGTH(SHAPE_KEYS)) ||
           (family->learned_positions && is_one_of(key, POSITION_KEYS, LENGTH(POSITION_KEYS))) ||
           (family->kind != DENSE && is_one_of(key, EXPERT_SHAPE_KEYS, LENGTH(EXPERT_SHAPE_KEYS)));
}

/* Llama 4 names the features of an expert as others those of the MLP. */
static const char *own_key(const Family *family, const char *key) {
    if (family->kind == LLAMA_4 && strcmp(key, "intermediate_size") == 0)
        return "moe_intermediate_size";
    return strcmp(key, "intermediate_size_mlp") == 0 ? "intermediate_size" : key;
}

/* Of a model that also sees pictures, what reads text. */
static const YamlNode *text_part(const YamlNode *config) {
    const YamlPair *text = yaml_node_pair(config, "text_config");
    return text != NULL && text->value->kind == YAML_MAPPING ? text->value : config;
}

YamlNode *hf_config_model(const YamlNode *config, const char *path, Arena *arena, ErrorList *errors) {
    if (config->kind != YAML_MAPPING) {
        error_list_add(errors, config->place, path, "found %s, expected the mapping of a config.json",
                       yaml_node_shown(config, arena));
        return NULL;
    }
    config = text_part(config);
    const Family *family = find_family(config, path, errors);
    if (family == NULL || !is_told(family, config, path, errors))
        return NULL;
    YamlNode *model = ARENA_NEW(arena, YamlNode);
    *model = (YamlNode){.kind = YAML_MAPPING, .place = config->place};
    model->pairs = ARENA_ARRAY(arena, config->count + WORDS_MAX, YamlPair);
    for (int i = 0; i < config->count; i++) {
        YamlPair pair = config->pairs[i];
        if (!is_wanted(family, pair.key) || yaml_node_is_null(pair.value))
            continue;
        pair.key = own_key(family, pair.key);
        add(model, pair, arena);
    }
    if (family->kind == LLAMA_4)
        add_word(model, "n_shared_experts", "1", arena);
    add_word(model, "gated", family->gated, arena);
    add_word(model, "biases", family->biases, arena);
    add_word(model, "qkv_biases", family->qkv_biases, arena);
    add_word(model, "rms_norm", family->rms_norm, arena);
    add_word(model, "tie_word_embeddings", family->tied, arena);
    return model;
}
