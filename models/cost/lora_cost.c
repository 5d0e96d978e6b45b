#include "models/cost/lora_cost.h"

#include "models/plan/element_bytes.h"
#include "models/plan/plan_lora.h"

/* Eager kernels of an adapter: its products, the sum, and a cast or a view beside each. */
enum { HOST_KERNELS_FORWARD = 5, HOST_KERNELS_BACKWARD = 8, HOST_KERNELS_EAGER = 2 };

bool lora_cost_backward_has_weights(const PlanSpec *plan) {
    return !plan_splits_backward(plan) && !plan_lora_is_there(plan);
}

/* The adapters of a layer, and a list of 16-bit products that is added to one of another precision. */
typedef struct AdapterWork {
    LoraProduct adapted[LORA_PRODUCTS_MAX];
    int count;
    int64_t tokens;
    int64_t rank;
    int64_t tensors;
    KernelList list;
} AdapterWork;

static AdapterWork begin(const KernelList *list, const TrainingSpec *training) {
    AdapterWork work = {.tokens = plan_micro_batch_tokens(training),
                        .rank = training->plan.lora.rank,
                        .tensors = training->plan.tensor_parallel};
    Precision precision = list->precision == PRECISION_FP8 ? PRECISION_BF16 : list->precision;
    work.count = plan_lora_products(training, work.adapted);
    kernel_list_init(&work.list, list->gpu, precision);
    return work;
}

static void add(KernelList *list, const AdapterWork *work) {
    work_cost_add(&list->cost, &work->list.cost, 1);
    list->launches += work->list.launches;
}

/* A sum of two tensors into one of them. */
static double sum_bytes(const TrainingSpec *training, int64_t features) {
    double elements = (double)plan_micro_batch_tokens(training) * (double)features;
    return 3 * elements * activation_bytes(training->plan.precision) / (double)training->plan.tensor_parallel;
}

static bool is_eager(const PlanSpec *plan) {
    return plan->eager_layers && !plan->compile;
}

/* Dropout of the input and the scaling of the output, in either direction. */
static void add_eager(KernelList *list, const TrainingSpec *training, LoraProduct adapted) {
    enum { READ_AND_WRITTEN = 2, MASK_BYTES = 1 };
    double tokens = (double)plan_micro_batch_tokens(training), tensors = (double)training->plan.tensor_parallel;
    double bytes = READ_AND_WRITTEN * activation_bytes(training->plan.precision);
    if (!is_eager(&training->plan))
        return;
    kernel_list_add_memory(list, (bytes + MASK_BYTES) * tokens * (double)adapted.in / tensors);
    kernel_list_add_memory(list, bytes * tokens * (double)adapted.out / tensors);
}

/* Of the matrices one is split by columns and one by rows of the group: each product is 1/t of the whole. */
void lora_cost_add_forward(KernelList *list, const TrainingSpec *training) {
    AdapterWork work = begin(list, training);
    for (int i = 0; i < work.count; i++) {
        const LoraProduct *of = &work.adapted[i];
        kernel_list_add_product(&work.list, work.tokens, work.rank, of->in / work.tensors);
        kernel_list_add_product(&work.list, work.tokens, of->out / work.tensors, work.rank);
        kernel_list_add_memory(&work.list, sum_bytes(training, of->out));
        add_eager(&work.list, training, *of);
    }
    add(list, &work);
}

void lora_cost_add_backward(KernelList *list, const TrainingSpec *training) {
    AdapterWork work = begin(list, training);
    for (int i = 0; i < work.count; i++) {
        const LoraProduct *of = &work.adapted[i];
        kernel_list_add_input_gradient(&work.list, work.tokens, of->out / work.tensors, work.rank);
        kernel_list_add_input_gradient(&work.list, work.tokens, work.rank, of->in / work.tensors);
        kernel_list_add_memory(&work.list, sum_bytes(training, of->in));
        add_eager(&work.list, training, *of);
    }
    add(list, &work);
    if (!plan_splits_backward(&training->plan))
        lora_cost_add_weights(list, training);
}

void lora_cost_add_weights(KernelList *list, const TrainingSpec *training) {
    AdapterWork work = begin(list, training);
    for (int i = 0; i < work.count; i++) {
        kernel_list_add_weight_gradient(&work.list, work.tokens, work.adapted[i].out / work.tensors, work.rank);
        kernel_list_add_weight_gradient(&work.list, work.tokens, work.rank, work.adapted[i].in / work.tensors);
    }
    add(list, &work);
}

int lora_cost_weight_products(const TrainingSpec *training) {
    enum { WEIGHTS = 2 }; /* of an adapter */
    LoraProduct adapted[LORA_PRODUCTS_MAX];
    return WEIGHTS * plan_lora_products(training, adapted);
}

int lora_cost_host_kernels(const TrainingSpec *training, bool backward) {
    LoraProduct adapted[LORA_PRODUCTS_MAX];
    int kernels = backward ? HOST_KERNELS_BACKWARD : HOST_KERNELS_FORWARD;
    kernels += is_eager(&training->plan) ? HOST_KERNELS_EAGER : 0;
    return plan_lora_products(training, adapted) * kernels;
}
