#include "scenarios/reader/schema.h"

/* Products of a batch, two sides, two channels and a window still fit in int64_t. */
#define MOST_CHANNELS 1000000
#define MOST_SIDE     100000
#define MOST_KERNEL   1000
#define MOST_ROWS     1000000000000

#define SIZE_ROW(word, field, most) SCHEMA_COUNT(LayerSpec, word, field, 1, most)
#define FLAG_ROW(word, field)       SCHEMA_FLAG(LayerSpec, word, field, "false")

/* A model is read into the first field of a TrainingSpec, whichever table reads it. */
_Static_assert(offsetof(TrainingSpec, model) == 0, "SCHEMA_LAYERS reads what stands beside the model");

static const char *kind_word(int index) {
    return index < LAYER_KIND_COUNT ? layer_kind_name((LayerKind)index) : NULL;
}

static void fill_layer(void *object) {
    *(LayerSpec *)object = (LayerSpec){.repeat = 1};
}

static const SchemaTable INNER_LAYER_TABLE;

static const SchemaRow LAYER_ROWS[] = {
    {.key = "kind",
     .type = FIELD_CHOICE,
     .offset = offsetof(LayerSpec, kind),
     .required = true,
     .help = "what it does; a block repeats the layers in it together, and no pipeline stage ends inside one",
     .menu = kind_word},
    {SIZE_ROW("repeat", repeat, 100000), .default_text = "1", .help = "how often it runs, one after the other"},
    {SIZE_ROW("in_channels", in_channels, MOST_CHANNELS), .default_text = "(needed in conv, pool)",
     .help = "channels of the input"},
    {SIZE_ROW("out_channels", out_channels, MOST_CHANNELS), .default_text = "(needed in conv)",
     .help = "channels of the output"},
    {SIZE_ROW("kernel_size", kernel_size, MOST_KERNEL), .default_text = "(needed in conv, pool)",
     .help = "side of the square window"},
    {SIZE_ROW("stride", stride, MOST_SIDE), .default_text = "(1 in conv, kernel_size in pool)",
     .help = "steps of the window; the output's sides are those of the input over it, rounded up"},
    {SIZE_ROW("groups", groups, MOST_CHANNELS), .default_text = "1",
     .help = "conv: parts of the channels that do not see each other; as many as channels = depthwise"},
    {SIZE_ROW("height", height, MOST_SIDE), .default_text = "(needed in conv, pool)", .help = "of the input"},
    {SIZE_ROW("width", width, MOST_SIDE), .default_text = "(height)", .help = "of the input"},
    {SIZE_ROW("in_features", in_features, MOST_CHANNELS), .default_text = "(needed in linear)",
     .help = "features of the input"},
    {SIZE_ROW("out_features", out_features, MOST_CHANNELS), .default_text = "(needed in linear)",
     .help = "features of the output"},
    {SIZE_ROW("rows", rows, MOST_CHANNELS), .default_text = "1",
     .help = "linear: rows of one sample that it is applied to, such as tokens"},
    {SIZE_ROW("elements", elements, MOST_ROWS), .default_text = "(needed in element_wise)",
     .help = "of one tensor of one sample"},
    {SIZE_ROW("inputs", inputs, 1000), .default_text = "1",
     .help = "element_wise: tensors that are read; 2 for a residual sum"},
    {SIZE_ROW("tables", tables, 100000), .default_text = "1", .help = "embedding_bag: equal tables"},
    {SIZE_ROW("num_embeddings", num_embeddings, MOST_ROWS), .default_text = "(needed in embedding_bag)",
     .help = "rows of a table"},
    {SIZE_ROW("embedding_dim", embedding_dim, MOST_CHANNELS), .default_text = "(needed in embedding_bag, interaction)",
     .help = "features of a row of a table, of a vector"},
    {SIZE_ROW("lookups", lookups, MOST_CHANNELS), .default_text = "1",
     .help = "embedding_bag: rows that a sample looks up in a table and that are summed"},
    {SIZE_ROW("vectors", vectors, 100000), .default_text = "(needed in interaction)",
     .help = "of one sample, whose dot products are taken pair by pair"},
    {FLAG_ROW("bias", bias), .help = "conv, linear: a bias is added"},
    {FLAG_ROW("batch_norm", batch_norm), .help = "conv, linear: the output is normalised over the batch"},
    {FLAG_ROW("relu", relu), .help = "conv, linear, element_wise: a ReLU ends it"},
    {FLAG_ROW("sharded", sharded),
     .help = "embedding_bag: every GPU holds its share of the tables, and an all_to_all brings their vectors to the "
             "samples; otherwise every GPU holds all of them and their gradients are summed"},
    {.key = "layers",
     .type = FIELD_LIST,
     .offset = offsetof(LayerSpec, block.layers),
     .count_offset = offsetof(LayerSpec, block.count),
     .default_text = "(needed in block)",
     .help = "block: what is repeated together; no block itself",
     .table = &INNER_LAYER_TABLE},
};

enum { ROW_COUNT = sizeof LAYER_ROWS / sizeof LAYER_ROWS[0] };

/* All but the last: a block holds no block. */
static const SchemaTable INNER_LAYER_TABLE = {.name = "layer",
                                              .help = "One layer in a block.",
                                              .rows = LAYER_ROWS,
                                              .row_count = ROW_COUNT - 1,
                                              .bytes = sizeof(LayerSpec),
                                              .fill = fill_layer};

static const SchemaTable LAYER_TABLE = {.name = "layer",
                                        .help = "One layer of a model that is no transformer, or a block of them.",
                                        .rows = LAYER_ROWS,
                                        .row_count = ROW_COUNT,
                                        .bytes = sizeof(LayerSpec),
                                        .fill = fill_layer};

static const SchemaRow LAYERS_ROWS[] = {
    {.key = "layers",
     .type = FIELD_LIST,
     .offset = offsetof(TrainingSpec, list.layers),
     .count_offset = offsetof(TrainingSpec, list.count),
     .required = true,
     .help = "in the order of the forward pass",
     .table = &LAYER_TABLE},
    {.key = "channels_last",
     .type = FIELD_BOOL,
     .offset = offsetof(TrainingSpec, list.channels_last),
     .default_text = "false",
     .help =
         "tensors are kept in NHWC, which convolutions in 16 bit and tf32 take; otherwise, as in PyTorch unless told, "
         "they are transposed around each"},
};

const SchemaTable SCHEMA_LAYERS = {
    .name = "layers",
    .help =
        "A model given by its layers, such as a convolutional net or DLRM: data parallel, with sharded tables, at "
        "most ZeRO-1 and pipeline stages that end between its pieces: a layer, a repeat of a block, or the branches "
        "that a sum outside a block joins, from the last pool, block or sum on. `sequence_length`, tensor and "
        "context parallelism, recomputation and fp8 are refused. A plan's sequences are then samples.",
    .rows = LAYERS_ROWS,
    .row_count = sizeof LAYERS_ROWS / sizeof LAYERS_ROWS[0],
    .bytes = sizeof(TrainingSpec)};
