#include "models/cost/mlp_cost.h"

#include "models/cost/product_cost.h"
#include "models/plan/element_bytes.h"

bool mlp_cost_has_two_inputs(const TrainingSpec *training) {
    return training->model.gated && !training->plan.swiglu_fusion && !training->plan.compile;
}

static int64_t up_features(const TrainingSpec *training, const LayerTensors *t) {
    return training->model.gated ? 2 * t->ffn : t->ffn;
}

/* fp8_activation_input: forward a copy of one byte is written, backward one of the activation's type. */
static void add_input_copy(KernelList *list, const TrainingSpec *training, const LayerTensors *t) {
    double bytes = (training->model.gated ? 2 : 1) * t->ffn_bytes;
    if (training->plan.fp8_activation_input)
        kernel_list_add_memory(list, (1 + 1 / activation_bytes(training->plan.precision)) * bytes);
}

void mlp_cost_add_inner(KernelList *list, const TrainingSpec *training, const LayerTensors *t) {
    const TransformerSpec *model = &training->model;
    if (mlp_cost_has_two_inputs(training)) {
        for (int input = 0; input < 2; input++)
            kernel_list_add_product(list, t->tokens, t->ffn, model->hidden);
        kernel_list_add_memory(list, 2 * t->ffn_bytes);
        kernel_list_add_memory(list, 3 * t->ffn_bytes);
    } else {
        product_cost_add_normed(list, training, (WeightProduct){t->tokens, up_features(training, t), model->hidden});
        kernel_list_add_memory(list, (model->gated ? 3 : 2) * t->ffn_bytes);
    }
    add_input_copy(list, training, t);
}

void mlp_cost_add_forward(KernelList *list, const TrainingSpec *training, const LayerTensors *t) {
    mlp_cost_add_inner(list, training, t);
    kernel_list_add_product(list, t->tokens, training->model.hidden, t->ffn);
}

/* The gradients of both factors, that of the activation, and the sum of what both products give their input. */
static void add_two_inputs_backward(KernelList *list, const TrainingSpec *training, const LayerTensors *t) {
    for (int kernel = 0; kernel < 3; kernel++)
        kernel_list_add_memory(list, 3 * t->ffn_bytes);
    for (int input = 0; input < 2; input++) {
        if (training->model.biases)
            kernel_list_add_memory(list, t->ffn_bytes);
        product_cost_add_gradients(list, training, (WeightProduct){t->tokens, t->ffn, training->model.hidden});
    }
    kernel_list_add_memory(list, 3 * plan_hidden_bytes(training));
}

void mlp_cost_add_backward(KernelList *list, const TrainingSpec *training, const LayerTensors *t) {
    const TransformerSpec *model = &training->model;
    product_cost_add_summed_gradients(list, training, t->tokens, t->ffn);
    add_input_copy(list, training, t);
    if (mlp_cost_has_two_inputs(training)) {
        add_two_inputs_backward(list, training, t);
        return;
    }
    kernel_list_add_memory(list, (model->gated ? 5 : 3) * t->ffn_bytes);
    if (model->biases)
        kernel_list_add_memory(list, t->ffn_bytes);
    product_cost_add_gradients(list, training, (WeightProduct){t->tokens, up_features(training, t), model->hidden});
}

void mlp_cost_add_weights(KernelList *list, const TrainingSpec *training, const LayerTensors *t) {
    int64_t hidden = training->model.hidden;
    kernel_list_add_weight_gradient(list, t->tokens, hidden, t->ffn);
    if (mlp_cost_has_two_inputs(training))
        for (int input = 0; input < 2; input++)
            kernel_list_add_weight_gradient(list, t->tokens, t->ffn, hidden);
    else
        kernel_list_add_weight_gradient(list, t->tokens, up_features(training, t), hidden);
}
