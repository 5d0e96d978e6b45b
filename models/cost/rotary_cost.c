#include "models/cost/rotary_cost.h"

enum { FUSED_PASSES = 2, TENSORS = 2 };

/* Reads and writes of each kernel, in tensors. */
static const double FORWARD_PASSES[] = {2, 1, 2, 2, 3};
static const double BACKWARD_PASSES[] = {2, 2, 1, 1, 1, 1, 1, 3, 3};

enum {
    FORWARD_KERNELS = sizeof FORWARD_PASSES / sizeof *FORWARD_PASSES,
    BACKWARD_KERNELS = sizeof BACKWARD_PASSES / sizeof *BACKWARD_PASSES
};

static bool is_in_pieces(const PlanSpec *plan) {
    return plan->eager_layers && !plan->rope_fusion && !plan->compile;
}

void rotary_cost_add(KernelList *list, const PlanSpec *plan, double rotary_bytes, bool backward) {
    const double *passes = backward ? BACKWARD_PASSES : FORWARD_PASSES;
    int kernels = backward ? BACKWARD_KERNELS : FORWARD_KERNELS;
    if (!is_in_pieces(plan)) {
        kernel_list_add_memory(list, FUSED_PASSES * rotary_bytes);
        return;
    }
    for (int kernel = 0; kernel < TENSORS * kernels; kernel++)
        kernel_list_add_memory(list, passes[kernel % kernels] * rotary_bytes / TENSORS);
}

int rotary_cost_host_kernels(const TrainingSpec *training, bool backward) {
    bool turns = !training->model.max_positions && !training->model.kv_rank;
    return turns && is_in_pieces(&training->plan) ? TENSORS * (backward ? BACKWARD_KERNELS : FORWARD_KERNELS) - 1 : 0;
}
