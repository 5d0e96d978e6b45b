#include "models/hardware/moe.h"

#include <math.h>

#include "sim/engine/check.h"

static const double TOKEN_BYTES = 2; /* tokens between the kernels are 16 bit */

/* The experts of one GPU that have work, and what each has. */
typedef struct Load {
    double pairs; /* of a token and an expert, on this GPU */
    double experts;
    double inner; /* features of an expert's inner layer on this GPU */
} Load;

static Load load_of(const MoeShape *shape) {
    CHECK(shape->tokens >= 1 && shape->hidden >= 1 && shape->intermediate >= 1 && shape->experts >= 1);
    CHECK(shape->experts_per_token >= 1 && shape->tensor_parallel >= 1 && shape->expert_parallel >= 1);
    double groups = (double)shape->expert_parallel;
    Load load = {.pairs = fmax((double)(shape->tokens * shape->experts_per_token) / groups, 1)};
    load.experts = fmin(ceil((double)shape->experts / groups), ceil(load.pairs));
    load.inner = ceil((double)shape->intermediate / (double)shape->tensor_parallel);
    return load;
}

static double matrices(const MoeShape *shape) {
    return shape->gated ? 3 : 2;
}

double moe_flop(const MoeShape *shape) {
    Load load = load_of(shape);
    return 2 * matrices(shape) * load.pairs * (double)shape->hidden * load.inner;
}

double moe_bytes(const MoeShape *shape) {
    Load load = load_of(shape);
    double weights = load.experts * matrices(shape) * (double)shape->hidden * load.inner;
    return precision_bytes(shape->precision) * weights + 2 * TOKEN_BYTES * load.pairs * (double)shape->hidden;
}

/* The GPU as grouped products see it. */
static GpuSpec grouped_gpu(const GpuSpec *gpu, Precision precision) {
    GpuSpec grouped = *gpu;
    bool is_fp8 = precision == PRECISION_FP8;
    grouped.kernels.matrix_fraction[precision] =
        is_fp8 ? gpu->kernels.moe.fp8_fraction : gpu->kernels.moe.matrix_fraction;
    grouped.kernels.sustained_fraction = 1;
    return grouped;
}

double moe_seconds(const GpuSpec *gpu, const MoeShape *shape) {
    const GpuMoe *moe = &gpu->kernels.moe;
    const GpuSpec grouped = grouped_gpu(gpu, shape->precision);
    Load load = load_of(shape);
    GemmShape up = {.batch = (int64_t)load.experts,
                    .m = (int64_t)ceil(load.pairs / load.experts),
                    .n = (int64_t)(shape->gated ? 2 * load.inner : load.inner),
                    .k = shape->hidden,
                    .precision = shape->precision};
    GemmShape down = up;
    down.n = shape->hidden;
    down.k = (int64_t)load.inner;
    double moved = moe->hidden_passes * (double)shape->hidden + moe->inner_passes * load.inner;
    double around_s = TOKEN_BYTES * load.pairs * moved / (gpu->hbm_bytes_per_s * gpu->kernels.hbm_fraction);
    return moe->start_s + gpu_gemm_seconds(&grouped, &up) + gpu_gemm_seconds(&grouped, &down) + around_s;
}
