#include "models/hardware/attention.h"

#include <math.h>

#include "sim/engine/check.h"

static const double TILE_TOKENS = 128;      /* queries of a tile, keys of a block */
static const double SMALL_TILE_TOKENS = 64; /* for short prompts, and keys of a block in a decode step */
static const double WINDOW_TILES = 3;       /* blocks that a tile visits beside its window: the masked ones */
static const double QUERY_BYTES = 2;
static const double BACKWARD_FLOP_RATIO = 2.5; /* five products for two */
static const int64_t NARROW_HEAD = 128;        /* heads below it run on another kernel when the cache is fp8 */
static const int MOST_SPLITS = 64;

static double square(double value) {
    return value * value;
}

/* Compute and memory overlap, but not wholly. */
static double overlapped(double compute_s, double memory_s) {
    return sqrt(sqrt(square(square(compute_s)) + square(square(memory_s))));
}

static void check_shape(const AttentionShape *shape) {
    CHECK(shape->sequences >= 1 && shape->query_tokens >= 1 && shape->cached_tokens >= 0);
    CHECK(shape->heads >= 1 && shape->kv_heads >= 1 && shape->head_dim >= 1 && shape->window_tokens >= 0);
}

double attention_flop(const AttentionShape *shape) {
    check_shape(shape);
    double queries = (double)shape->query_tokens, cached = (double)shape->cached_tokens;
    double window = shape->window_tokens ? (double)shape->window_tokens : INFINITY;
    /* The first queries see everything before them, the others a full window. */
    double growing = fmin(fmax(window - cached, 0), queries);
    double scores = growing * cached + growing * (growing + 1) / 2;
    if (growing < queries)
        scores += (queries - growing) * window;
    return 4 * (double)shape->sequences * (double)shape->heads * (double)shape->head_dim * scores;
}

/* Tiles of one sequence and head, and the keys that they visit. */
typedef struct Tiles {
    double count;
    double keys;    /* of all tiles */
    double longest; /* keys of the last one */
} Tiles;

static Tiles tiles_of(const AttentionShape *shape) {
    double queries = (double)shape->query_tokens, cached = (double)shape->cached_tokens;
    double size = queries <= SMALL_TILE_TOKENS ? SMALL_TILE_TOKENS : TILE_TOKENS;
    double window = ceil((double)shape->window_tokens / size) * size + WINDOW_TILES * size;
    double most = shape->window_tokens ? window : INFINITY;
    Tiles tiles = {.count = ceil(queries / size)};
    double growing = fmin(fmax(floor((most - cached) / size), 0), tiles.count);
    tiles.keys = growing * cached + size * growing * (growing + 1) / 2;
    if (growing < tiles.count)
        tiles.keys += (tiles.count - growing) * most;
    tiles.longest = fmin(cached + tiles.count * size, most);
    return tiles;
}

static double prefill_compute_seconds(const GpuSpec *gpu, const AttentionShape *shape) {
    const GpuAttention *attention = &gpu->kernels.attention;
    bool is_fp8 = shape->precision == PRECISION_FP8;
    double fraction = is_fp8 ? attention->fp8_fraction : attention->matrix_fraction;
    double sm_flop_per_s = gpu->peak_flop_per_s[shape->precision] * fraction / gpu->sm_count;
    CHECK(sm_flop_per_s > 0);
    double size = shape->query_tokens <= SMALL_TILE_TOKENS ? SMALL_TILE_TOKENS : TILE_TOKENS;
    double product_s = 4 * (double)shape->head_dim / sm_flop_per_s;
    double key_s = size * sqrt(square(product_s) + square(attention->softmax_s));
    Tiles tiles = tiles_of(shape);
    double heads = (double)shape->sequences * (double)shape->heads;
    double longest_s = attention->tile_start_s + tiles.longest * key_s;
    double even_s = heads * (tiles.count * attention->tile_start_s + tiles.keys * key_s) / gpu->sm_count;
    /* With fewer tiles than SMs the longest one is all there is to wait for. */
    return fmax(even_s, longest_s) + attention->tail_fraction * fmin(even_s, longest_s);
}

/* Bytes of the queries, and of keys and values in 16 bit. */
static double query_bytes(const AttentionShape *shape) {
    return QUERY_BYTES * (double)shape->sequences * (double)shape->query_tokens *
           (double)(shape->heads * shape->head_dim);
}

static double key_bytes(const AttentionShape *shape, double tokens) {
    return 2 * (double)shape->sequences * tokens * (double)(shape->kv_heads * shape->head_dim);
}

double attention_fused_seconds(const GpuSpec *gpu, const AttentionShape *shape) {
    check_shape(shape);
    double tokens = (double)(shape->query_tokens + shape->cached_tokens);
    double bytes = 2 * query_bytes(shape) + QUERY_BYTES * key_bytes(shape, tokens);
    double memory_s = bytes / (gpu->hbm_bytes_per_s * gpu->kernels.hbm_fraction);
    return gpu->kernels.shortest_s + overlapped(prefill_compute_seconds(gpu, shape), memory_s);
}

static AttentionSlowDown slow_down_of(const GpuSpec *gpu, const AttentionShape *shape, AttentionKernel kernel) {
    AttentionUse use = {.head_dim = shape->head_dim,
                        .tokens = shape->query_tokens + shape->cached_tokens,
                        .has_flash_3 = gpu->kernels.attention.has_flash_3};
    return attention_kernel_slow_down(kernel, use);
}

double attention_forward_seconds(const GpuSpec *gpu, const AttentionShape *shape, AttentionKernel kernel) {
    return attention_fused_seconds(gpu, shape) * slow_down_of(gpu, shape, kernel).forward;
}

double attention_backward_seconds(const GpuSpec *gpu, const AttentionShape *shape, AttentionKernel kernel) {
    double own_s = BACKWARD_FLOP_RATIO * attention_fused_seconds(gpu, shape) / gpu->kernels.attention.backward_fraction;
    return own_s * slow_down_of(gpu, shape, kernel).backward;
}

double attention_prefill_seconds(const GpuSpec *gpu, const AttentionShape *shape) {
    check_shape(shape);
    const GpuAttention *attention = &gpu->kernels.attention;
    double new_bytes = QUERY_BYTES * key_bytes(shape, (double)shape->query_tokens);
    double bytes = attention->query_passes * query_bytes(shape) + attention->key_passes * new_bytes;
    double around_s = bytes / (gpu->hbm_bytes_per_s * gpu->kernels.hbm_fraction);
    return attention->start_s + prefill_compute_seconds(gpu, shape) + around_s;
}

/* Blocks of a decode step and the kernel that runs them. */
typedef struct DecodeWork {
    const DecodeKernel *kernel;
    double blocks;
    double block_heads; /* query heads of one */
    double keys;        /* cached tokens of one */
} DecodeWork;

const DecodeKernel *attention_decode_kernel(const GpuSpec *gpu, const AttentionShape *shape) {
    const GpuAttention *attention = &gpu->kernels.attention;
    int64_t group = shape->heads / shape->kv_heads;
    if (group <= 1 || group > attention->grouped_heads)
        return &attention->single;
    return shape->precision == PRECISION_FP8 ? &attention->grouped_fp8 : &attention->grouped;
}

static DecodeWork decode_work(const GpuSpec *gpu, const AttentionShape *shape) {
    const DecodeKernel *kernel = attention_decode_kernel(gpu, shape);
    bool is_single = kernel == &gpu->kernels.attention.single;
    double blocks = (double)(shape->sequences * (is_single ? shape->heads : shape->kv_heads));
    DecodeWork work = {.kernel = kernel, .blocks = blocks, .keys = fmax((double)shape->cached_tokens, 1)};
    work.block_heads = is_single ? 1 : (double)shape->heads / (double)shape->kv_heads;
    if (shape->window_tokens)
        work.keys = fmin(work.keys, (double)shape->window_tokens);
    return work;
}

/* Blocks cut into `split` parts. */
static double split_seconds(const GpuSpec *gpu, const DecodeWork *work, double head_dim, int split) {
    const DecodeKernel *kernel = work->kernel;
    double keys = ceil(work->keys / split / SMALL_TILE_TOKENS) * SMALL_TILE_TOKENS;
    double part_s = kernel->block_s + head_dim * (work->block_heads * kernel->head_s + keys * kernel->key_s);
    double waves = fmax(1, work->blocks * split / gpu->sm_count);
    return waves * part_s + (split > 1 ? kernel->split_s : 0);
}

double attention_decode_seconds(const GpuSpec *gpu, const AttentionShape *shape) {
    check_shape(shape);
    const GpuAttention *attention = &gpu->kernels.attention;
    DecodeWork work = decode_work(gpu, shape);
    double fastest_s = INFINITY;
    for (int split = 1; split <= MOST_SPLITS && (split == 1 || work.keys / split >= SMALL_TILE_TOKENS); split *= 2)
        fastest_s = fmin(fastest_s, split_seconds(gpu, &work, (double)shape->head_dim, split));
    double query = QUERY_BYTES * (double)shape->sequences * (double)(shape->heads * shape->head_dim);
    double bytes = precision_bytes(shape->precision) * key_bytes(shape, work.keys) + 2 * query;
    double memory_s =
        (bytes + sqrt(bytes * attention->cache_ramp_bytes)) / (gpu->hbm_bytes_per_s * attention->cache_fraction);
    bool is_narrow = work.kernel == &attention->grouped_fp8 && shape->head_dim < NARROW_HEAD;
    double start_s = work.kernel->start_s + (is_narrow ? attention->narrow_start_s : 0);
    return start_s + overlapped(fastest_s, memory_s);
}
