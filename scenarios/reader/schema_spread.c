#include "scenarios/reader/schema_spread.h"

#include "models/hardware/gpu.h"

#define SPREAD(word, field, text, words)                                                                               \
    {                                                                                                                  \
        .key = word, .type = FIELD_REAL, .offset = offsetof(GpuSpread, field), .dimension = DIMENSION_COUNT, .max = 3, \
        .default_text = text, .help = words                                                                            \
    }

static const SchemaRow SPREAD_ROWS[] = {
    SPREAD("products", products, "0.2", "matrix products"),
    SPREAD("attention", attention, "0.45", "products and softmax of attention in training"),
    SPREAD("memory", memory, "0.2", "element-wise kernels and row reductions"),
    SPREAD("host", host, "0.3", "launches and the host's floor"),
};

static void fill_spread(void *spread) {
    *(GpuSpread *)spread = gpu_spread_default();
}

const SchemaTable SCHEMA_SPREAD = {.name = "spread",
                                   .help = "Standard deviations of ln(measured / simulated) of kernels of 10 us or "
                                           "longer; the default is that of a GPU of another generation.",
                                   .rows = SPREAD_ROWS,
                                   .row_count = sizeof SPREAD_ROWS / sizeof SPREAD_ROWS[0],
                                   .bytes = sizeof(GpuSpread),
                                   .fill = fill_spread};

#define REACH(word, field, words)                                                                                      \
    {                                                                                                                  \
        .key = word, .type = FIELD_REAL, .offset = offsetof(GpuReach, field), .dimension = DIMENSION_COUNT,            \
        .max = 1e12, .default_text = "0", .help = words "; 0 = not known"                                              \
    }

static const SchemaRow REACH_ROWS[] = {
    REACH("m", m, "largest m of a product"),
    REACH("n", n, "largest n of a product"),
    REACH("k", k, "largest k of a product"),
    REACH("sequence", sequence, "longest sequence in attention"),
};

const SchemaTable SCHEMA_REACH = {.name = "reach",
                                  .help = "The largest sizes among the kernels that the constants were fitted to.",
                                  .rows = REACH_ROWS,
                                  .row_count = sizeof REACH_ROWS / sizeof REACH_ROWS[0],
                                  .bytes = sizeof(GpuReach)};
