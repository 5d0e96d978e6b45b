#include "models/cost/norm_cost.h"

#include "models/cost/autocast_cost.h"
#include "models/plan/element_bytes.h"

enum { FP32_BYTES = 4, LAYER_NORMS = 2 };

/* Forward 6, the root's 2 small ones, less the one of a fused norm; backward a few more. */
enum { PIECES_BEYOND_ONE = 7 };

/* An fp32 tensor over one in the plan's precision. */
static double wide(const PlanSpec *plan) {
    return FP32_BYTES / activation_bytes(plan->precision);
}

static bool casts(const PlanSpec *plan) {
    return plan->norm_in_fp32 && wide(plan) > 1;
}

/* LayerNorm is one kernel of PyTorch. */
static bool is_in_pieces(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    return plan->eager_layers && !plan->norm_fusion && training->model.rms_norm && !plan->compile;
}

static void add_pieces(KernelList *list, const double *kernel_bytes, int count) {
    for (int kernel = 0; kernel < count; kernel++)
        if (kernel_bytes[kernel] > 0)
            kernel_list_add_memory(list, kernel_bytes[kernel]);
}

/* None where the plan's precision is fp32. */
static double cast_bytes(const PlanSpec *plan, double narrow) {
    return wide(plan) > 1 ? (1 + wide(plan)) * narrow : 0;
}

/* Cast, square, mean, product, cast, weight; under autocast all in fp32, and cast for the product behind. */
static void add_forward_in_pieces(KernelList *list, const PlanSpec *plan, double narrow) {
    double w = wide(plan) * narrow, cast = cast_bytes(plan, narrow);
    double kernel_bytes[] = {plan->autocast ? 0 : cast, 2 * w, w, 2 * w, cast, 2 * autocast_cost_width(plan) * narrow};
    add_pieces(list, kernel_bytes, sizeof kernel_bytes / sizeof *kernel_bytes);
}

/* Of the weight for both factors, and its sum; cast; of the product for both, and its sum; of the square; the sum of
 * what the input gets; cast. */
static void add_backward_in_pieces(KernelList *list, const PlanSpec *plan, double narrow) {
    double w = wide(plan) * narrow, cast = cast_bytes(plan, narrow), o = autocast_cost_width(plan) * narrow;
    double last = plan->autocast ? 0 : cast;
    double kernel_bytes[] = {2 * o, 3 * o, o, cast, 2 * w, 3 * w, w, 2 * w, 2 * w, 3 * w, last};
    add_pieces(list, kernel_bytes, sizeof kernel_bytes / sizeof *kernel_bytes);
}

bool norm_cost_casts(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    return plan->precision == PRECISION_FP8 && !plan->norm_in_fp32 && !plan->eager_layers && !plan->compile;
}

void norm_cost_add_forward(KernelList *list, const TrainingSpec *training, double hidden_bytes) {
    const PlanSpec *plan = &training->plan;
    double input = casts(plan) ? wide(plan) : 1;
    if (is_in_pieces(training)) {
        add_forward_in_pieces(list, plan, hidden_bytes);
        return;
    }
    if (casts(plan))
        kernel_list_add_memory(list, (1 + wide(plan)) * hidden_bytes);
    if (plan->autocast) {
        kernel_list_add_row_reduction(list, 2 * wide(plan) * hidden_bytes);
        kernel_list_add_memory(list, cast_bytes(plan, hidden_bytes));
        return;
    }
    double output = norm_cost_casts(training) ? operand_bytes(plan->precision) / activation_bytes(plan->precision) : 1;
    kernel_list_add_row_reduction(list, (input + output) * hidden_bytes);
}

void norm_cost_add_backward(KernelList *list, const TrainingSpec *training, double hidden_bytes) {
    const PlanSpec *plan = &training->plan;
    double input = casts(plan) ? wide(plan) : 1;
    if (is_in_pieces(training)) {
        add_backward_in_pieces(list, plan, hidden_bytes);
        return;
    }
    if (plan->autocast) {
        kernel_list_add_memory(list, cast_bytes(plan, hidden_bytes));
        kernel_list_add_row_reduction(list, 3 * wide(plan) * hidden_bytes);
        return;
    }
    kernel_list_add_row_reduction(list, (2 * input + 1) * hidden_bytes);
    if (casts(plan))
        kernel_list_add_memory(list, (1 + wide(plan)) * hidden_bytes);
}

void norm_cost_add_again(KernelList *list, const TrainingSpec *training, double hidden_bytes) {
    for (int norm = 0; norm < LAYER_NORMS && training->plan.recompute_norms; norm++)
        norm_cost_add_forward(list, training, hidden_bytes);
}

int norm_cost_host_kernels(const TrainingSpec *training) {
    if (is_in_pieces(training))
        return LAYER_NORMS * PIECES_BEYOND_ONE;
    return casts(&training->plan) ? LAYER_NORMS : 0;
}

double norm_cost_kept_states(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    bool keeps_wide = plan->autocast || (casts(plan) && !plan->compile);
    double input = is_in_pieces(training) ? wide(plan) + autocast_cost_width(plan) : keeps_wide ? wide(plan) : 1;
    double output = operand_bytes(plan->precision) / activation_bytes(plan->precision);
    return LAYER_NORMS * (plan->recompute_norms ? 1 : input + output);
}
