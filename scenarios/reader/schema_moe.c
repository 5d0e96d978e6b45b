#include "scenarios/reader/schema_moe.h"

#include "models/hardware/gpu.h"

#define MOE(word, field, kind)                                                                                         \
    .key = word, .type = FIELD_REAL, .offset = offsetof(GpuMoe, field), .dimension = kind, .required = true

static const SchemaRow MOE_ROWS[] = {
    {MOE("start", start_s, DIMENSION_TIME), .max = 1e-2, .help = "a layer whatever its size: all its kernels"},
    {MOE("matrix", matrix_fraction, DIMENSION_FRACTION), .above_min = true, .max = 1,
     .help = "share of the 16-bit peak in grouped products"},
    {.key = "fp8",
     .type = FIELD_REAL,
     .offset = offsetof(GpuMoe, fp8_fraction),
     .dimension = DIMENSION_FRACTION,
     .max = 1,
     .default_text = "0",
     .help = "share of the fp8 peak in them; 0 = not supported"},
    {MOE("hidden_passes", hidden_passes, DIMENSION_COUNT), .max = 100,
     .help = "how often the hidden state of a token and expert goes through memory beside the products"},
    {MOE("inner_passes", inner_passes, DIMENSION_COUNT), .max = 100,
     .help = "the same for the inner layer of an expert"},
};

const SchemaTable SCHEMA_MOE = {.name = "moe",
                                .help = "Mixture-of-experts layers; constants fitted to measured ones.",
                                .rows = MOE_ROWS,
                                .row_count = sizeof MOE_ROWS / sizeof MOE_ROWS[0],
                                .bytes = sizeof(GpuMoe)};
