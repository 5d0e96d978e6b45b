#include "models/hardware/gpu.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

#include "sim/engine/check.h"

static const char *const PRECISION_NAMES[PRECISION_COUNT] = {"fp32", "tf32", "fp16", "bf16", "fp8"};
static const double PRECISION_BYTES[PRECISION_COUNT] = {4.0, 4.0, 2.0, 2.0, 1.0};

typedef struct Tile {
    double rows;
    double columns;
} Tile;

/* Tile sizes of cuBLAS and CUTLASS tensor-core kernels; the thin ones serve decoding. */
static const Tile TILES[] = {{256, 128}, {128, 256}, {128, 128}, {256, 64}, {64, 256}, {128, 64},
                             {64, 128},  {64, 64},   {64, 32},   {32, 64},  {16, 64},  {64, 16}};
static const int SPLITS[] = {1, 2, 3, 4, 6, 8, 12, 16, 32};

static const double K_STEP = 64.0; /* depth that one turn of a tile's loop consumes */
static const double SPLIT_BYTES =
    20.0; /* per element of a partial result: written, read, added in fp32, plus waiting */
static const double REFERENCE_LOSS = 3 / 256.0; /* 1/rows + 1/columns of the 256x128 tile */
static const double POWER_LIMIT_S =
    1e-3; /* kernel time at which half of the slow-down to the sustained clock has set in */

static const double BLOM = 0.375; /* see gpu_slowest */

/* What rows of odd length cost: the 25 % that nanoGPT lost to a vocabulary of 50,257 instead of 50,304 (A. Karpathy,
 * 2023; GPT-2 124M, 12,288 tokens, 135 ms on an A100) are 2.3 times its vocabulary products. */
static const double ODD_ROWS_LOSS = 2.3;

enum { TILE_COUNT = sizeof TILES / sizeof TILES[0], SPLIT_COUNT = sizeof SPLITS / sizeof SPLITS[0] };

GpuSpread gpu_spread_default(void) {
    return (GpuSpread){.products = 0.2, .attention = 0.45, .memory = 0.2, .host = 0.3};
}

const char *precision_name(Precision precision) {
    CHECK(precision >= 0 && precision < PRECISION_COUNT);
    return PRECISION_NAMES[precision];
}

bool precision_find(const char *name, Precision *found) {
    for (int i = 0; i < PRECISION_COUNT; i++) {
        if (strcmp(name, PRECISION_NAMES[i]) == 0) {
            *found = (Precision)i;
            return true;
        }
    }
    return false;
}

double precision_bytes(Precision precision) {
    CHECK(precision >= 0 && precision < PRECISION_COUNT);
    return PRECISION_BYTES[precision];
}

double gpu_gemm_flop(const GemmShape *shape) {
    return 2.0 * (double)shape->batch * (double)shape->m * (double)shape->n * (double)shape->k;
}

/* Time of HBM traffic alone; the square root is the slow approach to full bandwidth seen from 1 MB to 1 GB on every GPU
 * measured. */
static double stream_seconds(const GpuSpec *gpu, double bytes) {
    const GpuKernels *kernels = &gpu->kernels;
    return (bytes + sqrt(bytes * kernels->hbm_ramp_bytes)) / (gpu->hbm_bytes_per_s * kernels->hbm_fraction);
}

/* `share` units of work on units that are filled whole (hard) or nearly so. */
static double quantised(double share, double quantisation_fraction) {
    if (share <= 1)
        return 1;
    return (1 - quantisation_fraction) * share + quantisation_fraction * ceil(share);
}

/* What a tile costs whatever the split: tiles of the whole product, and FLOPs of one per turn of its loop. */
typedef struct TileWork {
    double count;
    double flop_per_depth;
    double loss;
} TileWork;

static TileWork tile_work(const GpuSpec *gpu, const GemmShape *shape, Tile tile) {
    double hard = gpu->kernels.quantisation_fraction;
    double tiles = quantised((double)shape->m / tile.rows, hard) * quantised((double)shape->n / tile.columns, hard);
    return (TileWork){.count = (double)shape->batch * tiles,
                      .flop_per_depth = 2 * tile.rows * tile.columns,
                      .loss = 1 + gpu->kernels.tile_loss * (1 / tile.rows + 1 / tile.columns - REFERENCE_LOSS)};
}

static double tile_compute_seconds(const GpuSpec *gpu, TileWork work, double depth, int split, double sm_flop_per_s) {
    double waves = quantised(work.count * split / gpu->sm_count, gpu->kernels.quantisation_fraction);
    return waves * (gpu->kernels.tile_start_s + work.flop_per_depth * depth * work.loss / sm_flop_per_s);
}

/* A long kernel meets the power limit and its clock falls. */
static double power_limited_seconds(const GpuSpec *gpu, double compute_s) {
    double slow_down = (1 / gpu->kernels.sustained_fraction - 1) * compute_s / (compute_s + POWER_LIMIT_S);
    return compute_s * (1 + slow_down);
}

/* The result is 16 bit even for fp8 operands. */
static double gemm_bytes(const GemmShape *shape, int split) {
    double m = (double)shape->m, n = (double)shape->n, k = (double)shape->k;
    double operand_bytes = precision_bytes(shape->precision);
    double partial_bytes = split > 1 ? SPLIT_BYTES * split * m * n : 0;
    return (double)shape->batch * (operand_bytes * (m + n) * k + fmax(operand_bytes, 2.0) * m * n + partial_bytes);
}

static double fourth_power(double value) {
    double square = value * value;
    return square * square;
}

/* Tensor cores are fed 16 bytes at a time from rows that begin at multiples of that, otherwise 8, 4 or 2; a third of
 * the loss for each halving is assumed. Rows are those of A and B (k) and of C (n). */
static double alignment_loss(const GemmShape *shape) {
    if (shape->on_chip || shape->precision == PRECISION_FP32)
        return 1;
    int halvings = 3;
    for (int64_t rows = shape->n | shape->k; rows % 2 == 0 && halvings > 0; rows /= 2)
        halvings--;
    return 1 + ODD_ROWS_LOSS * halvings / 3;
}

static double promotion_loss(const GpuSpec *gpu, const GemmShape *shape) {
    return shape->promoted && shape->precision == PRECISION_FP8 ? 1 + gpu->kernels.promotion_loss : 1;
}

/* compute^4 + memory^4 of the fastest tile, or `fastest_4` when none is faster: the roots can wait. */
static double fastest_tile(const GpuSpec *gpu, const GemmShape *shape, const TileWork *work, int split,
                           double fastest_4) {
    double memory_s = shape->on_chip ? 0 : stream_seconds(gpu, gemm_bytes(shape, split));
    double memory_4 = memory_s * memory_s * memory_s * memory_s;
    double depth = ceil((double)shape->k / split / K_STEP) * K_STEP;
    double sm_flop_per_s = gpu->peak_flop_per_s[shape->precision] * gpu->kernels.matrix_fraction[shape->precision] /
                           (gpu->sm_count * alignment_loss(shape) * promotion_loss(gpu, shape));
    for (int t = 0; t < TILE_COUNT && memory_4 < fastest_4; t++) {
        double compute_s = tile_compute_seconds(gpu, work[t], depth, split, sm_flop_per_s);
        /* The power limit makes no tile faster. */
        if (fourth_power(compute_s) + memory_4 >= fastest_4)
            continue;
        double limited_4 = fourth_power(power_limited_seconds(gpu, compute_s)) + memory_4;
        fastest_4 = limited_4 < fastest_4 ? limited_4 : fastest_4;
    }
    return fastest_4;
}

static double fastest_tiling_seconds(const GpuSpec *gpu, const GemmShape *shape) {
    TileWork work[TILE_COUNT];
    for (int t = 0; t < TILE_COUNT; t++)
        work[t] = tile_work(gpu, shape, TILES[t]);
    double fastest_4 = INFINITY;
    for (int s = 0; s < SPLIT_COUNT && (s == 0 || (double)shape->k / SPLITS[s] >= K_STEP); s++)
        fastest_4 = fastest_tile(gpu, shape, work, SPLITS[s], fastest_4);
    return sqrt(sqrt(fastest_4));
}

double gpu_gemm_seconds(const GpuSpec *gpu, const GemmShape *shape) {
    CHECK(shape->batch >= 1 && shape->m >= 1 && shape->n >= 1 && shape->k >= 1);
    CHECK(gpu->peak_flop_per_s[shape->precision] > 0 && gpu->kernels.matrix_fraction[shape->precision] > 0);
    return gpu->kernels.shortest_s + fastest_tiling_seconds(gpu, shape);
}

double gpu_cast_seconds(const GpuSpec *gpu, double elements) {
    const GpuKernels *kernels = &gpu->kernels;
    return kernels->cast_start_s + kernels->cast_bytes * elements / (gpu->hbm_bytes_per_s * kernels->hbm_fraction);
}

double gpu_accumulation_seconds(const GpuSpec *gpu, double bytes) {
    return gpu->kernels.accumulate_exposed * bytes / (gpu->hbm_bytes_per_s * gpu->kernels.hbm_fraction);
}

double gpu_memory_bound_seconds(const GpuSpec *gpu, double bytes) {
    return gpu->kernels.shortest_s + stream_seconds(gpu, bytes);
}

double gpu_norm_seconds(const GpuSpec *gpu, double bytes) {
    const GpuKernels *kernels = &gpu->kernels;
    double fraction = kernels->norm_fraction > 0 ? kernels->norm_fraction : kernels->row_reduction_fraction;
    return kernels->shortest_s + stream_seconds(gpu, bytes) / fraction;
}

double gpu_row_reduction_seconds(const GpuSpec *gpu, double bytes) {
    return gpu->kernels.shortest_s + stream_seconds(gpu, bytes) / gpu->kernels.row_reduction_fraction;
}

GpuSpec gpu_sustained(const GpuSpec *gpu) {
    GpuSpec sustained = *gpu;
    const GpuKernels *kernels = &gpu->kernels;
    double clock = kernels->long_run_fraction > 0 ? kernels->long_run_fraction : kernels->sustained_fraction;
    for (int i = 0; i < PRECISION_COUNT; i++)
        sustained.kernels.matrix_fraction[i] *= clock;
    sustained.kernels.moe.matrix_fraction *= clock;
    sustained.kernels.moe.fp8_fraction *= clock;
    sustained.kernels.sustained_fraction = 1;
    return sustained;
}

static void slow_attention(GpuAttention *attention, double clock) {
    attention->matrix_fraction *= clock;
    attention->fp8_fraction *= clock;
    attention->softmax_s /= clock;
    attention->tile_start_s /= clock;
}

GpuSpec gpu_clocked(const GpuSpec *gpu, double clock_fraction) {
    GpuSpec clocked = *gpu;
    for (int i = 0; i < PRECISION_COUNT; i++)
        clocked.kernels.matrix_fraction[i] *= clock_fraction;
    clocked.kernels.moe.matrix_fraction *= clock_fraction;
    clocked.kernels.moe.fp8_fraction *= clock_fraction;
    slow_attention(&clocked.kernels.attention, clock_fraction);
    return clocked;
}

GpuSpec gpu_slowest(const GpuSpec *gpu, double count) {
    double below = count > 1 ? (count - BLOM) / (count + 1 - 2 * BLOM) : 0.5;
    return gpu_clocked(gpu, 1 - gpu->kernels.variation_fraction * gsl_cdf_ugaussian_Pinv(below));
}

GpuSpec gpu_in_graphs(const GpuSpec *gpu) {
    GpuSpec replaying = *gpu;
    replaying.kernels.launch_s = gpu->kernels.graph_launch_s;
    replaying.kernels.host_s = gpu->kernels.graph_host_s;
    return replaying;
}

double gpu_launch_seconds(const GpuSpec *gpu, int kernels) {
    return gpu->kernels.launch_s * kernels;
}

double gpu_host_floor_seconds(const GpuSpec *gpu, int kernels) {
    return gpu->kernels.host_s * kernels;
}
