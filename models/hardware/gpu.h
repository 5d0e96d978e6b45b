/*
 * gpu: the constants of one GPU and the time of one kernel on it. Pure functions: no state, no queueing, no overlap of
 * kernels, no knowledge of layers or models.
 *
 * Matrix product: the fastest of 12 tile sizes and 9 splits of k, each (compute^4 + memory^4)^(1/4), where
 *   compute = waves(tiles / sm_count) * (tile_start + tile flop * tile loss / flop rate of one SM),
 *   memory  = (B + sqrt(B ramp)) / (hbm bandwidth * hbm_fraction), B = operands + result + 20 B per partial result.
 * Compute slows down towards sustained_fraction with its length (half of the way at 1 ms): a power-limited GPU lowers
 * its clock. The cast of an operand to fp8 is a kernel of its own. Tiles and waves: NVIDIA, Matrix Multiplication
 * Background (deep learning performance guide).
 *
 * Rows that do not begin at multiples of 16 bytes (n or k no multiple of 8) feed the tensor cores slower: up to 3.3
 * times the compute time, derived from one published measurement on A100.
 *
 * Limits: dense; one kernel has the device for itself; products that take less than about 10 us are only right to 20 %.
 * Constants of an entry without own measurements are its nearest relative's.
 */
#ifndef MODELS_HARDWARE_GPU_H
#define MODELS_HARDWARE_GPU_H

#include <stdbool.h>
#include <stdint.h>

typedef enum Precision {
    PRECISION_FP32,
    PRECISION_TF32,
    PRECISION_FP16,
    PRECISION_BF16,
    PRECISION_FP8,
    PRECISION_COUNT,
} Precision;

/* One kind of kernel for a decode step: a block per (sequence, key/value head), or per query head. See attention.h. */
typedef struct DecodeKernel {
    double start_s; /* >= 0; whatever the size */
    double block_s; /* >= 0; once per block */
    double head_s;  /* >= 0; per query head and feature of a block */
    double key_s;   /* >= 0; per cached token and feature of a block */
    double split_s; /* >= 0; adding up the parts when a block's tokens are shared by several */
} DecodeKernel;

/* Constants of fused attention; see attention.h. */
typedef struct GpuAttention {
    bool has_flash_3;         /* the constants are of flash_3, otherwise of flash_2; see attention_kernel.h */
    double backward_fraction; /* > 0; FLOP rate of its backward kernel over the forward one's */
    double matrix_fraction;   /* (0, 1]; share of the 16-bit peak in the two products */
    double fp8_fraction;      /* 0..1; the same of the fp8 peak; 0 = not supported */
    double softmax_s;         /* > 0; one element of the scores on one SM */
    double tile_start_s;      /* >= 0; once per tile of 128 queries */
    double tail_fraction;     /* 0..1; the longest tiles run on when the others are done: their share of a whole one */
    double start_s;           /* >= 0; a prefill whatever its size: all its kernels */
    double query_passes;      /* >= 0; how often a prefill moves queries (rotary positions, output) over HBM */
    double key_passes;        /* >= 0; the same for keys and values (rotary positions, writing the cache) */
    int grouped_heads;        /* >= 1; most query heads per key head that share a block; others get one block each */
    double cache_fraction;    /* (0, 1]; share of HBM bandwidth in reading the cache */
    double cache_ramp_bytes;  /* >= 0; a read of this size reaches half of that */
    DecodeKernel single;      /* a block per query head */
    DecodeKernel grouped;     /* a block per key head, 16-bit cache */
    DecodeKernel grouped_fp8; /* the same, fp8 cache */
    double narrow_start_s;    /* >= 0; added to the start of grouped_fp8 for a head_dim below 128 */
} GpuAttention;

/* Constants of mixture-of-experts layers; see moe.h. */
typedef struct GpuMoe {
    double start_s;         /* >= 0; a layer whatever its size: all its kernels */
    double matrix_fraction; /* (0, 1]; share of the 16-bit peak in grouped products */
    double fp8_fraction;    /* 0..1; the same of the fp8 peak; 0 = not supported */
    double hidden_passes;   /* >= 0; how often hidden states go through HBM beside the products */
    double inner_passes;    /* >= 0; the same for the inner layer of an expert */
} GpuMoe;

/* How sure the constants are: about a standard deviation of ln(measured / simulated) of one kernel of 10 us or longer,
 * >= 0. */
typedef struct GpuSpread {
    double products;  /* matrix products */
    double attention; /* products and softmax of attention in training, fused or not */
    double memory;    /* element-wise kernels and row reductions */
    double host;      /* launches and the host's floor */
} GpuSpread;

/* The largest sizes among the kernels that the constants were fitted to; beyond them the model extrapolates. 0 = not
 * known. */
typedef struct GpuReach {
    double m; /* of products */
    double n;
    double k;
    double sequence; /* tokens of one sequence in attention */
} GpuReach;

/*
 * How near real kernels come to the datasheet. The same formulas serve every GPU; these constants are fitted per GPU on
 * one half of a kernel benchmark and judged on the other (tests/validation/test_kernels.c).
 */
typedef struct GpuKernels {
    double matrix_fraction[PRECISION_COUNT]; /* 0..1; share of peak that 256x128 tiles reach; 0 = not supported */
    double sustained_fraction; /* (0, 1]; clock in long matrix kernels (power limit) over that in short ones */
    double long_run_fraction;  /* 0..1; the same after seconds of products back to back; 0 = as sustained_fraction */
    double variation_fraction; /* 0..0.1; standard deviation of the clock of equal GPUs under load, over its mean */
    double tile_loss;    /* >= 0, matrix elements; a smaller tile pays 1 + tile_loss (1/rows + 1/columns - 3/256) */
    double tile_start_s; /* >= 0; filling the pipeline and writing the result, once per tile */
    double quantisation_fraction;  /* 0..1; 1: tiles and waves are rounded up whole, 0: remainders cost their share */
    double shortest_s;             /* >= 0; shortest time of any kernel */
    double hbm_fraction;           /* (0, 1]; share of HBM bandwidth that an endless stream reaches */
    double hbm_ramp_bytes;         /* >= 0; a stream of this size reaches half of that */
    double row_reduction_fraction; /* (0, 1]; bandwidth of row reductions in runs over that of element-wise kernels */
    double accumulate_exposed;     /* 0..1; share of a product's adding into memory that its arithmetic does not hide */
    double promotion_loss;         /* 0..1; what promoted products take longer (GemmShape) */
    double second_wave;            /* 0..1; what products take longer beside a collective that holds SMs: as many blocks
                                      as the GPU has SMs, each with its tiles, of which some wait for the others to end
                                      (static schedules of persistent kernels); 0: tiles go to the SMs that are free */
    double norm_fraction;          /* 0..1; the same of a layer norm timed alone; 0 = as row_reduction_fraction */
    double norm_start_s;           /* >= 0; a layer norm that is timed alone waits that long for the host */
    double cast_bytes;             /* >= 0; HBM bytes per element that an inference engine brings from 16 bit to fp8 */
    double cast_start_s;           /* >= 0; fixed cost of that cast's kernels */
    double launch_s;               /* >= 0; gap on the device between two kernels of one stream */
    double host_s;                 /* >= 0; CPU time of an eager framework to issue one kernel */
    double graph_launch_s;         /* >= 0; gap on the device between two kernels of one CUDA graph */
    double graph_host_s;           /* >= 0; CPU time per kernel to launch a graph */
    GpuAttention attention;
    GpuMoe moe;
    GpuSpread spread;
    GpuReach reach;
} GpuKernels;

typedef struct GpuSpec {
    const char *name;                        /* catalogue name, "a100-80" */
    double peak_flop_per_s[PRECISION_COUNT]; /* dense, datasheet; 0 = not supported */
    double hbm_bytes;                        /* > 0; capacity */
    double hbm_bytes_per_s;                  /* > 0; datasheet */
    int sm_count;                            /* >= 1; streaming multiprocessors in use */
    double tdp_watts;                        /* > 0; the board's default power limit */
    double power_limit_watts;                /* >= 0; the limit it is set to (gpu_power.h); 0 = tdp_watts */
    GpuKernels kernels;
} GpuSpec;

/* batch equal products C[m,n] = A[m,k] B[k,n]; every size >= 1. */
typedef struct GemmShape {
    int64_t batch;
    int64_t m;
    int64_t n;
    int64_t k;
    Precision precision;
    bool on_chip;  /* part of a fused kernel: what goes through HBM is counted elsewhere */
    bool promoted; /* fp8 products add up in fp32, as those of gradients do: Hopper's tensor cores have fewer bits, so
                      that training takes the sum out every 128 elements, but lets forward products go without
                      (Transformer Engine's _2X_ACC_DGRAD and _2X_ACC_WGRAD; torchao's Float8LinearConfig and XLA
                      likewise); no difference in other precisions */
} GemmShape;

/*
 * Returns the spread of a GPU without measurements of its own. Measured by giving one generation the constants of the
 * other: A100's on H100 and H100's on A100 are off by 0.18 and 0.20 on products, 0.48 and 0.41 on attention (the tables
 * of tests/validation/test_fitted_kernels.c); memory and host are assumed.
 */
GpuSpread gpu_spread_default(void);

/* Returns "fp32", "tf32", "fp16", "bf16" or "fp8". */
const char *precision_name(Precision precision);

/* Looks a name up; false and *found untouched when there is none. */
bool precision_find(const char *name, Precision *found);

/* Returns the bytes of one element; tf32 is stored in 4. */
double precision_bytes(Precision precision);

/* Returns 2 batch m n k. */
double gpu_gemm_flop(const GemmShape *shape);

/* Returns the time of the kernel alone on the device, without its launch. The GPU must support the precision. */
double gpu_gemm_seconds(const GpuSpec *gpu, const GemmShape *shape);

/* Returns what a product takes longer when it adds its result to one in memory, with `bytes` (read + written) beyond
 * the result that it would write alone. */
double gpu_accumulation_seconds(const GpuSpec *gpu, double bytes);

/* Returns the time in which an inference engine casts activations to fp8 in front of a product. */
double gpu_cast_seconds(const GpuSpec *gpu, double elements);

/* Returns the time of a kernel that moves `bytes` (read + written) and computes next to nothing; small ones reach less
 * bandwidth. */
double gpu_memory_bound_seconds(const GpuSpec *gpu, double bytes);

/* Returns the same for kernels that reduce every row and are not fused with others: softmax, and the norms of layers,
 * which are no faster in profiles of whole layers. */
double gpu_row_reduction_seconds(const GpuSpec *gpu, double bytes);

/* Returns the same for a layer norm that is timed alone, without norm_start_s; no run has one. */
double gpu_norm_seconds(const GpuSpec *gpu, double bytes);

/* Returns the GPU as it is in long runs such as training: matrix kernels of every length, grouped ones too, at the
 * clock of long runs. */
GpuSpec gpu_sustained(const GpuSpec *gpu);

/* Returns the GPU at another clock, over today's (> 0): products and attention follow it, HBM does not. */
GpuSpec gpu_clocked(const GpuSpec *gpu, double clock_fraction);

/*
 * Returns the slowest of that many GPUs (>= 1), whom all others of a synchronous job wait for: what is bound by the
 * clock runs 1 - z variation_fraction times as fast, -z the expected lowest of so many standard normal values (Blom
 * 1958). The catalogue's fraction is 0.015: the GPUs of five clusters (V100, MI60, Quadro RTX 5000) differ by 8 % on
 * average (Sinha et al., SC22), read as the range between the whiskers of their box plots, 5.4 standard deviations of
 * normal values; newer GPUs are assumed alike. Outliers, up to 1.5 times slower, are not in it.
 */
GpuSpec gpu_slowest(const GpuSpec *gpu, double count);

/* Returns the GPU as it is when its kernels are captured in CUDA graphs and replayed. */
GpuSpec gpu_in_graphs(const GpuSpec *gpu);

/* Returns the time lost on the device between `kernels` kernels of one stream. */
double gpu_launch_seconds(const GpuSpec *gpu, int kernels);

/* Returns the host's time to issue `kernels` kernels from an eager framework; work takes max(device, host time). */
double gpu_host_floor_seconds(const GpuSpec *gpu, int kernels);

#endif
