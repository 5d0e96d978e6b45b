#include "models/cost/product_cost.h"

#include "models/cost/lora_cost.h"
#include "models/cost/norm_cost.h"

void product_cost_add_normed(KernelList *list, const TrainingSpec *training, WeightProduct product) {
    if (norm_cost_casts(training))
        kernel_list_add_normed_product(list, product.tokens, product.n, product.k);
    else
        kernel_list_add_product(list, product.tokens, product.n, product.k);
}

void product_cost_add_gradients(KernelList *list, const TrainingSpec *training, WeightProduct product) {
    if (lora_cost_backward_has_weights(&training->plan))
        kernel_list_add_product_backward(list, product.tokens, product.n, product.k);
    else
        kernel_list_add_input_gradient(list, product.tokens, product.n, product.k);
}

void product_cost_add_summed_gradients(KernelList *list, const TrainingSpec *training, int64_t tokens, int64_t k) {
    const PlanSpec *plan = &training->plan;
    GatheredRows rows = {tokens, plan->sequence_parallel ? plan->tensor_parallel : 1};
    kernel_list_add_gathered_gradient(list, rows, training->model.hidden, k);
    if (lora_cost_backward_has_weights(plan))
        kernel_list_add_weight_gradient(list, tokens, training->model.hidden, k);
}
