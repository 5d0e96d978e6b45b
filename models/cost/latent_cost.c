#include "models/cost/latent_cost.h"

#include "models/plan/attention_products.h"
#include "models/plan/element_bytes.h"

/* Products, norms, views that are copied; assumed, as those of the layer are. */
enum { HOST_KERNELS_FORWARD = 12, HOST_KERNELS_BACKWARD = 24 };

/* Backward a norm reads its input and the gradient and writes one; rotations are turned back. */
void latent_cost_add(KernelList *list, const TrainingSpec *training, bool backward) {
    const TransformerSpec *model = &training->model;
    double bytes = activation_bytes(training->plan.precision), tokens = (double)plan_micro_batch_tokens(training);
    double own = (double)attention_products_compressed_tokens(training), passes = backward ? 3 : 2;
    if (!model->kv_rank)
        return;
    if (model->q_rank)
        kernel_list_add_row_reduction(list, passes * own * (double)model->q_rank * bytes);
    kernel_list_add_row_reduction(list, passes * own * (double)model->kv_rank * bytes);
    double heads = (double)model->heads / (double)training->plan.tensor_parallel, rope = (double)model->rope_dim;
    double read = heads * (double)(model->nope_dim + model->value_dim) + rope;
    double written = heads * (double)(transformer_head_dim(model) + model->value_dim);
    kernel_list_add_memory(list, 2 * tokens * heads * rope * bytes);
    kernel_list_add_memory(list, tokens * (read + written) * bytes);
}

int latent_cost_host_kernels(const TrainingSpec *training, bool backward) {
    if (!training->model.kv_rank)
        return 0;
    return backward ? HOST_KERNELS_BACKWARD : HOST_KERNELS_FORWARD;
}
