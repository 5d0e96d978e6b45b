#include "models/plan/layer_list.h"

static const char *const KIND_NAMES[LAYER_KIND_COUNT] = {
    [LAYER_CONV] = "conv",
    [LAYER_LINEAR] = "linear",
    [LAYER_POOL] = "pool",
    [LAYER_ELEMENT_WISE] = "element_wise",
    [LAYER_EMBEDDING_BAG] = "embedding_bag",
    [LAYER_INTERACTION] = "interaction",
    [LAYER_BLOCK] = "block",
};

const char *layer_kind_name(LayerKind kind) {
    return KIND_NAMES[kind];
}

static int64_t or_default(int64_t value, int64_t otherwise) {
    return value > 0 ? value : otherwise;
}

int64_t layer_stride(const LayerSpec *layer) {
    return or_default(layer->stride, layer->kind == LAYER_POOL ? layer->kernel_size : 1);
}

int64_t layer_groups(const LayerSpec *layer) {
    return or_default(layer->groups, 1);
}

static int64_t layer_width(const LayerSpec *layer) {
    return or_default(layer->width, layer->height);
}

int64_t layer_rows(const LayerSpec *layer) {
    return or_default(layer->rows, 1);
}

static int64_t layer_inputs(const LayerSpec *layer) {
    return or_default(layer->inputs, 1);
}

int64_t layer_tables(const LayerSpec *layer) {
    return or_default(layer->tables, 1);
}

int64_t layer_lookups(const LayerSpec *layer) {
    return or_default(layer->lookups, 1);
}

static int64_t rounded_up(int64_t side, int64_t stride) {
    return (side + stride - 1) / stride;
}

int64_t layer_out_height(const LayerSpec *layer) {
    return rounded_up(layer->height, layer_stride(layer));
}

int64_t layer_out_width(const LayerSpec *layer) {
    return rounded_up(layer_width(layer), layer_stride(layer));
}

static double out_positions(const LayerSpec *layer) {
    return (double)layer_out_height(layer) * (double)layer_out_width(layer);
}

/* Weights of the product alone. */
static double weights(const LayerSpec *layer) {
    switch (layer->kind) {
    case LAYER_CONV:
        return (double)layer->in_channels / (double)layer_groups(layer) * (double)layer->out_channels *
               (double)(layer->kernel_size * layer->kernel_size);
    case LAYER_LINEAR:
        return (double)layer->in_features * (double)layer->out_features;
    case LAYER_EMBEDDING_BAG:
        return (double)layer_tables(layer) * (double)layer->num_embeddings * (double)layer->embedding_dim;
    case LAYER_POOL:
    case LAYER_ELEMENT_WISE:
    case LAYER_INTERACTION:
    case LAYER_BLOCK:
    case LAYER_KIND_COUNT:
        break;
    }
    return 0;
}

double layer_parameters(const LayerSpec *layer) {
    double features = (double)(layer->kind == LAYER_CONV ? layer->out_channels : layer->out_features);
    return weights(layer) + (layer->bias ? features : 0) + (layer->batch_norm ? 2 * features : 0);
}

double layer_tensors(const LayerSpec *layer) {
    return weights(layer) > 0 ? 1 + (layer->bias ? 1 : 0) + (layer->batch_norm ? 2 : 0) : 0;
}

double layer_product_flop(const LayerSpec *layer) {
    switch (layer->kind) {
    case LAYER_CONV:
        return 2 * weights(layer) * out_positions(layer);
    case LAYER_LINEAR:
        return 2 * weights(layer) * (double)layer_rows(layer);
    case LAYER_INTERACTION:
        return 2 * (double)layer->vectors * (double)layer->vectors * (double)layer->embedding_dim;
    case LAYER_POOL:
    case LAYER_ELEMENT_WISE:
    case LAYER_EMBEDDING_BAG:
    case LAYER_BLOCK:
    case LAYER_KIND_COUNT:
        break;
    }
    return 0;
}

double layer_in_elements(const LayerSpec *layer) {
    switch (layer->kind) {
    case LAYER_CONV:
    case LAYER_POOL:
        return (double)layer->in_channels * (double)layer->height * (double)layer_width(layer);
    case LAYER_LINEAR:
        return (double)layer->in_features * (double)layer_rows(layer);
    case LAYER_ELEMENT_WISE:
        return (double)layer_inputs(layer) * (double)layer->elements;
    case LAYER_EMBEDDING_BAG:
        return (double)layer_tables(layer) * (double)layer_lookups(layer) * (double)layer->embedding_dim;
    case LAYER_INTERACTION:
        return (double)layer->vectors * (double)layer->embedding_dim;
    case LAYER_BLOCK:
    case LAYER_KIND_COUNT:
        break;
    }
    return 0;
}

double layer_out_elements(const LayerSpec *layer) {
    switch (layer->kind) {
    case LAYER_CONV:
        return (double)layer->out_channels * out_positions(layer);
    case LAYER_POOL:
        return (double)layer->in_channels * out_positions(layer);
    case LAYER_LINEAR:
        return (double)layer->out_features * (double)layer_rows(layer);
    case LAYER_ELEMENT_WISE:
        return (double)layer->elements;
    case LAYER_EMBEDDING_BAG:
        return (double)layer_tables(layer) * (double)layer->embedding_dim;
    case LAYER_INTERACTION: /* each pair once, and the vector that goes on beside them */
        return (double)layer->vectors * (double)(layer->vectors - 1) / 2 + (double)layer->embedding_dim;
    case LAYER_BLOCK:
    case LAYER_KIND_COUNT:
        break;
    }
    return 0;
}

/* A normalised output that no ReLU keeps is not needed again. */
double layer_kept_elements(const LayerSpec *layer) {
    double tensors = layer->batch_norm && layer->relu ? 2 : 1;
    return tensors * layer_out_elements(layer);
}

double layer_exchanged_elements(const LayerSpec *layer) {
    return layer->sharded ? layer_out_elements(layer) : 0;
}

static double sharded_parameters(const LayerSpec *layer) {
    return layer->sharded ? layer_parameters(layer) : 0;
}

static double one(const LayerSpec *layer) {
    (void)layer;
    return 1;
}

typedef double LayerCount(const LayerSpec *layer);

static double sum_of_layers(const LayerListSpec *list, LayerCount *count) {
    double sum = 0;
    for (int64_t i = 0; i < list->count; i++)
        sum += (double)list->layers[i].repeat * count(&list->layers[i]);
    return sum;
}

static double sum_of(const LayerListSpec *list, LayerCount *count) {
    double sum = 0;
    for (int64_t i = 0; i < list->count; i++) {
        const LayerSpec *layer = &list->layers[i];
        double once = layer->kind == LAYER_BLOCK ? sum_of_layers(&layer->block, count) : count(layer);
        sum += (double)layer->repeat * once;
    }
    return sum;
}

double layer_list_parameters(const LayerListSpec *list) {
    return sum_of(list, layer_parameters);
}

double layer_list_tensors(const LayerListSpec *list) {
    return sum_of(list, layer_tensors);
}

double layer_list_sharded_parameters(const LayerListSpec *list) {
    return sum_of(list, sharded_parameters);
}

double layer_list_flop(const LayerListSpec *list) {
    return sum_of(list, layer_product_flop);
}

double layer_list_kept_elements(const LayerListSpec *list) {
    return sum_of(list, layer_kept_elements);
}

double layer_list_exchanged_elements(const LayerListSpec *list) {
    return sum_of(list, layer_exchanged_elements);
}

double layer_list_length(const LayerListSpec *list) {
    return sum_of(list, one);
}
