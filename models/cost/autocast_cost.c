#include "models/cost/autocast_cost.h"

#include "models/plan/element_bytes.h"
#include "models/plan/layer_weights.h"

enum { FP32_BYTES = 4, HIDDEN_CASTS = 2 };

double autocast_cost_width(const PlanSpec *plan) {
    return plan->autocast ? FP32_BYTES / activation_bytes(plan->precision) : 1;
}

void autocast_cost_add_weight(KernelList *list, const PlanSpec *plan, double parameters) {
    if (plan->autocast)
        kernel_list_add_memory(list, (FP32_BYTES + activation_bytes(plan->precision)) * parameters);
}

void autocast_cost_add_weights(KernelList *list, const TrainingSpec *training) {
    for (int64_t index = 0; index < layer_weights_count(training) && training->plan.autocast; index++)
        autocast_cost_add_weight(list, &training->plan, layer_weights_at(training, index));
}

int autocast_cost_host_kernels(const TrainingSpec *training) {
    return training->plan.autocast ? (int)layer_weights_unfused_count(training) + HIDDEN_CASTS : 0;
}
