#include "models/cost/ends_cost.h"

#include "models/cost/autocast_cost.h"
#include "models/cost/gradient_noise.h"
#include "models/cost/lora_cost.h"
#include "models/plan/element_bytes.h"
#include "models/plan/parameter_bytes.h"
#include "models/plan/plan_lora.h"

/* Kernels that an eager framework issues for an embedding or a head with loss, and for a multi-tensor optimizer
 * (assumed). */
enum { HOST_KERNELS_EMBEDDING = 6, HOST_KERNELS_HEAD = 20, HOST_KERNELS_OPTIMIZER = 60 };

static const double LOSS_FORWARD_BYTES = 30; /* per logit, see the header */
static const double LOSS_BACKWARD_BYTES = 14;
static const double FUSED_LOSS_FORWARD_BYTES = 2;
static const double FUSED_LOSS_BACKWARD_BYTES = 4;
static const double METRIC_BYTES = 14;
static const double EAGER_ADAM_BYTES = 64; /* more than fused, see the header */
static const double SGD_BYTES = 24;        /* per parameter, see the header */
static const double SGD_MOMENTUM_BYTES = 44;

static int64_t micro_batch_tokens(const TrainingSpec *training) {
    return plan_micro_batch_tokens(training);
}

/* A table that is split is padded so that its parts are aligned (Megatron-LM pads to 128 rows on each GPU). */
static int64_t vocab_rows(const TrainingSpec *training) {
    int64_t parts = training->plan.tensor_parallel, rows = (training->model.vocab + parts - 1) / parts;
    return parts > 1 ? (rows + 7) / 8 * 8 : rows;
}

/* Model FLOPs of the head forward on this GPU. */
static double head_flop(const TrainingSpec *training) {
    double sequence_flop = transformer_head_flop(&training->model, training->sequence_tokens);
    return sequence_flop * (double)training->plan.micro_batch_seqs / (double)plan_stage_gpus(&training->plan);
}

/* Look-up, positions, dropout. */
WorkCost embedding_forward_cost(const TrainingSpec *training, const GpuSpec *gpu) {
    KernelList list;
    kernel_list_init(&list, gpu, training->plan.precision);
    kernel_list_add_memory(&list, 2 * plan_rank_hidden_bytes(training));
    kernel_list_add_memory(&list, 3 * plan_rank_hidden_bytes(training));
    if (training->model.dropout_fraction > 0)
        kernel_list_add_memory(&list, 2.5 * plan_rank_hidden_bytes(training));
    return kernel_list_finish(&list, 0, HOST_KERNELS_EMBEDDING);
}

/* The dense gradient of the table is cleared and written, and added to the kept one. */
WorkCost embedding_backward_cost(const TrainingSpec *training, const GpuSpec *gpu) {
    KernelList list;
    if (plan_lora_is_there(&training->plan))
        return (WorkCost){0};
    kernel_list_init(&list, gpu, training->plan.precision);
    double table_bytes =
        (double)vocab_rows(training) * (double)training->model.hidden * plan_weight_bytes(&training->plan);
    kernel_list_add_memory(&list, 2 * table_bytes);
    kernel_list_add_memory(&list, 2 * plan_rank_hidden_bytes(training));
    if (plan_micro_batches(&training->plan) > 1)
        kernel_list_add_memory(&list, 3 * table_bytes);
    return kernel_list_finish(&list, 0, HOST_KERNELS_EMBEDDING);
}

static bool fuses_loss(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    return plan->fused_cross_entropy || (plan->compile && !plan->eager_cross_entropy);
}

/* The list, issued by an eager framework as that many kernels, or as a compiled graph; ideal at the plan's peak. */
static WorkCost finish(const TrainingSpec *training, KernelList *list, double flop, int eager_kernels) {
    list->precision = training->plan.precision;
    return training->plan.compile ? kernel_list_finish_compiled(list, flop)
                                  : kernel_list_finish(list, flop, eager_kernels);
}

/* The head's own products are of 16 bit in fp8 plans, see the header. */
static KernelList head_list(const TrainingSpec *training, const GpuSpec *gpu) {
    KernelList list;
    Precision precision = training->plan.precision;
    kernel_list_init(&list, gpu, precision == PRECISION_FP8 ? PRECISION_BF16 : precision);
    list.accumulated_bytes = plan_accumulated_bytes(&training->plan);
    return list;
}

WorkCost head_forward_cost(const TrainingSpec *training, const GpuSpec *gpu) {
    KernelList list = head_list(training, gpu);
    int64_t tokens = micro_batch_tokens(training), rows = vocab_rows(training);
    kernel_list_add_memory(&list, 2 * plan_rank_hidden_bytes(training));
    autocast_cost_add_weight(&list, &training->plan, (double)rows * (double)training->model.hidden);
    kernel_list_add_product(&list, tokens, rows, training->model.hidden);
    double loss_bytes = fuses_loss(training) ? FUSED_LOSS_FORWARD_BYTES : LOSS_FORWARD_BYTES;
    kernel_list_add_memory(&list, loss_bytes * (double)tokens * (double)rows);
    for (int64_t metric = 0; metric < training->plan.train_metrics; metric++)
        kernel_list_add_memory(&list, METRIC_BYTES * (double)tokens * (double)rows);
    return finish(training, &list, head_flop(training), HOST_KERNELS_HEAD);
}

/* Like the gradient of the input it reads that of the logits, whose rows are as long as the vocabulary. */
static void add_table_gradient(KernelList *list, const TrainingSpec *training) {
    kernel_list_add_weight_gradient(list, micro_batch_tokens(training), training->model.hidden, vocab_rows(training));
}

WorkCost head_backward_cost(const TrainingSpec *training, const GpuSpec *gpu) {
    KernelList list = head_list(training, gpu);
    int64_t tokens = micro_batch_tokens(training), rows = vocab_rows(training);
    double loss_bytes = fuses_loss(training) ? FUSED_LOSS_BACKWARD_BYTES : LOSS_BACKWARD_BYTES;
    kernel_list_add_memory(&list, loss_bytes * (double)tokens * (double)rows);
    bool has_weights = lora_cost_backward_has_weights(&training->plan);
    kernel_list_add_input_gradient(&list, tokens, rows, training->model.hidden);
    if (has_weights)
        add_table_gradient(&list, training);
    autocast_cost_add_weight(&list, &training->plan, (double)rows * (double)training->model.hidden);
    kernel_list_add_memory(&list, 3 * plan_rank_hidden_bytes(training));
    return finish(training, &list, (has_weights ? 2 : 1) * head_flop(training), HOST_KERNELS_HEAD - !has_weights);
}

WorkCost head_weight_cost(const TrainingSpec *training, const GpuSpec *gpu) {
    KernelList list = head_list(training, gpu);
    if (!plan_splits_backward(&training->plan) || plan_lora_is_there(&training->plan))
        return list.cost;
    add_table_gradient(&list, training);
    list.precision = training->plan.precision;
    return kernel_list_finish(&list, head_flop(training), 1);
}

static double update_bytes(const TrainingSpec *training) {
    OptimizerKind kind = training->plan.optimizer.kind;
    if (training_family(training) == FAMILY_LAYERS && kind == OPTIMIZER_SGD)
        return SGD_BYTES;
    if (training_family(training) == FAMILY_LAYERS && kind == OPTIMIZER_SGD_MOMENTUM)
        return SGD_MOMENTUM_BYTES;
    double eager_bytes = training->plan.fused_optimizer ? 0 : EAGER_ADAM_BYTES;
    return eager_bytes + optimizer_update_bytes(&training->plan.optimizer, training_weight_bytes(training));
}

WorkCost optimizer_cost(const TrainingSpec *training, const GpuSpec *gpu, double parameters) {
    KernelList list;
    kernel_list_init(&list, gpu, training->plan.precision);
    kernel_list_add_memory(&list, update_bytes(training) * parameters);
    WorkCost cost = kernel_list_finish(&list, 0, HOST_KERNELS_OPTIMIZER);
    WorkCost noise = gradient_noise_step_cost(training, gpu);
    work_cost_add(&cost, &noise, 1);
    return cost;
}
