#include "scenarios/reader/schema_attention.h"

#include "models/hardware/gpu.h"

#define DECODE(word, field, words)                                                                                     \
    {                                                                                                                  \
        .key = word, .type = FIELD_REAL, .offset = offsetof(DecodeKernel, field), .dimension = DIMENSION_TIME,         \
        .max = 1e-2, .required = true, .help = words                                                                   \
    }

static const SchemaRow DECODE_ROWS[] = {
    DECODE("start", start_s, "whatever the size"),
    DECODE("block", block_s, "once per block"),
    DECODE("head", head_s, "per query head and feature of a block"),
    DECODE("key", key_s, "per cached token and feature of a block"),
    DECODE("split", split_s, "adding up the parts when several share a block's tokens"),
};

static const SchemaTable DECODE_TABLE = {.name = "decode_kernel",
                                         .help = "One kind of kernel for a decode step.",
                                         .rows = DECODE_ROWS,
                                         .row_count = sizeof DECODE_ROWS / sizeof DECODE_ROWS[0],
                                         .bytes = sizeof(DecodeKernel)};

#define ATTENTION(word, field, kind)                                                                                   \
    .key = word, .type = FIELD_REAL, .offset = offsetof(GpuAttention, field), .dimension = kind, .required = true

#define DECODE_KERNEL(word, field, words)                                                                              \
    {                                                                                                                  \
        .key = word, .type = FIELD_OBJECT, .offset = offsetof(GpuAttention, field), .required = true, .help = words,   \
        .table = &DECODE_TABLE                                                                                         \
    }

static const SchemaRow ATTENTION_ROWS[] = {
    {ATTENTION("matrix", matrix_fraction, DIMENSION_FRACTION), .above_min = true, .max = 1,
     .help = "share of the 16-bit peak in the products of fused attention"},
    {.key = "fp8",
     .type = FIELD_REAL,
     .offset = offsetof(GpuAttention, fp8_fraction),
     .dimension = DIMENSION_FRACTION,
     .max = 1,
     .default_text = "0",
     .help = "share of the fp8 peak in them; 0 = not supported"},
    {.key = "flash_3",
     .type = FIELD_BOOL,
     .offset = offsetof(GpuAttention, has_flash_3),
     .default_text = "false",
     .help = "the constants are of FlashAttention 3 or cuDNN 9; otherwise of FlashAttention 2"},
    {.key = "backward",
     .type = FIELD_REAL,
     .offset = offsetof(GpuAttention, backward_fraction),
     .dimension = DIMENSION_FRACTION,
     .above_min = true,
     .max = 2,
     .default_text = "0.86",
     .help = "FLOP rate of the backward kernel over the forward one's"},
    {ATTENTION("softmax", softmax_s, DIMENSION_TIME), .max = 1e-3, .help = "one element of the scores on one SM"},
    {ATTENTION("tile_start", tile_start_s, DIMENSION_TIME), .max = 1e-2, .help = "once per tile of 128 queries"},
    {ATTENTION("tail", tail_fraction, DIMENSION_FRACTION), .max = 1,
     .help = "share of the longest tile that runs on when the others are done"},
    {ATTENTION("start", start_s, DIMENSION_TIME), .max = 1e-2, .help = "a prefill whatever its size: all its kernels"},
    {ATTENTION("query_passes", query_passes, DIMENSION_COUNT), .max = 100,
     .help = "how often a prefill moves its queries through memory"},
    {ATTENTION("key_passes", key_passes, DIMENSION_COUNT), .max = 100, .help = "the same for its keys and values"},
    {.key = "grouped_heads",
     .type = FIELD_INT,
     .offset = offsetof(GpuAttention, grouped_heads),
     .min = 1,
     .max = 10000,
     .required = true,
     .help = "most query heads per key head that share a block of a decode step"},
    {ATTENTION("cache", cache_fraction, DIMENSION_FRACTION), .above_min = true, .max = 1,
     .help = "share of the memory bandwidth in reading a long cache"},
    {ATTENTION("cache_ramp", cache_ramp_bytes, DIMENSION_BYTES), .max = 1e12,
     .help = "a read of this size reaches half of that"},
    DECODE_KERNEL("single", single, "decode steps with a block per query head"),
    DECODE_KERNEL("grouped", grouped, "decode steps with a block per key head, 16-bit cache"),
    DECODE_KERNEL("grouped_fp8", grouped_fp8, "the same with an fp8 cache"),
    {ATTENTION("narrow_start", narrow_start_s, DIMENSION_TIME), .max = 1e-2,
     .help = "added to the start of grouped_fp8 for a head_dim below 128"},
};

/* A100's: Dao, FlashAttention-2 (arXiv 2307.08691), section 4.1. */
static void fill_attention(void *attention) {
    *(GpuAttention *)attention = (GpuAttention){.backward_fraction = 0.86};
}

const SchemaTable SCHEMA_ATTENTION = {.name = "attention",
                                      .help = "Fused attention; constants fitted to measured kernels.",
                                      .rows = ATTENTION_ROWS,
                                      .row_count = sizeof ATTENTION_ROWS / sizeof ATTENTION_ROWS[0],
                                      .bytes = sizeof(GpuAttention),
                                      .fill = fill_attention};
