#include "scenarios/reader/schema.h"
#include "scenarios/reader/schema_attention.h"
#include "scenarios/reader/schema_moe.h"
#include "scenarios/reader/schema_spread.h"

/* Far outside anything built: they catch a wrong prefix. */
#define LEAST_BYTES_PER_S 1e3
#define MOST_BYTES_PER_S  1e15

#define PEAK(word, precision, words)                                                                                   \
    {                                                                                                                  \
        .key = word, .type = FIELD_REAL, .offset = sizeof(double) * (precision), .dimension = DIMENSION_FLOP_RATE,     \
        .max = 1e18, .default_text = "0 flop/s", .help = words                                                         \
    }

static const SchemaRow PEAK_ROWS[] = {
    PEAK("fp32", PRECISION_FP32, "dense peak of fp32 outside the tensor cores; 0 = not supported"),
    PEAK("tf32", PRECISION_TF32, "dense peak of tf32; 0 = not supported"),
    PEAK("fp16", PRECISION_FP16, "dense peak of fp16; 0 = not supported"),
    PEAK("bf16", PRECISION_BF16, "dense peak of bf16; 0 = not supported"),
    PEAK("fp8", PRECISION_FP8, "dense peak of fp8; 0 = not supported"),
};

static const SchemaTable PEAK_TABLE = {.name = "peak",
                                       .help = "Datasheet peaks without sparsity, by precision.",
                                       .rows = PEAK_ROWS,
                                       .row_count = sizeof PEAK_ROWS / sizeof PEAK_ROWS[0],
                                       .bytes = sizeof(double) * PRECISION_COUNT};

#define SHARE(word, precision, words)                                                                                  \
    {                                                                                                                  \
        .key = word, .type = FIELD_REAL, .offset = sizeof(double) * (precision), .dimension = DIMENSION_FRACTION,      \
        .max = 1, .default_text = "0", .help = words                                                                   \
    }

static const SchemaRow MATRIX_ROWS[] = {
    SHARE("fp32", PRECISION_FP32, "share of the fp32 peak"), SHARE("tf32", PRECISION_TF32, "share of the tf32 peak"),
    SHARE("fp16", PRECISION_FP16, "share of the fp16 peak"), SHARE("bf16", PRECISION_BF16, "share of the bf16 peak"),
    SHARE("fp8", PRECISION_FP8, "share of the fp8 peak"),
};

static const SchemaTable MATRIX_TABLE = {.name = "matrix",
                                         .help = "Share of peak that 256x128 tiles reach in a short run, by precision.",
                                         .rows = MATRIX_ROWS,
                                         .row_count = sizeof MATRIX_ROWS / sizeof MATRIX_ROWS[0],
                                         .bytes = sizeof(double) * PRECISION_COUNT};

#define KERNEL(word, field, kind)                                                                                      \
    .key = word, .type = FIELD_REAL, .offset = offsetof(GpuKernels, field), .dimension = kind

static const SchemaRow KERNEL_ROWS[] = {
    {.key = "matrix",
     .type = FIELD_OBJECT,
     .offset = offsetof(GpuKernels, matrix_fraction),
     .required = true,
     .help = "share of peak in matrix products",
     .table = &MATRIX_TABLE},
    {KERNEL("sustained", sustained_fraction, DIMENSION_FRACTION), .above_min = true, .max = 1, .required = true,
     .help = "clock in long matrix kernels over that in short ones, by the power limit"},
    {KERNEL("long_run", long_run_fraction, DIMENSION_FRACTION), .max = 1, .default_text = "0",
     .help = "the same after seconds of products back to back, as in training; 0 = as sustained"},
    {KERNEL("variation", variation_fraction, DIMENSION_FRACTION), .max = 0.1, .default_text = "0.015",
     .help = "standard deviation of the clock among equal GPUs under load; a job waits for its slowest one"},
    {KERNEL("tile_loss", tile_loss, DIMENSION_COUNT), .max = 10000, .required = true,
     .help = "elements; a smaller tile pays 1 + tile_loss * (1/rows + 1/columns - 3/256)"},
    {KERNEL("tile_start", tile_start_s, DIMENSION_TIME), .max = 1e-2, .required = true,
     .help = "once per tile: filling the pipeline, writing the result"},
    {KERNEL("quantisation", quantisation_fraction, DIMENSION_FRACTION), .max = 1, .required = true,
     .help = "1 = tiles and waves are rounded up whole, 0 = remainders cost their share"},
    {KERNEL("shortest", shortest_s, DIMENSION_TIME), .max = 1e-2, .required = true,
     .help = "shortest time of any kernel"},
    {KERNEL("hbm", hbm_fraction, DIMENSION_FRACTION), .above_min = true, .max = 1, .required = true,
     .help = "share of the memory bandwidth that an endless stream reaches"},
    {KERNEL("hbm_ramp", hbm_ramp_bytes, DIMENSION_BYTES), .max = 1e12, .required = true,
     .help = "a stream of this size reaches half of that"},
    {KERNEL("accumulate", accumulate_exposed, DIMENSION_FRACTION), .max = 1, .default_text = "0",
     .help = "share of the traffic of adding a weight gradient to the kept one that its product does not hide"},
    {KERNEL("promotion", promotion_loss, DIMENSION_FRACTION), .max = 1, .default_text = "0",
     .help = "what products of fp8 gradients take longer, whose sums training promotes to fp32"},
    {KERNEL("second_wave", second_wave, DIMENSION_FRACTION), .max = 1, .default_text = "0",
     .help = "what products take longer beside a collective that holds SMs, if as many blocks as there are SMs share a "
             "product's tiles; 0 = tiles go to free SMs"},
    {KERNEL("row_reduction", row_reduction_fraction, DIMENSION_FRACTION), .above_min = true, .max = 1, .required = true,
     .help = "bandwidth of softmax, and in runs of layer norm, over that of element-wise kernels"},
    {KERNEL("norm", norm_fraction, DIMENSION_FRACTION), .max = 1, .default_text = "0",
     .help = "the same of a layer norm that is timed alone; 0 = as row_reduction; only calibrate reads it"},
    {KERNEL("norm_start", norm_start_s, DIMENSION_TIME), .max = 1e-2, .default_text = "0 s",
     .help = "wait for the host of a layer norm that is timed alone; only calibrate reads it"},
    {KERNEL("cast", cast_bytes, DIMENSION_BYTES), .max = 1000, .default_text = "0 B",
     .help = "memory traffic per element of an inference engine's cast from 16 bit to fp8; only calibrate reads it"},
    {KERNEL("cast_start", cast_start_s, DIMENSION_TIME), .max = 1e-2, .default_text = "0 s",
     .help = "fixed cost of that cast's kernels; only calibrate reads it"},
    {KERNEL("launch", launch_s, DIMENSION_TIME), .max = 1e-2, .required = true,
     .help = "gap on the device between two kernels of one stream"},
    {KERNEL("host", host_s, DIMENSION_TIME), .max = 1, .required = true,
     .help = "CPU time of an eager framework to issue one kernel"},
    {KERNEL("graph_launch", graph_launch_s, DIMENSION_TIME), .max = 1e-2, .required = true,
     .help = "gap on the device between two kernels of one CUDA graph"},
    {KERNEL("graph_host", graph_host_s, DIMENSION_TIME), .max = 1, .required = true,
     .help = "CPU time per kernel to launch a graph"},
    {.key = "attention",
     .type = FIELD_OBJECT,
     .offset = offsetof(GpuKernels, attention),
     .required = true,
     .help = "fused attention",
     .table = &SCHEMA_ATTENTION},
    {.key = "moe",
     .type = FIELD_OBJECT,
     .offset = offsetof(GpuKernels, moe),
     .required = true,
     .help = "mixture-of-experts layers",
     .table = &SCHEMA_MOE},
    {.key = "spread",
     .type = FIELD_OBJECT,
     .offset = offsetof(GpuKernels, spread),
     .default_text = "(assumed, see gpu.kernels.spread)",
     .help = "how sure these constants are, for the interval of a step",
     .table = &SCHEMA_SPREAD},
    {.key = "reach",
     .type = FIELD_OBJECT,
     .offset = offsetof(GpuKernels, reach),
     .default_text = "(not known)",
     .help = "the largest sizes that were measured; beyond them a run says so",
     .table = &SCHEMA_REACH},
};

static void fill_kernels(void *kernels) {
    *(GpuKernels *)kernels = (GpuKernels){.variation_fraction = 0.015, .spread = gpu_spread_default()};
}

static const SchemaTable KERNELS_TABLE = {.name = "kernels",
                                          .help = "How near real kernels come to the datasheet; fitted constants.",
                                          .rows = KERNEL_ROWS,
                                          .row_count = sizeof KERNEL_ROWS / sizeof KERNEL_ROWS[0],
                                          .bytes = sizeof(GpuKernels),
                                          .fill = fill_kernels};

static const SchemaRow GPU_ROWS[] = {
    {.key = "peak",
     .type = FIELD_OBJECT,
     .offset = offsetof(GpuSpec, peak_flop_per_s),
     .required = true,
     .help = "peaks by precision",
     .table = &PEAK_TABLE},
    {.key = "hbm_capacity",
     .type = FIELD_REAL,
     .offset = offsetof(GpuSpec, hbm_bytes),
     .dimension = DIMENSION_BYTES,
     .min = 1048576,
     .max = 1e15,
     .required = true,
     .help = "memory of one GPU"},
    {.key = "hbm_bandwidth",
     .type = FIELD_REAL,
     .offset = offsetof(GpuSpec, hbm_bytes_per_s),
     .dimension = DIMENSION_BANDWIDTH,
     .min = LEAST_BYTES_PER_S,
     .max = MOST_BYTES_PER_S,
     .required = true,
     .help = "datasheet bandwidth of that memory"},
    {.key = "sm_count",
     .type = FIELD_INT,
     .offset = offsetof(GpuSpec, sm_count),
     .min = 1,
     .max = 10000,
     .required = true,
     .help = "streaming multiprocessors in use"},
    {.key = "tdp",
     .type = FIELD_REAL,
     .offset = offsetof(GpuSpec, tdp_watts),
     .dimension = DIMENSION_POWER,
     .above_min = true,
     .max = 1e5,
     .required = true,
     .help = "the board's default power limit"},
    {.key = "power_limit",
     .type = FIELD_REAL,
     .offset = offsetof(GpuSpec, power_limit_watts),
     .dimension = DIMENSION_POWER,
     .above_min = true,
     .max = 1e5,
     .default_text = "(tdp)",
     .help = "the limit it is set to (nvidia-smi -pl); below tdp products and attention run at a lower clock"},
    {.key = "kernels",
     .type = FIELD_OBJECT,
     .offset = offsetof(GpuSpec, kernels),
     .required = true,
     .help = "fitted kernel constants",
     .table = &KERNELS_TABLE},
};

const SchemaTable SCHEMA_GPU = {.name = "gpu",
                                .help = "One kind of GPU.",
                                .rows = GPU_ROWS,
                                .row_count = sizeof GPU_ROWS / sizeof GPU_ROWS[0],
                                .bytes = sizeof(GpuSpec),
                                .folder = "hardware",
                                .name_offset = offsetof(GpuSpec, name)};
