#include "models/plan/optimizer.h"

/* Fp32 weights are their own main params. */
static const double FULL_WEIGHT_BYTES = 4;

/* Cast to fp32, scale, norm, clip, update. */
static const double GRADIENT_BYTES = 26;
static const double LAMB_BYTES = 20; /* see the header */

static const char *const KIND_NAMES[] = {"auto", "adam", "lamb", "lion", "sgd_momentum", "sgd"};
static const int KIND_MOMENTS[] = {2, 2, 2, 1, 1, 0};

static const char *const MAIN_NAMES[] = {"auto", "fp32", "fp16", "bf16", "remainder", "none"};

static const struct {
    const char *name;
    double bytes;
} MOMENT_TYPES[] = {{"fp32", 4}, {"fp16", 2}, {"bf16", 2}, {"fp8", 1}, {"int8", 1 + 4.0 / 256}};

const char *optimizer_kind_name(OptimizerKind kind) {
    return KIND_NAMES[kind];
}

const char *main_params_name(MainParams main_params) {
    return MAIN_NAMES[main_params];
}

const char *moment_type_name(MomentType type) {
    return MOMENT_TYPES[type].name;
}

static MainParams settled_main_params(const OptimizerSpec *optimizer, double weight_bytes) {
    if (optimizer->main_params != MAIN_PARAMS_AUTO)
        return optimizer->main_params;
    return weight_bytes < FULL_WEIGHT_BYTES ? MAIN_PARAMS_FP32 : MAIN_PARAMS_NONE;
}

static double main_params_bytes(MainParams main_params) {
    switch (main_params) {
    case MAIN_PARAMS_FP32:
        return 4;
    case MAIN_PARAMS_FP16:
    case MAIN_PARAMS_BF16:
    case MAIN_PARAMS_REMAINDER:
        return 2;
    case MAIN_PARAMS_AUTO:
    case MAIN_PARAMS_NONE:
    case MAIN_PARAMS_COUNT:
        return 0;
    }
    return 0;
}

double optimizer_state_bytes(const OptimizerSpec *optimizer, double weight_bytes) {
    int moments = KIND_MOMENTS[optimizer->kind];
    double bytes = main_params_bytes(settled_main_params(optimizer, weight_bytes));
    if (moments >= 1)
        bytes += MOMENT_TYPES[optimizer->exp_avg].bytes;
    if (moments >= 2)
        bytes += MOMENT_TYPES[optimizer->exp_avg_sq].bytes;
    return bytes;
}

bool optimizer_needs_weights(const OptimizerSpec *optimizer, double weight_bytes) {
    MainParams main_params = settled_main_params(optimizer, weight_bytes);
    return main_params == MAIN_PARAMS_NONE || main_params == MAIN_PARAMS_REMAINDER;
}

double optimizer_update_bytes(const OptimizerSpec *optimizer, double weight_bytes) {
    double weights = optimizer_needs_weights(optimizer, weight_bytes) ? 2 * weight_bytes : weight_bytes;
    double second_pass = optimizer->kind == OPTIMIZER_LAMB ? LAMB_BYTES : 0;
    return GRADIENT_BYTES + weights + 2 * optimizer_state_bytes(optimizer, weight_bytes) + second_pass;
}

const char *optimizer_words(const OptimizerSpec *optimizer, double weight_bytes, Arena *arena) {
    const char *first = moment_type_name(optimizer->exp_avg), *second = moment_type_name(optimizer->exp_avg_sq);
    int moments = KIND_MOMENTS[optimizer->kind];
    const char *words = moments == 2   ? arena_format(arena, "moments %s and %s", first, second)
                        : moments == 1 ? arena_format(arena, "moment %s", first)
                                       : "no moments";
    return arena_format(arena, "%s: main params %s, %s", optimizer_kind_name(optimizer->kind),
                        main_params_name(settled_main_params(optimizer, weight_bytes)), words);
}

static void check_moment(const OptimizerSpec *optimizer, int moment, const char *path, ErrorList *errors) {
    MomentType type = moment == 1 ? optimizer->exp_avg : optimizer->exp_avg_sq;
    if (type == MOMENT_FP32 || moment <= KIND_MOMENTS[optimizer->kind])
        return;
    error_list_add_key(errors, path, moment == 1 ? "plan.exp_avg_dtype" : "plan.exp_avg_sq_dtype",
                       "found %s with optimizer %s, expected none: it has no such moment", moment_type_name(type),
                       optimizer_kind_name(optimizer->kind));
}

void optimizer_check(const OptimizerSpec *optimizer, Precision precision, const char *path, ErrorList *errors) {
    if (optimizer->main_params == MAIN_PARAMS_REMAINDER && precision != PRECISION_BF16)
        error_list_add_key(errors, path, "plan.main_params_dtype",
                           "found remainder with precision %s, expected precision bf16, whose bits it completes",
                           precision_name(precision));
    check_moment(optimizer, 1, path, errors);
    check_moment(optimizer, 2, path, errors);
}
