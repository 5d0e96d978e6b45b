#include "models/workload/norm_cost.h"

enum { FP32_BYTES = 4, LAYER_NORMS = 2 };

/* An fp32 tensor over one in the plan's precision. */
static double wide(const PlanSpec *plan) {
    return FP32_BYTES / activation_bytes(plan->precision);
}

static bool casts(const PlanSpec *plan) {
    return plan->norm_in_fp32 && wide(plan) > 1;
}

void norm_cost_add_forward(KernelList *list, const TrainingSpec *training, double hidden_bytes) {
    const PlanSpec *plan = &training->plan;
    double input = casts(plan) ? wide(plan) : 1;
    if (casts(plan))
        kernel_list_add_memory(list, (1 + wide(plan)) * hidden_bytes);
    kernel_list_add_row_reduction(list, (input + 1) * hidden_bytes);
}

void norm_cost_add_backward(KernelList *list, const TrainingSpec *training, double hidden_bytes) {
    const PlanSpec *plan = &training->plan;
    double input = casts(plan) ? wide(plan) : 1;
    kernel_list_add_row_reduction(list, (2 * input + 1) * hidden_bytes);
    if (casts(plan))
        kernel_list_add_memory(list, (1 + wide(plan)) * hidden_bytes);
}

void norm_cost_add_again(KernelList *list, const TrainingSpec *training, double hidden_bytes) {
    for (int norm = 0; norm < LAYER_NORMS && training->plan.recompute_norms; norm++)
        norm_cost_add_forward(list, training, hidden_bytes);
}

int norm_cost_host_kernels(const TrainingSpec *training) {
    return casts(&training->plan) ? LAYER_NORMS : 0;
}

double norm_cost_kept_states(const PlanSpec *plan) {
    double input = casts(plan) && !plan->compile ? wide(plan) : 1;
    double output = operand_bytes(plan->precision) / activation_bytes(plan->precision);
    return LAYER_NORMS * (plan->recompute_norms ? 1 : input + output);
}
