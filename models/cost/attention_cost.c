#include "models/cost/attention_cost.h"

#include <math.h>

#include "models/cost/score_cost.h"
#include "models/cost/training_context.h"
#include "models/hardware/attention.h"
#include "models/plan/attention_products.h"
#include "models/plan/element_bytes.h"

/* FP8 plans keep attention in BF16. */
static Precision attention_precision(const PlanSpec *plan) {
    return plan->precision == PRECISION_FP8 ? PRECISION_BF16 : plan->precision;
}

/* Of one score matrix of all heads. */
static double score_bytes(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    int64_t heads = plan->micro_batch_seqs * training->model.heads / plan->tensor_parallel;
    return (double)heads * (double)training->sequence_tokens * (double)training->sequence_tokens *
           activation_bytes(plan->precision);
}

/* A product over all heads of the micro-batch. */
static void add_attention_product(KernelList *list, const TrainingSpec *training, int64_t n, int64_t k) {
    const PlanSpec *plan = &training->plan;
    int64_t heads = plan->micro_batch_seqs * training->model.heads / plan->tensor_parallel;
    int64_t rows = training->sequence_tokens / plan->context_parallel;
    kernel_list_add_gemm(list, (GemmShape){heads, rows, n, k, attention_precision(plan), false, false});
}

/* A square of scores or of their gradients, from heads of `features`. */
static void add_scores(KernelList *list, const TrainingSpec *training, int64_t features) {
    add_attention_product(list, training, training->sequence_tokens, features);
}

/* Its product with heads of `features`. */
static void add_context(KernelList *list, const TrainingSpec *training, int64_t features) {
    add_attention_product(list, training, features, training->sequence_tokens);
}

/* What one GPU of the group attends to: in a context group its chunks are one early and one late in the sequence, so
 * that its queries see half of all keys. */
static AttentionShape fused_shape(const TrainingSpec *training) {
    const TransformerSpec *model = &training->model;
    const PlanSpec *plan = &training->plan;
    int64_t document = training_document_tokens(training), tokens = document / plan->context_parallel;
    int64_t heads = model->heads / plan->tensor_parallel;
    double documents = (double)(plan->micro_batch_seqs * training->sequence_tokens) / (double)document;
    /* Values may be narrower than keys: the mean has the FLOPs and bytes of both. */
    int64_t both_dims = transformer_head_dim(model) + transformer_value_dim(model);
    return (AttentionShape){.sequences = llround(documents),
                            .query_tokens = tokens,
                            .cached_tokens = (document - tokens) / 2,
                            .heads = heads > 0 ? heads : 1,
                            .kv_heads = attention_features_of(training).key_value / both_dims,
                            .head_dim = both_dims / 2,
                            .precision = attention_precision(plan)};
}

/* What a context group adds to the partial products of its steps. */
static void add_context_steps(KernelList *list, const TrainingSpec *training, PassKind pass) {
    AttentionFeatures features = attention_features_of(training);
    double tokens = (double)plan_micro_batch_tokens(training), bytes = activation_bytes(training->plan.precision);
    double query_bytes = tokens * (double)features.query * bytes;
    double key_value_bytes = tokens * (double)features.key_value * bytes;
    for (int64_t step = 0; step < training->plan.context_parallel; step++)
        kernel_list_add_memory(list, training_context_step_bytes(pass, step, query_bytes, key_value_bytes));
}

/* The mask leaves half of the square, and counts half: two products forward, five backward, where the scores are
 * computed once more. */
static void add_fused(KernelList *list, const TrainingSpec *training, PassKind pass) {
    const PlanSpec *plan = &training->plan;
    AttentionShape shape = fused_shape(training);
    double square = (double)(shape.sequences * shape.heads * shape.head_dim * shape.query_tokens) *
                    (double)training_document_tokens(training);
    if (pass == PASS_FORWARD)
        kernel_list_add_fused(list, attention_forward_seconds(list->gpu, &shape, plan->attention_kernel), 2 * square);
    else
        kernel_list_add_fused(list, attention_backward_seconds(list->gpu, &shape, plan->attention_kernel), 5 * square);
    if (plan->context_parallel > 1)
        add_context_steps(list, training, pass);
}

/* Scores, softmax, dropout, context: what selective recomputation runs again. */
void attention_cost_add_forward(KernelList *list, const TrainingSpec *training) {
    if (training->plan.flash_attention) {
        add_fused(list, training, PASS_FORWARD);
        return;
    }
    add_scores(list, training, transformer_head_dim(&training->model));
    score_cost_add_forward(list, training, score_bytes(training));
    add_context(list, training, transformer_value_dim(&training->model));
}

/* Four products of gradients. */
void attention_cost_add_backward(KernelList *list, const TrainingSpec *training) {
    if (training->plan.flash_attention) {
        add_fused(list, training, PASS_BACKWARD);
        return;
    }
    int64_t head_dim = transformer_head_dim(&training->model);
    int64_t value_dim = transformer_value_dim(&training->model);
    add_scores(list, training, value_dim);
    add_context(list, training, value_dim);
    add_context(list, training, head_dim);
    add_context(list, training, head_dim);
    score_cost_add_backward(list, training, score_bytes(training));
}
