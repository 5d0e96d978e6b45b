#include "models/cost/residual_cost.h"

#include "models/cost/autocast_cost.h"
#include "models/cost/norm_cost.h"

static bool has_dropout(const TrainingSpec *training) {
    return training->model.dropout_fraction > 0;
}

void residual_cost_add_forward(KernelList *list, const TrainingSpec *training, const LayerTensors *t) {
    double states = 2 * autocast_cost_width(&training->plan); /* of the residual: read and written */
    if (training->plan.compile) {
        kernel_list_add_memory(list, (states + 2) * t->hidden_bytes);
        return;
    }
    kernel_list_add_memory(list, (states + 1 + (has_dropout(training) ? t->mask_fraction : 0)) * t->hidden_bytes);
    norm_cost_add_forward(list, training, t->hidden_bytes);
}

/* The norm reads its input and the gradient and writes one; the residual reads two and writes one. */
static void add_kernels_backward(KernelList *list, const TrainingSpec *training, const LayerTensors *t) {
    double width = autocast_cost_width(&training->plan);
    norm_cost_add_backward(list, training, t->hidden_bytes);
    kernel_list_add_memory(list, 3 * width * t->hidden_bytes);
    if (training->plan.autocast)
        kernel_list_add_memory(list, (width + 1) * t->hidden_bytes);
    if (has_dropout(training))
        kernel_list_add_memory(list, (2 + t->mask_fraction) * t->hidden_bytes);
}

void residual_cost_add_backward(KernelList *list, const TrainingSpec *training, const LayerTensors *t) {
    bool branches = training->plan.autocast || has_dropout(training);
    double states = 3 * autocast_cost_width(&training->plan);
    if (training->plan.compile)
        kernel_list_add_memory(list, (states + (branches ? 2 : 1)) * t->hidden_bytes);
    else
        add_kernels_backward(list, training, t);
    if (training->model.biases)
        kernel_list_add_memory(list, t->hidden_bytes);
}
