/*
 * layer_list: a model as a list of layers with their shapes, for what is no transformer: convolutional nets and
 * recommendation. It answers counts that follow from the shapes alone, for one sample: parameters, FLOPs of the matrix
 * products, elements that stay until the backward pass. Kernels and times are layer_list_cost.h's.
 *
 * Products, 2 FLOPs per multiply-add: a convolution K*K*C_in/groups * C_out per output position (output sides are
 * ceil(side / stride): the padding keeps the size), a linear layer in * out per row, an interaction vectors^2 * dim
 * (Naumov et al. 2019, arXiv 1906.00091: dot products of all pairs). Kept elements: what PyTorch's autograd holds, with
 * ReLU in place: the output, and with a batch norm its input too.
 *
 * Limits: square kernels in two dimensions; no recurrence.
 */
#ifndef MODELS_PLAN_LAYER_LIST_H
#define MODELS_PLAN_LAYER_LIST_H

#include <stdbool.h>
#include <stdint.h>

typedef enum LayerKind {
    LAYER_CONV,          /* convolution in two dimensions */
    LAYER_LINEAR,        /* matrix product: y = x W */
    LAYER_POOL,          /* maximum or mean over windows */
    LAYER_ELEMENT_WISE,  /* one output element from one of every input: residual sums, activations */
    LAYER_EMBEDDING_BAG, /* sums of looked-up rows of tables */
    LAYER_INTERACTION,   /* dot products of all pairs of a sample's vectors */
    LAYER_BLOCK,         /* several layers, repeated together */
    LAYER_KIND_COUNT
} LayerKind;

typedef struct LayerSpec LayerSpec;

typedef struct LayerListSpec {
    const LayerSpec *layers; /* in the order of the forward pass; NULL = the model is no list */
    int64_t count;           /* >= 0 */
    bool channels_last;      /* tensors are kept in NHWC, as 16-bit convolutions take them; not read in a block */
} LayerListSpec;

/* Sizes that a kind does not use are 0; layer_list_check.h says which it needs. */
struct LayerSpec {
    LayerKind kind;
    int64_t repeat;         /* >= 1, one after the other */
    int64_t in_channels;    /* conv, pool */
    int64_t out_channels;   /* conv */
    int64_t kernel_size;    /* conv, pool: side of the window */
    int64_t stride;         /* 0 = 1 for a conv, kernel_size for a pool */
    int64_t groups;         /* conv: divides both channels; 0 = 1 */
    int64_t height;         /* conv, pool: of the input */
    int64_t width;          /* 0 = height */
    int64_t in_features;    /* linear */
    int64_t out_features;   /* linear */
    int64_t rows;           /* linear: of one sample; 0 = 1 */
    int64_t elements;       /* element_wise: of one sample, of one tensor */
    int64_t inputs;         /* element_wise: tensors that are read; 0 = 1 */
    int64_t tables;         /* embedding_bag: equal tables; 0 = 1 */
    int64_t num_embeddings; /* embedding_bag: rows of a table */
    int64_t embedding_dim;  /* embedding_bag, interaction: features of a row, of a vector */
    int64_t lookups;        /* embedding_bag: rows that a sample looks up in a table; 0 = 1 */
    int64_t vectors;        /* interaction: of one sample */
    bool bias;              /* conv, linear */
    bool batch_norm;        /* conv, linear: on the output, before the ReLU */
    bool relu;              /* conv, linear, element_wise: on the output, in place */
    bool sharded;           /* embedding_bag: every GPU holds its share of the tables (layer_list_plan.h) */
    LayerListSpec block;    /* block: what is repeated; holds no block itself */
};

const char *layer_kind_name(LayerKind kind); /* "conv", "element_wise", ... */

/* The sizes that may be 0, resolved. */
int64_t layer_stride(const LayerSpec *layer);
int64_t layer_groups(const LayerSpec *layer);
int64_t layer_rows(const LayerSpec *layer);
int64_t layer_tables(const LayerSpec *layer);
int64_t layer_lookups(const LayerSpec *layer);
int64_t layer_out_height(const LayerSpec *layer);
int64_t layer_out_width(const LayerSpec *layer);

/* Of one run of a layer that is no block, for one sample. */
double layer_parameters(const LayerSpec *layer);
double layer_tensors(const LayerSpec *layer);      /* of parameters: weights, bias, scale and shift of a batch norm */
double layer_product_flop(const LayerSpec *layer); /* forward */
double layer_in_elements(const LayerSpec *layer);
double layer_out_elements(const LayerSpec *layer);
double layer_kept_elements(const LayerSpec *layer);
double layer_exchanged_elements(const LayerSpec *layer); /* pooled vectors of sharded tables */

/* Of the whole list, repeats and all. */
double layer_list_parameters(const LayerListSpec *list);
double layer_list_tensors(const LayerListSpec *list);
double layer_list_sharded_parameters(const LayerListSpec *list);
double layer_list_flop(const LayerListSpec *list);
double layer_list_kept_elements(const LayerListSpec *list);
double layer_list_exchanged_elements(const LayerListSpec *list);

/* Layers that run one after the other in a forward pass. */
double layer_list_length(const LayerListSpec *list);

#endif
