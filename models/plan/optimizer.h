/*
 * optimizer: what an optimizer keeps of every parameter, and how many bytes its update moves on a GPU. The types of its
 * states are named as in Megatron-LM's precision-aware optimizer. No model, no sharding, no time.
 *
 * It keeps main params and moments: 4 + 4 + 4 bytes for mixed-precision Adam. Weights of 4 bytes are their own main
 * params. MAIN_PARAMS_REMAINDER are the 16 bits that fp32 has more than bf16 weights (store_param_remainders of Apex's
 * DistributedFusedAdam and Transformer Engine's FusedAdam). fp8 has a scale per tensor (Transformer Engine), int8 an
 * fp32 scale per 256 elements (Dettmers et al. 2021, arXiv 2110.02861; blocksize of bitsandbytes).
 *
 * A fused update reads and writes all of that, writes the weights, which it also reads when no whole copy of them is
 * kept, and walks the gradients for the scale and the norm, 26 bytes: 52 per parameter for mixed-precision Adam. LAMB
 * (apex, multi_tensor_lamb.cu) writes its update, takes the norms of update and weights, and reads both again in a
 * second pass: 20 bytes more.
 */
#ifndef MODELS_PLAN_OPTIMIZER_H
#define MODELS_PLAN_OPTIMIZER_H

#include "models/hardware/gpu.h"
#include "sim/engine/error.h"

/* AUTO: Adam, for a list of layers SGD with momentum; plan_resolve settles it. */
typedef enum OptimizerKind {
    OPTIMIZER_AUTO,
    OPTIMIZER_ADAM,
    OPTIMIZER_LAMB,
    OPTIMIZER_LION,
    OPTIMIZER_SGD_MOMENTUM,
    OPTIMIZER_SGD,
    OPTIMIZER_KIND_COUNT
} OptimizerKind;

/* AUTO: fp32 for weights of fewer bytes, none for those of 4. */
typedef enum MainParams {
    MAIN_PARAMS_AUTO,
    MAIN_PARAMS_FP32,
    MAIN_PARAMS_FP16,
    MAIN_PARAMS_BF16,
    MAIN_PARAMS_REMAINDER,
    MAIN_PARAMS_NONE,
    MAIN_PARAMS_COUNT
} MainParams;

typedef enum MomentType {
    MOMENT_FP32,
    MOMENT_FP16,
    MOMENT_BF16,
    MOMENT_FP8,
    MOMENT_INT8,
    MOMENT_TYPE_COUNT
} MomentType;

typedef struct OptimizerSpec {
    OptimizerKind kind;
    MainParams main_params;
    MomentType exp_avg;    /* the first moment: all but SGD keep it */
    MomentType exp_avg_sq; /* the second: only Adam */
} OptimizerSpec;

const char *optimizer_kind_name(OptimizerKind kind);
const char *main_params_name(MainParams main_params);
const char *moment_type_name(MomentType type);

/* Bytes per parameter that it keeps beside weights of so many bytes. */
double optimizer_state_bytes(const OptimizerSpec *optimizer, double weight_bytes);

/* Bytes per parameter that its update reads and writes. */
double optimizer_update_bytes(const OptimizerSpec *optimizer, double weight_bytes);

/* True when there is no copy of all bits of such weights, so that an update reads the weights too. */
bool optimizer_needs_weights(const OptimizerSpec *optimizer, double weight_bytes);

/* "adam: main params fp32, moments fp32 and fp32". */
const char *optimizer_words(const OptimizerSpec *optimizer, double weight_bytes, Arena *arena);

/* Adds an error, with `path` as prefix ("jobs[0]"), for types that cannot be. */
void optimizer_check(const OptimizerSpec *optimizer, Precision precision, const char *path, ErrorList *errors);

#endif
