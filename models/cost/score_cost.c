#include "models/cost/score_cost.h"

#include "models/plan/element_bytes.h"

enum { FUSED_LEAST_KEYS = 17, FUSED_MOST_KEYS = 16384, FUSED_MULTIPLE = 4 };

/* Tensors in fp32 that each step of a softmax in pieces reads and writes. */
enum { SCALE_PASSES = 2, MASK_PASSES = 2, SOFTMAX_PASSES = 2, SOFTMAX_BACKWARD_PASSES = 3 };

enum { FP32_BYTES = 4 };

static bool is_wide(const TrainingSpec *training) {
    return activation_bytes(training->plan.precision) >= FP32_BYTES;
}

static bool is_fused(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    int64_t keys = training->sequence_tokens;
    int64_t heads = plan->micro_batch_seqs * training->model.heads / plan->tensor_parallel;
    return plan->compile || (!plan->eager_layers && !is_wide(training) && keys >= FUSED_LEAST_KEYS &&
                             keys <= FUSED_MOST_KEYS && keys % FUSED_MULTIPLE == 0 && heads % FUSED_MULTIPLE == 0);
}

static bool has_dropout(const TrainingSpec *training) {
    return training->model.dropout_fraction > 0;
}

/* A copy in the other width; none where scores are fp32 as they are. */
static void add_cast(KernelList *list, const TrainingSpec *training, double score_bytes, double wide_bytes) {
    if (!is_wide(training))
        kernel_list_add_memory(list, score_bytes + wide_bytes);
}

static void add_in_pieces(KernelList *list, const TrainingSpec *training, double score_bytes, int softmax_passes) {
    double wide_bytes = score_bytes * FP32_BYTES / activation_bytes(training->plan.precision);
    add_cast(list, training, score_bytes, wide_bytes);
    kernel_list_add_memory(list, SCALE_PASSES * wide_bytes);
    kernel_list_add_memory(list, MASK_PASSES * wide_bytes);
    kernel_list_add_row_reduction(list, softmax_passes * wide_bytes);
    add_cast(list, training, score_bytes, wide_bytes);
}

/* BERT's and GPT-2's code in PyTorch: divided, masked and normed as they are; backward the mask has no kernel. */
static void add_narrow(KernelList *list, double score_bytes, int softmax_passes) {
    kernel_list_add_memory(list, SCALE_PASSES * score_bytes);
    if (softmax_passes == SOFTMAX_PASSES)
        kernel_list_add_memory(list, MASK_PASSES * score_bytes);
    kernel_list_add_row_reduction(list, softmax_passes * score_bytes);
}

static bool stays_narrow(const TrainingSpec *training) {
    return training->plan.eager_layers && !training->plan.norm_in_fp32 && !training->plan.autocast &&
           !training->model.rms_norm;
}

static void add_softmax(KernelList *list, const TrainingSpec *training, double score_bytes, int passes) {
    if (is_fused(training))
        kernel_list_add_row_reduction(list, passes * score_bytes);
    else if (stays_narrow(training))
        add_narrow(list, score_bytes, passes);
    else
        add_in_pieces(list, training, score_bytes, passes);
}

/* The mask of the dropout is one byte per element. */
static void add_scores(KernelList *list, const TrainingSpec *training, double score_bytes, int softmax_passes) {
    if (has_dropout(training) && training->plan.compile) {
        kernel_list_add_memory(list, 3 * score_bytes);
        return;
    }
    add_softmax(list, training, score_bytes, softmax_passes);
    if (has_dropout(training))
        kernel_list_add_memory(list, (2 + 1 / activation_bytes(training->plan.precision)) * score_bytes);
}

void score_cost_add_forward(KernelList *list, const TrainingSpec *training, double score_bytes) {
    add_scores(list, training, score_bytes, SOFTMAX_PASSES);
}

void score_cost_add_backward(KernelList *list, const TrainingSpec *training, double score_bytes) {
    add_scores(list, training, score_bytes, SOFTMAX_BACKWARD_PASSES);
}

int score_cost_host_kernels(const TrainingSpec *training) {
    if (training->plan.flash_attention || is_fused(training))
        return 0;
    return is_wide(training) || stays_narrow(training) ? 2 : 4;
}
