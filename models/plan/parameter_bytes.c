#include "models/plan/parameter_bytes.h"

#include "models/plan/element_bytes.h"
#include "models/plan/layer_list_plan.h"

double plan_weight_bytes(const PlanSpec *plan) {
    return plan->autocast ? 4 : activation_bytes(plan->precision);
}

double training_weight_bytes(const TrainingSpec *training) {
    return training_family(training) == FAMILY_LAYERS ? LAYER_LIST_WEIGHT_BYTES : plan_weight_bytes(&training->plan);
}

double training_state_bytes(const TrainingSpec *training) {
    return optimizer_state_bytes(&training->plan.optimizer, training_weight_bytes(training));
}

double training_gradient_bytes(const PlanSpec *plan) {
    return plan->grad_reduce_in_fp32 ? 4 : activation_bytes(plan->precision);
}
