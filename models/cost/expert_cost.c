#include "models/cost/expert_cost.h"

#include <math.h>

#include "models/cost/expert_kernels.h"
#include "models/cost/training_experts.h"
#include "models/plan/element_bytes.h"
#include "models/plan/plan_experts.h"

/* Passes of the least that kernels must move, for a GPU without measured ones: permuted and put back, each read and
 * written; the activation reads one or two inner layers and writes one. */
static const double LEAST_HIDDEN_PASSES = 4;

/* What moves over the inner layer backward, over forward: 5 tensors of a gated activation instead of 3. */
static const double INNER_BACKWARD = 5.0 / 3;

/* Pairs of an expert are whole rows: operands stay aligned however many there are. Transformer Engine pads fp8 to as
 * many. */
enum { PAIRS_ALIGNED = 16 };

/* Experts one after the other: their outputs are put together, and so are the gradients of their inputs
 * (Megatron-Core's SequentialMLP): read and write. */
static const double TOGETHER_PASSES = 2;

/* Kernels of a forward pass, of one backward, or of what a schedule leaves of that and splits off it. */
typedef enum ExpertPart { PART_FORWARD, PART_BACKWARD, PART_INPUTS, PART_WEIGHTS } ExpertPart;

static ExpertPart backward_part(const TrainingSpec *training) {
    return plan_splits_backward(&training->plan) ? PART_INPUTS : PART_BACKWARD;
}

/* The experts of one GPU and what they work on. */
typedef struct ExpertWork {
    const TrainingSpec *training;
    int64_t experts; /* on this GPU, whole or a tensor rank's part */
    int64_t pairs;   /* of each */
    int64_t hidden;
    int64_t inner; /* features inside an expert, on this GPU */
    double bytes;  /* of an activation */
} ExpertWork;

static ExpertWork work_of(const TrainingSpec *training, double pairs) {
    const PlanSpec *plan = &training->plan;
    ExpertWork work = {.training = training,
                       .experts = training->model.experts / plan->expert_parallel,
                       .hidden = training->model.hidden,
                       .inner = transformer_expert_ffn_hidden(&training->model) / plan_expert_tensor(plan),
                       .bytes = activation_bytes(plan->precision)};
    work.pairs = (int64_t)ceil(pairs / (double)work.experts / PAIRS_ALIGNED) * PAIRS_ALIGNED;
    return work;
}

/* The constants are those of grouped products. */
static bool is_measured(const GpuSpec *gpu, const PlanSpec *plan) {
    Precision precision = plan->precision;
    if (!plan->grouped_experts)
        return false;
    if (precision == PRECISION_FP8)
        return gpu->kernels.moe.fp8_fraction > 0;
    return gpu->kernels.moe.matrix_fraction > 0 && (precision == PRECISION_BF16 || precision == PRECISION_FP16);
}

/* The GPU as grouped products see it. */
static GpuSpec grouped_gpu(const GpuSpec *gpu, const PlanSpec *plan) {
    const GpuMoe *moe = &gpu->kernels.moe;
    Precision precision = plan->precision;
    GpuSpec grouped = *gpu;
    if (is_measured(gpu, plan))
        grouped.kernels.matrix_fraction[precision] =
            precision == PRECISION_FP8 ? moe->fp8_fraction : moe->matrix_fraction;
    return grouped;
}

static double hidden_bytes(const ExpertWork *work, const GpuSpec *gpu) {
    bool measured = is_measured(gpu, &work->training->plan);
    double least = LEAST_HIDDEN_PASSES + (work->training->plan.grouped_experts ? 0 : TOGETHER_PASSES);
    double passes = measured ? gpu->kernels.moe.hidden_passes : least;
    return passes * (double)(work->experts * work->pairs * work->hidden) * work->bytes;
}

static double inner_bytes(const ExpertWork *work, const GpuSpec *gpu) {
    bool measured = is_measured(gpu, &work->training->plan);
    double passes = measured ? gpu->kernels.moe.inner_passes : transformer_mlp_matrices(&work->training->model);
    return passes * (double)(work->experts * work->pairs * work->inner) * work->bytes;
}

/* C[m,n] = A[m,k] B[k,n] of every expert, by size m, n, k. */
static void add_product(KernelList *list, const ExpertWork *work, const int64_t size[3], bool backward) {
    Precision precision = work->training->plan.precision;
    int64_t products = work->training->plan.grouped_experts ? 1 : work->experts;
    for (int64_t i = 0; i < products; i++)
        kernel_list_add_gemm(
            list, (GemmShape){work->experts / products, size[0], size[1], size[2], precision, false, backward});
}

/* Features that the first product of an expert makes. */
static int64_t up_features(const ExpertWork *work) {
    return work->training->model.gated ? 2 * work->inner : work->inner;
}

static void add_gradient_products(KernelList *list, const ExpertWork *work, ExpertPart part) {
    int64_t up = up_features(work);
    if (part != PART_WEIGHTS)
        add_product(list, work, (const int64_t[]){work->pairs, work->inner, work->hidden}, true);
    if (part != PART_INPUTS)
        add_product(list, work, (const int64_t[]){work->hidden, work->inner, work->pairs}, true);
    if (part != PART_WEIGHTS)
        add_product(list, work, (const int64_t[]){work->pairs, work->hidden, up}, true);
    if (part != PART_INPUTS)
        add_product(list, work, (const int64_t[]){up, work->hidden, work->pairs}, true);
}

static void add_products(KernelList *list, const ExpertWork *work, ExpertPart part) {
    const GpuSpec *gpu = list->gpu, grouped = grouped_gpu(gpu, &work->training->plan);
    list->gpu = &grouped;
    if (part == PART_FORWARD) {
        add_product(list, work, (const int64_t[]){work->pairs, up_features(work), work->hidden}, false);
        add_product(list, work, (const int64_t[]){work->pairs, work->hidden, work->inner}, false);
    } else {
        add_gradient_products(list, work, part);
    }
    list->gpu = gpu;
}

/* Half of what moves hidden states is before the products, half behind them. */
static void add_experts(KernelList *list, const TrainingSpec *training, double pairs, ExpertPart part) {
    ExpertWork work = work_of(training, pairs);
    bool forward = part == PART_FORWARD;
    if (part == PART_WEIGHTS) {
        add_products(list, &work, part);
        return;
    }
    kernel_list_add_memory(list, hidden_bytes(&work, list->gpu) / 2);
    kernel_list_add_cast(list, work.experts * work.pairs, work.hidden);
    kernel_list_add_cast(list, work.experts * work.pairs, forward ? work.inner : up_features(&work));
    add_products(list, &work, part);
    kernel_list_add_memory(list, inner_bytes(&work, list->gpu) * (forward ? 1 : INNER_BACKWARD));
    kernel_list_add_memory(list, hidden_bytes(&work, list->gpu) / 2);
}

/* The router works in bf16 or fp16 on the tokens of one tensor rank; softmax and top-k in fp32 on its few logits. */
static void add_router(KernelList *list, const TrainingSpec *training, bool backward) {
    const PlanSpec *plan = &training->plan;
    int64_t tokens = plan_micro_batch_tokens(training) / plan->tensor_parallel, experts = training->model.experts;
    Precision precision = plan->precision == PRECISION_FP8 ? PRECISION_BF16 : plan->precision;
    GemmShape shape = {1, tokens, experts, training->model.hidden, precision, false, false};
    kernel_list_add_gemm(list, shape);
    if (backward)
        kernel_list_add_gemm(list, (GemmShape){1, experts, training->model.hidden, tokens, precision, false, false});
    kernel_list_add_row_reduction(list, 2 * 4 * (double)tokens * (double)experts);
    /* The others work on counts and flags. */
    for (int kernel = 1; kernel < expert_kernels_of_router(plan, backward); kernel++)
        kernel_list_add_memory(list, (double)tokens * (double)experts);
}

/* The shared experts as one dense MLP, on one GPU. */
typedef struct SharedWork {
    int64_t tokens;
    int64_t inner; /* 0 without shared experts */
    int64_t up;
    double bytes; /* of the inner layer */
} SharedWork;

static SharedWork shared_work(const TrainingSpec *training) {
    const TransformerSpec *model = &training->model;
    int64_t inner = model->shared_experts * transformer_expert_ffn_hidden(model) / training->plan.tensor_parallel;
    SharedWork work = {
        .tokens = plan_micro_batch_tokens(training), .inner = inner, .up = model->gated ? 2 * inner : inner};
    work.bytes = (double)work.tokens * (double)inner * activation_bytes(training->plan.precision);
    return work;
}

static void add_shared_forward(KernelList *list, const TrainingSpec *training) {
    const TransformerSpec *model = &training->model;
    SharedWork work = shared_work(training);
    if (work.inner == 0)
        return;
    kernel_list_add_product(list, work.tokens, work.up, model->hidden);
    kernel_list_add_memory(list, (model->gated ? 3 : 2) * work.bytes);
    kernel_list_add_product(list, work.tokens, model->hidden, work.inner);
}

static void add_shared_weights(KernelList *list, const TrainingSpec *training) {
    SharedWork work = shared_work(training);
    if (work.inner == 0)
        return;
    kernel_list_add_weight_gradient(list, work.tokens, training->model.hidden, work.inner);
    kernel_list_add_weight_gradient(list, work.tokens, work.up, training->model.hidden);
}

static void add_shared_inputs(KernelList *list, const TrainingSpec *training) {
    const TransformerSpec *model = &training->model;
    SharedWork work = shared_work(training);
    if (work.inner == 0)
        return;
    kernel_list_add_input_gradient(list, work.tokens, model->hidden, work.inner);
    kernel_list_add_memory(list, (model->gated ? 5 : 3) * work.bytes);
    kernel_list_add_input_gradient(list, work.tokens, work.up, model->hidden);
}

void expert_cost_add_forward(KernelList *list, const TrainingSpec *training) {
    add_router(list, training, false);
    add_experts(list, training, training_mean_pairs(training), PART_FORWARD);
    add_shared_forward(list, training);
}

void expert_cost_add_backward(KernelList *list, const TrainingSpec *training) {
    ExpertPart part = backward_part(training);
    add_shared_inputs(list, training);
    if (part == PART_BACKWARD)
        add_shared_weights(list, training);
    add_experts(list, training, training_mean_pairs(training), part);
    add_router(list, training, true);
}

void expert_cost_add_weights(KernelList *list, const TrainingSpec *training) {
    add_shared_weights(list, training);
    add_experts(list, training, training_mean_pairs(training), PART_WEIGHTS);
}

void expert_cost_add_activation(KernelList *list, const TrainingSpec *training) {
    const TransformerSpec *model = &training->model;
    double ffn = (double)transformer_expert_ffn_hidden(model) / (double)plan_expert_tensor(&training->plan);
    double bytes = activation_bytes(training->plan.precision) * training_mean_pairs(training) * ffn;
    kernel_list_add_memory(list, (model->gated ? 3 : 2) * bytes);
}

static double experts_s(const TrainingSpec *training, const GpuSpec *gpu, double pairs, ExpertPart part) {
    KernelList list;
    kernel_list_init(&list, gpu, training->plan.precision);
    add_experts(&list, training, pairs, part);
    WorkCost cost = kernel_list_finish(&list, 0, 0);
    return work_cost_seconds(&cost);
}

static double wait_s(const TrainingSpec *training, const GpuSpec *gpu, ExpertPart part) {
    double busiest = training_busiest_pairs(training), mean = training_mean_pairs(training);
    if (busiest <= mean)
        return 0;
    return fmax(experts_s(training, gpu, busiest, part) - experts_s(training, gpu, mean, part), 0);
}

double expert_cost_forward_wait_s(const TrainingSpec *training, const GpuSpec *gpu) {
    return wait_s(training, gpu, PART_FORWARD);
}

double expert_cost_backward_wait_s(const TrainingSpec *training, const GpuSpec *gpu) {
    return wait_s(training, gpu, backward_part(training));
}

double expert_cost_weight_wait_s(const TrainingSpec *training, const GpuSpec *gpu) {
    return plan_splits_backward(&training->plan) ? wait_s(training, gpu, PART_WEIGHTS) : 0;
}
