#include "models/cost/unfused_cost.h"

#include "models/plan/attention_products.h"
#include "models/plan/element_bytes.h"

enum { COPY_PASSES = 2, RESIDUALS = 2, PARTS = 3 };

/* Of GELU written out, beyond the one kernel: third power, product, sum, product, tanh, one more, half, product;
 * backward both products and the half, tanh, products, power, and the sums of what three paths give their input. */
static const double GELU_PASSES[] = {2, 3, 2, 2, 2, 2, 3};
static const double GELU_BACKWARD_PASSES[] = {3, 2, 3, 2, 2, 2, 2, 3, 3, 3};

enum {
    GELU_KERNELS = sizeof GELU_PASSES / sizeof *GELU_PASSES,
    GELU_BACKWARD_KERNELS = sizeof GELU_BACKWARD_PASSES / sizeof *GELU_BACKWARD_PASSES
};

/* Bytes on one GPU for one micro-batch. */
typedef struct Unfused {
    double part_bytes[PARTS]; /* queries, keys, values */
    double context_bytes;
    double hidden_bytes;
    double inner_bytes; /* what the MLP's first product makes */
    bool is_there;
    bool writes_gelu;
    bool has_biases;
    bool has_dropout;
    bool copies_heads;
} Unfused;

static Unfused unfused_of(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    const TransformerSpec *model = &training->model;
    AttentionFeatures features = attention_features_of(training);
    double token_bytes = (double)plan_micro_batch_tokens(training) * activation_bytes(plan->precision);
    double keys_bytes = token_bytes * (double)features.key_value / 2;
    double inner = (double)transformer_ffn_hidden(model) * (model->gated ? 2 : 1) / (double)plan->tensor_parallel;
    return (Unfused){.part_bytes = {token_bytes * (double)features.query, keys_bytes, keys_bytes},
                     .context_bytes = token_bytes * (double)features.context,
                     .hidden_bytes = plan_rank_hidden_bytes(training),
                     .inner_bytes = token_bytes * inner,
                     .is_there = !plan->bias_dropout_fusion && !plan->compile,
                     .writes_gelu = !plan->gelu_fusion && !plan->compile && !model->gated && model->experts == 0,
                     .has_biases = model->biases,
                     .has_dropout = model->dropout_fraction > 0,
                     .copies_heads = !plan->flash_attention};
}

static void add_gelu(KernelList *list, const Unfused *unfused, const double *passes, int count) {
    for (int kernel = 0; kernel < count && unfused->writes_gelu; kernel++)
        kernel_list_add_memory(list, passes[kernel] * unfused->inner_bytes);
}

void unfused_cost_add_forward(KernelList *list, const TrainingSpec *training) {
    const Unfused unfused = unfused_of(training);
    add_gelu(list, &unfused, GELU_PASSES, GELU_KERNELS);
    if (!unfused.is_there)
        return;
    for (int part = 0; part < PARTS; part++) {
        if (unfused.has_biases)
            kernel_list_add_memory(list, COPY_PASSES * unfused.part_bytes[part]);
        if (unfused.copies_heads)
            kernel_list_add_memory(list, COPY_PASSES * unfused.part_bytes[part]);
    }
    for (int residual = 0; residual < RESIDUALS; residual++) {
        if (unfused.has_biases)
            kernel_list_add_memory(list, COPY_PASSES * unfused.hidden_bytes);
        if (unfused.has_dropout)
            kernel_list_add_memory(list, COPY_PASSES * unfused.hidden_bytes);
    }
    if (unfused.has_biases && training->model.experts == 0)
        kernel_list_add_memory(list, COPY_PASSES * unfused.inner_bytes);
}

void unfused_cost_add_backward(KernelList *list, const TrainingSpec *training) {
    const Unfused unfused = unfused_of(training);
    add_gelu(list, &unfused, GELU_BACKWARD_PASSES, GELU_BACKWARD_KERNELS);
    if (!unfused.is_there)
        return;
    for (int part = 0; part < PARTS; part++) {
        if (unfused.has_biases)
            kernel_list_add_memory(list, unfused.part_bytes[part]);
        if (unfused.copies_heads)
            kernel_list_add_memory(list, COPY_PASSES * unfused.part_bytes[part]);
    }
    if (unfused.copies_heads)
        kernel_list_add_memory(list, COPY_PASSES * unfused.context_bytes);
}

int unfused_cost_host_kernels(const TrainingSpec *training, bool backward) {
    const Unfused unfused = unfused_of(training);
    int of_gelu = unfused.writes_gelu ? (backward ? GELU_BACKWARD_KERNELS : GELU_KERNELS) : 0;
    if (!unfused.is_there)
        return of_gelu;
    int of_parts = of_gelu + PARTS * (unfused.has_biases + unfused.copies_heads);
    if (backward)
        return of_parts + unfused.copies_heads;
    bool has_inner = unfused.has_biases && training->model.experts == 0;
    return of_parts + RESIDUALS * (unfused.has_biases + unfused.has_dropout) + has_inner;
}
