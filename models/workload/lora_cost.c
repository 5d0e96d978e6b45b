#include "models/workload/lora_cost.h"

#include <inttypes.h>

/* Eager kernels of an adapter: its products, the sum, and a cast or a view beside each. */
enum { HOST_KERNELS_FORWARD = 5, HOST_KERNELS_BACKWARD = 8 };

enum { PRODUCTS_MAX = 4 };

/* Whole sizes of a product that has an adapter. */
typedef struct Adapted {
    int64_t in;
    int64_t out;
} Adapted;

bool lora_cost_is_there(const PlanSpec *plan) {
    return plan->lora.rank > 0;
}

bool lora_cost_backward_has_weights(const PlanSpec *plan) {
    return !plan_splits_backward(plan) && !lora_cost_is_there(plan);
}

/* Fills in the products with adapters and returns their number. */
static int adapted_products(const TrainingSpec *training, Adapted adapted[PRODUCTS_MAX]) {
    const TransformerSpec *model = &training->model;
    int64_t head_dim = transformer_head_dim(model), query = model->heads * head_dim;
    int64_t ffn = transformer_ffn_hidden(model);
    int count = 0;
    if (!lora_cost_is_there(&training->plan))
        return 0;
    adapted[count++] = (Adapted){model->hidden, query + 2 * transformer_kv_heads(model) * head_dim};
    if (training->plan.lora.targets >= LORA_ATTENTION)
        adapted[count++] = (Adapted){query, model->hidden};
    if (training->plan.lora.targets == LORA_ALL) {
        adapted[count++] = (Adapted){model->hidden, model->gated ? 2 * ffn : ffn};
        adapted[count++] = (Adapted){ffn, model->hidden};
    }
    return count;
}

double lora_cost_layer_parameters(const TrainingSpec *training) {
    Adapted adapted[PRODUCTS_MAX];
    double parameters = 0;
    for (int i = 0, count = adapted_products(training, adapted); i < count; i++)
        parameters += (double)training->plan.lora.rank * (double)(adapted[i].in + adapted[i].out);
    return parameters;
}

/* A list of 16-bit products that is added to one of another precision. */
static KernelList begin(const KernelList *list) {
    KernelList own;
    Precision precision = list->precision == PRECISION_FP8 ? PRECISION_BF16 : list->precision;
    kernel_list_init(&own, list->gpu, precision);
    return own;
}

static void add(KernelList *list, const KernelList *own) {
    work_cost_add(&list->cost, &own->cost, 1);
    list->launches += own->launches;
}

/* A sum of two tensors into one of them. */
static double sum_bytes(const TrainingSpec *training, int64_t features) {
    double elements = (double)plan_micro_batch_tokens(training) * (double)features;
    return 3 * elements * activation_bytes(training->plan.precision) / (double)training->plan.tensor_parallel;
}

/* Of the matrices one is split by columns and one by rows of the group: each product is 1/t of the whole. */
void lora_cost_add_forward(KernelList *list, const TrainingSpec *training) {
    Adapted adapted[PRODUCTS_MAX];
    KernelList own = begin(list);
    int64_t tokens = plan_micro_batch_tokens(training), rank = training->plan.lora.rank;
    int64_t tensors = training->plan.tensor_parallel;
    for (int i = 0, count = adapted_products(training, adapted); i < count; i++) {
        kernel_list_add_product(&own, tokens, rank, adapted[i].in / tensors);
        kernel_list_add_product(&own, tokens, adapted[i].out / tensors, rank);
        kernel_list_add_memory(&own, sum_bytes(training, adapted[i].out));
    }
    add(list, &own);
}

void lora_cost_add_backward(KernelList *list, const TrainingSpec *training) {
    Adapted adapted[PRODUCTS_MAX];
    KernelList own = begin(list);
    int64_t tokens = plan_micro_batch_tokens(training), rank = training->plan.lora.rank;
    int64_t tensors = training->plan.tensor_parallel;
    for (int i = 0, count = adapted_products(training, adapted); i < count; i++) {
        kernel_list_add_product_backward(&own, tokens, adapted[i].out / tensors, rank);
        kernel_list_add_product_backward(&own, tokens, rank, adapted[i].in / tensors);
        kernel_list_add_memory(&own, sum_bytes(training, adapted[i].in));
    }
    add(list, &own);
}

int lora_cost_host_kernels(const TrainingSpec *training, bool backward) {
    Adapted adapted[PRODUCTS_MAX];
    return adapted_products(training, adapted) * (backward ? HOST_KERNELS_BACKWARD : HOST_KERNELS_FORWARD);
}

void lora_cost_check(const TrainingSpec *training, const char *path, ErrorList *errors) {
    const PlanSpec *plan = &training->plan;
    if (!lora_cost_is_there(plan))
        return;
    if (training->model.experts > 0 || training->model.kv_rank > 0)
        error_list_add_key(errors, path, "plan.lora_rank",
                           "found %" PRId64 " with experts or latent attention, expected a dense model without it",
                           plan->lora.rank);
    if (plan_zero_stage(plan) >= 2 || plan->zero_whole_weights)
        error_list_add_key(
            errors, path, "plan.zero_stage",
            "found more than ZeRO-1 with lora_rank, expected zero_stage 0 or 1 without zero_whole_weights");
    if (plan_splits_backward(plan))
        error_list_add_key(errors, path, "plan.schedule",
                           "found %s with lora_rank, expected a schedule that splits off no weight gradients",
                           plan->schedule);
    if (plan->offload_optimizer)
        error_list_add_key(errors, path, "plan.offload_optimizer",
                           "found true with lora_rank, expected false: adapters have little to keep");
}
