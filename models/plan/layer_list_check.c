#include "models/plan/layer_list_check.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

enum {
    CONV = 1 << LAYER_CONV,
    LINEAR = 1 << LAYER_LINEAR,
    POOL = 1 << LAYER_POOL,
    WISE = 1 << LAYER_ELEMENT_WISE,
    BAG = 1 << LAYER_EMBEDDING_BAG,
    PAIRS = 1 << LAYER_INTERACTION
};

/* A step prices every layer, and holds a list of them. */
static const double LENGTH_MAX = 100000;

/* A size and the kinds of layer that need it or may have it. */
typedef struct SizeKey {
    const char *key;
    size_t offset;
    unsigned needed;
    unsigned optional;
} SizeKey;

static const SizeKey SIZES[] = {
    {"in_channels", offsetof(LayerSpec, in_channels), CONV | POOL, 0},
    {"out_channels", offsetof(LayerSpec, out_channels), CONV, 0},
    {"kernel_size", offsetof(LayerSpec, kernel_size), CONV | POOL, 0},
    {"stride", offsetof(LayerSpec, stride), 0, CONV | POOL},
    {"groups", offsetof(LayerSpec, groups), 0, CONV},
    {"height", offsetof(LayerSpec, height), CONV | POOL, 0},
    {"width", offsetof(LayerSpec, width), 0, CONV | POOL},
    {"in_features", offsetof(LayerSpec, in_features), LINEAR, 0},
    {"out_features", offsetof(LayerSpec, out_features), LINEAR, 0},
    {"rows", offsetof(LayerSpec, rows), 0, LINEAR},
    {"elements", offsetof(LayerSpec, elements), WISE, 0},
    {"inputs", offsetof(LayerSpec, inputs), 0, WISE},
    {"tables", offsetof(LayerSpec, tables), 0, BAG},
    {"num_embeddings", offsetof(LayerSpec, num_embeddings), BAG, 0},
    {"embedding_dim", offsetof(LayerSpec, embedding_dim), BAG | PAIRS, 0},
    {"lookups", offsetof(LayerSpec, lookups), 0, BAG},
    {"vectors", offsetof(LayerSpec, vectors), PAIRS, 0},
};

static const SizeKey FLAGS[] = {
    {"bias", offsetof(LayerSpec, bias), 0, CONV | LINEAR},
    {"batch_norm", offsetof(LayerSpec, batch_norm), 0, CONV | LINEAR},
    {"relu", offsetof(LayerSpec, relu), 0, CONV | LINEAR | WISE},
    {"sharded", offsetof(LayerSpec, sharded), 0, BAG},
};

enum { SIZE_COUNT = sizeof SIZES / sizeof *SIZES, FLAG_COUNT = sizeof FLAGS / sizeof *FLAGS };

/* "conv, pool" */
static const char *kind_list(unsigned kinds, Arena *arena) {
    const char *text = "";
    for (int kind = 0; kind < LAYER_KIND_COUNT; kind++)
        if (kinds & 1u << kind)
            text = arena_format(arena, "%s%s%s", text, *text != '\0' ? ", " : "", layer_kind_name((LayerKind)kind));
    return text;
}

static void complain_of_kind(const SizeKey *size, const LayerSpec *layer, const char *path, ErrorList *errors) {
    error_list_add_key(errors, path, size->key, "found it in a layer of kind %s, expected it in %s only",
                       layer_kind_name(layer->kind), kind_list(size->needed | size->optional, errors->arena));
}

static void check_sizes(const LayerSpec *layer, const char *path, ErrorList *errors) {
    unsigned kind = 1u << layer->kind;
    for (int i = 0; i < SIZE_COUNT; i++) {
        int64_t value;
        memcpy(&value, (const char *)layer + SIZES[i].offset, sizeof value);
        if (value == 0 && SIZES[i].needed & kind)
            error_list_add_key(errors, path, SIZES[i].key, "found no key \"%s\", expected it in a layer of kind %s",
                               SIZES[i].key, layer_kind_name(layer->kind));
        if (value != 0 && !((SIZES[i].needed | SIZES[i].optional) & kind))
            complain_of_kind(&SIZES[i], layer, path, errors);
    }
    for (int i = 0; i < FLAG_COUNT; i++) {
        bool set;
        memcpy(&set, (const char *)layer + FLAGS[i].offset, sizeof set);
        if (set && !(FLAGS[i].optional & kind))
            complain_of_kind(&FLAGS[i], layer, path, errors);
    }
}

static void check_groups(const LayerSpec *layer, const char *path, ErrorList *errors) {
    if (layer->kind == LAYER_CONV &&
        (layer->in_channels % layer_groups(layer) || layer->out_channels % layer_groups(layer)))
        error_list_add_key(errors, path, "groups",
                           "found %" PRId64 ", expected a divisor of in_channels %" PRId64 " and out_channels %" PRId64,
                           layer->groups, layer->in_channels, layer->out_channels);
}

static void check_layer(const LayerSpec *layer, const char *path, ErrorList *errors) {
    check_sizes(layer, path, errors);
    check_groups(layer, path, errors);
    if (layer->kind == LAYER_BLOCK && layer->block.count == 0)
        error_list_add_key(errors, path, "layers", "found none in a block, expected at least one");
    if (layer->kind != LAYER_BLOCK && layer->block.count > 0)
        error_list_add_key(errors, path, "layers", "found layers in a layer of kind %s, expected them in block only",
                           layer_kind_name(layer->kind));
}

static void check_layers(const LayerListSpec *list, const char *path, ErrorList *errors) {
    int before = errors->count;
    for (int64_t i = 0; i < list->count; i++) {
        const LayerSpec *layer = &list->layers[i];
        const char *layer_path = arena_format(errors->arena, "%s.layers[%" PRId64 "]", path, i);
        check_layer(layer, layer_path, errors);
        for (int64_t j = 0; j < layer->block.count; j++) {
            const char *inner_path = arena_format(errors->arena, "%s.layers[%" PRId64 "]", layer_path, j);
            if (layer->block.layers[j].kind == LAYER_BLOCK)
                error_list_add_key(errors, inner_path, "kind", "found a block in a block, expected a single layer");
            else
                check_layer(&layer->block.layers[j], inner_path, errors);
        }
    }
    if (list->count == 0)
        error_list_add_key(errors, path, "layers", "found none, expected at least one");
    else if (errors->count == before && layer_list_parameters(list) <= 0)
        error_list_add_key(errors, path, "layers",
                           "found no layer with weights, expected a conv, linear or embedding_bag to train");
    if (layer_list_length(list) > LENGTH_MAX)
        error_list_add_key(errors, path, "layers", "found %.0f layers one after the other, expected at most %.0f",
                           layer_list_length(list), LENGTH_MAX);
}

/* A key of a plan that must be left alone, and what it is then. */
typedef struct PlanRule {
    const char *key;
    const char *found; /* NULL = it is as it should be */
    const char *expected;
} PlanRule;

/* "5" when it is above what may be. */
static const char *above(int64_t value, int64_t most, Arena *arena) {
    return value > most ? arena_format(arena, "%" PRId64, value) : NULL;
}

static const char *flag(bool value) {
    return value ? "true" : NULL;
}

static const char *named(bool wrong, const char *name) {
    return wrong ? name : NULL;
}

/* A plan where every rule holds adds nothing. */
static void check_rules(const PlanRule *rules, size_t count, const char *path, ErrorList *errors) {
    for (size_t i = 0; i < count; i++)
        if (rules[i].found)
            error_list_add_key(errors, path, rules[i].key, "found %s with a model given by layers, expected %s",
                               rules[i].found, rules[i].expected);
}

static void check_cuts(const PlanSpec *plan, const char *path, ErrorList *errors) {
    Arena *arena = errors->arena;
    const PlanRule rules[] = {
        {"plan.tensor_parallel", above(plan->tensor_parallel, 1, arena), "1, no layer is cut"},
        {"plan.context_parallel", above(plan->context_parallel, 1, arena), "1, there are no sequences"},
        {"plan.expert_parallel", above(plan->expert_parallel, 1, arena), "1, there are no experts"},
        {"plan.expert_tensor_parallel", above(plan->expert_tensor_parallel, 1, arena), "1, there are no experts"},
        {"plan.sequence_parallel", flag(plan->sequence_parallel), "false, there are no sequences"},
        {"plan.lora_rank", above(plan->lora.rank, 0, arena), "0, adapters are for transformers"},
        {"plan.tp_comm_overlap", flag(plan->tp_comm_overlap), "false, no layer is cut"},
        {"plan.zero_stage", above(plan_zero_stage(plan), 1, arena), "0 or 1, layers are not gathered one by one"},
    };
    check_rules(rules, sizeof rules / sizeof *rules, path, errors);
}

/* What stages of a transformer know and those of a list do not (layer_list_stages.h). */
static void check_stages(const PlanSpec *plan, const char *path, ErrorList *errors) {
    Arena *arena = errors->arena;
    bool cut = plan->pipeline_parallel > 1 || plan->virtual_stages > 1;
    const PlanRule rules[] = {
        {"plan.first_stage_layers", above(plan->first_stage_layers, 0, arena), "none: layers_per_stage lists them"},
        {"plan.last_stage_layers", above(plan->last_stage_layers, 0, arena), "none: layers_per_stage lists them"},
        {"plan.stage_split", named(plan->stage_split == STAGE_SPLIT_ENDS, "ends"),
         "even or cost, there is no embedding and no head"},
        {"plan.embedding_as_layer", flag(plan->embedding_as_layer), "false, every layer is in the list"},
        {"plan.head_as_layer", flag(plan->head_as_layer), "false, every layer is in the list"},
        {"plan.schedule", named(plan_splits_backward(plan), plan->schedule),
         "gpipe, 1f1b or interleaved_1f1b, a layer's weight gradients have no pass of their own"},
        {"plan.gradient_noise_scale", flag(cut && plan->gradient_noise_scale),
         "false with stages, AdaptDL is data parallel"},
    };
    check_rules(rules, sizeof rules / sizeof *rules, path, errors);
}

/* What only ZeRO-2 and 3 have a use for. */
static void check_gathers(const PlanSpec *plan, const char *path, ErrorList *errors) {
    Arena *arena = errors->arena;
    bool ahead = plan->prefetch_layers != plan_default().prefetch_layers;
    const PlanRule rules[] = {
        {"plan.prefetch_layers", named(ahead, arena_format(arena, "%" PRId64, plan->prefetch_layers)),
         "none, layers are not gathered one by one"},
        {"plan.reshard_after_forward", named(!plan->reshard_after_forward, "false"),
         "none, layers are not gathered one by one"},
        {"plan.overlap_param_gather", flag(plan->overlap_param_gather), "false, layers are not gathered one by one"},
        {"plan.max_live_parameters", above(plan->max_live_parameters, 0, arena),
         "none, layers are not gathered one by one"},
        {"plan.zero_list_collectives", flag(plan->zero_list_collectives), "false, layers are not gathered one by one"},
        {"plan.zero_copies", flag(plan->zero_copies), "false, layers are not gathered"},
    };
    check_rules(rules, sizeof rules / sizeof *rules, path, errors);
}

static void check_expert_kernels(const PlanSpec *plan, const char *path, ErrorList *errors) {
    const PlanRule rules[] = {
        {"plan.expert_dispatcher", named(plan->expert_dispatcher != EXPERT_ALL_TO_ALL, "it"),
         "none, there are no experts"},
        {"plan.recompute_moe", flag(plan->recompute_moe), "false, there are no experts"},
        {"plan.recompute_moe_act", flag(plan->recompute_moe_act), "false, there are no experts"},
        {"plan.overlap_expert_comm", flag(plan->overlap_expert_comm), "false, there are no experts"},
        {"plan.fused_routing", named(!plan->fused_routing, "false"), "none, there are no experts"},
        {"plan.grouped_experts", named(!plan->grouped_experts, "false"), "none, there are no experts"},
        {"plan.expert_imbalance", named(plan->routing.imbalance != 1, "it"), "none, there are no experts"},
        {"plan.capacity_factor", named(plan->routing.capacity_factor > 0, "it"), "none, there are no experts"},
        {"plan.pad_to_capacity", flag(plan->routing.pads), "false, there are no experts"},
    };
    check_rules(rules, sizeof rules / sizeof *rules, path, errors);
}

static void check_kernels(const TrainingSpec *training, const char *path, ErrorList *errors) {
    const PlanSpec *plan = &training->plan;
    Arena *arena = errors->arena;
    bool told = plan->attention_kernel != ATTENTION_AUTO;
    const PlanRule rules[] = {
        {"sequence_length", above(training->sequence_tokens, 1, arena), "none, samples have no length"},
        {"document_length", above(training->document_tokens, 0, arena), "none, samples have no length"},
        {"plan.recompute", named(plan->recompute != RECOMPUTE_NONE, recompute_name(plan->recompute)), "none"},
        {"plan.recompute_mlp", flag(plan->recompute_mlp), "false, layers are not a transformer's"},
        {"plan.recompute_mla_up_proj", flag(plan->recompute_mla_up_proj), "false, there is no attention"},
        {"plan.recompute_num_layers", above(plan->recompute_num_layers, 0, arena), "0, every layer is kept"},
        {"plan.flash_attention", flag(plan->flash_attention), "false, there is no attention"},
        {"plan.attention_kernel", named(told, attention_kernel_name(plan->attention_kernel)),
         "auto, there is no attention"},
        {"plan.autocast", flag(plan->autocast), "false, layers are not a transformer's"},
        {"plan.norm_in_fp32", flag(plan->norm_in_fp32), "false, layers are not a transformer's"},
        {"plan.eager_layers", flag(plan->eager_layers), "false, layers are not a transformer's"},
        {"plan.norm_fusion", flag(plan->norm_fusion), "false, layers are not a transformer's"},
        {"plan.rope_fusion", flag(plan->rope_fusion), "false, there are no positions"},
        {"plan.bias_dropout_fusion", named(!plan->bias_dropout_fusion, "false"), "none, there is no residual"},
        {"plan.fp8_activation_input", flag(plan->fp8_activation_input), "false, there is no MLP"},
        {"plan.gelu_fusion", named(!plan->gelu_fusion, "false"), "none, there is no MLP"},
        {"plan.recompute_core_attn", flag(plan->recompute_core_attn), "false, there is no attention"},
        {"plan.recompute_norms", flag(plan->recompute_norms), "false, layers are not a transformer's"},
        {"plan.swiglu_fusion", named(!plan->swiglu_fusion, "false"), "none, there is no gated MLP"},
        {"plan.fused_cross_entropy", flag(plan->fused_cross_entropy), "false, there is no vocabulary"},
        {"plan.eager_cross_entropy", flag(plan->eager_cross_entropy), "false, there is no vocabulary"},
        {"plan.train_metrics", above(plan->train_metrics, 0, arena), "0, there is no vocabulary"},
        {"plan.compile", flag(plan->compile), "false, layers are not fused yet"},
        {"plan.precision", named(plan->precision == PRECISION_FP8, "fp8"), "16 bit or more"},
    };
    check_rules(rules, sizeof rules / sizeof *rules, path, errors);
}

bool layer_list_check(const TrainingSpec *training, const char *path, ErrorList *errors) {
    int before = errors->count;
    check_layers(&training->list, arena_format(errors->arena, "%s.model", path), errors);
    check_cuts(&training->plan, path, errors);
    check_stages(&training->plan, path, errors);
    check_gathers(&training->plan, path, errors);
    check_kernels(training, path, errors);
    check_expert_kernels(&training->plan, path, errors);
    return errors->count == before;
}
