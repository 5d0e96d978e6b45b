#include "models/workload/layer_cost.h"

#include "models/hardware/attention.h"
#include "models/workload/expert_cost.h"
#include "models/workload/norm_cost.h"
#include "models/workload/score_cost.h"
#include "models/workload/training_context.h"

/*
 * Host work of an eager framework for one layer, in kernels issued: forward 28, backward 60 (NVTX traces of a
 * Megatron-LM layer show 25-30 and about twice that; assumed). The products and tensor kernels below are the long ones
 * among them.
 */
enum { HOST_KERNELS_FORWARD = 28, HOST_KERNELS_BACKWARD = 60 };

/* Products of a layer that have weights: qkv, projection, MLP up and down; of the backward's kernels those that can be
 * deferred. */
enum { WEIGHT_PRODUCTS = 4 };

/* Tensors that the weight gradients of one layer are accumulated into, one kernel each, when the products do not do it.
 */
enum { LAYER_WEIGHT_TENSORS = 12 };

/* Sizes of the tensors that kernels read and write, for one micro-batch on one GPU of the tensor group. */
typedef struct Tensors {
    int64_t tokens; /* as in LayerWidths */
    int64_t query;
    int64_t key_value;
    int64_t ffn;
    double hidden_bytes;  /* one hidden state; divided by the tensor group with sequence parallelism */
    double query_bytes;   /* one query tensor */
    double rotary_bytes;  /* queries and keys */
    double ffn_bytes;     /* one MLP activation */
    double score_bytes;   /* one score matrix of all heads */
    double mask_fraction; /* a dropout mask over its tensor: one byte per element */
} Tensors;

LayerWidths layer_widths(const TrainingSpec *training) {
    const TransformerSpec *model = &training->model;
    int64_t tensor = training->plan.tensor_parallel, head_dim = transformer_head_dim(model);
    int64_t kv_heads = transformer_kv_heads(model) / tensor;
    return (LayerWidths){.tokens = plan_micro_batch_tokens(training),
                         .query = model->heads * head_dim / tensor,
                         .key_value = 2 * (kv_heads ? kv_heads : 1) * head_dim,
                         .ffn = transformer_ffn_hidden(model) / tensor};
}

static Tensors tensors_of(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    const TransformerSpec *model = &training->model;
    int64_t tensor = plan->tensor_parallel;
    double bytes = activation_bytes(plan->precision);
    LayerWidths widths = layer_widths(training);
    Tensors t = {.tokens = widths.tokens, .query = widths.query, .key_value = widths.key_value, .ffn = widths.ffn};
    double tokens = (double)t.tokens;
    t.hidden_bytes = plan_hidden_bytes(training) / (double)(plan->sequence_parallel ? tensor : 1);
    t.query_bytes = tokens * (double)t.query * bytes;
    int64_t keys = t.key_value / 2, heads = plan->micro_batch_seqs * model->heads / tensor;
    t.rotary_bytes = tokens * (double)(t.query + keys) * bytes;
    t.ffn_bytes = tokens * (double)t.ffn * bytes;
    t.score_bytes = (double)heads * (double)training->sequence_tokens * (double)training->sequence_tokens * bytes;
    t.mask_fraction = 1 / bytes;
    return t;
}

/* One layer's kernels being listed. */
typedef struct LayerWork {
    const TrainingSpec *training;
    Tensors t;
    KernelList list;
} LayerWork;

static LayerWork layer_work(const TrainingSpec *training, const GpuSpec *gpu) {
    LayerWork work = {.training = training, .t = tensors_of(training)};
    kernel_list_init(&work.list, gpu, training->plan.precision);
    return work;
}

/* The list, issued by an eager framework as that many kernels, or as the compiled graph that it is. */
static WorkCost finish(LayerWork *work, double flop, int eager_kernels) {
    return work->training->plan.compile ? kernel_list_finish_compiled(&work->list, flop)
                                        : kernel_list_finish(&work->list, flop, eager_kernels);
}

static bool has_dropout(const LayerWork *work) {
    return work->training->model.dropout_fraction > 0;
}

/* Model FLOPs of the layer forward on this GPU for one micro-batch. */
static double model_flop(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    return training_layer_flop(training) * (double)plan->micro_batch_seqs / (double)plan_stage_gpus(plan);
}

/* Of them, those of products that have weights: as many again make the weights' gradients. */
static double weight_flop(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    double attention = transformer_attention_flop(&training->model, training->sequence_tokens);
    double flop = transformer_layer_flop(&training->model, training->sequence_tokens) - attention;
    return flop * (double)plan->micro_batch_seqs / (double)plan_stage_gpus(plan);
}

/* FP8 plans keep attention in BF16. */
static Precision attention_precision(const PlanSpec *plan) {
    return plan->precision == PRECISION_FP8 ? PRECISION_BF16 : plan->precision;
}

static int forward_host_kernels(const TrainingSpec *training) {
    return HOST_KERNELS_FORWARD + score_cost_host_kernels(training) + norm_cost_host_kernels(training) +
           expert_cost_host_kernels(training, false);
}

/* A product over all heads of the micro-batch. */
static void add_attention_product(LayerWork *work, int64_t n, int64_t k) {
    const PlanSpec *plan = &work->training->plan;
    int64_t heads = plan->micro_batch_seqs * work->training->model.heads / plan->tensor_parallel;
    int64_t rows = work->training->sequence_tokens / plan->context_parallel;
    kernel_list_add_gemm(&work->list, (GemmShape){heads, rows, n, k, attention_precision(plan), false});
}

static void add_scores(LayerWork *work) {
    add_attention_product(work, work->training->sequence_tokens, transformer_head_dim(&work->training->model));
}

static void add_context(LayerWork *work) {
    add_attention_product(work, transformer_head_dim(&work->training->model), work->training->sequence_tokens);
}

/* What one GPU of the group attends to: in a context group its chunks are one early and one late in the sequence, so
 * that its queries see half of all keys. */
static AttentionShape fused_shape(const LayerWork *work) {
    const TransformerSpec *model = &work->training->model;
    const PlanSpec *plan = &work->training->plan;
    int64_t tokens = work->training->sequence_tokens / plan->context_parallel;
    int64_t heads = model->heads / plan->tensor_parallel,
            kv_heads = work->t.key_value / 2 / transformer_head_dim(model);
    return (AttentionShape){.sequences = plan->micro_batch_seqs,
                            .query_tokens = tokens,
                            .cached_tokens = (work->training->sequence_tokens - tokens) / 2,
                            .heads = heads > 0 ? heads : 1,
                            .kv_heads = kv_heads,
                            .head_dim = transformer_head_dim(model),
                            .precision = attention_precision(plan)};
}

/* What a context group adds to the partial products of its steps. */
static void add_context_steps(LayerWork *work, PassKind pass) {
    double query_bytes = work->t.query_bytes, features = (double)work->t.query;
    double key_value_bytes = query_bytes / features * (double)work->t.key_value;
    for (int64_t step = 0; step < work->training->plan.context_parallel; step++)
        kernel_list_add_memory(&work->list, training_context_step_bytes(pass, step, query_bytes, key_value_bytes));
}

/* The mask leaves half of the square, and counts half: two products forward, five backward, where the scores are
 * computed once more. */
static void add_fused(LayerWork *work, PassKind pass) {
    const PlanSpec *plan = &work->training->plan;
    AttentionShape shape = fused_shape(work);
    double square = (double)(shape.sequences * shape.heads * shape.head_dim * shape.query_tokens) *
                    (double)work->training->sequence_tokens;
    if (pass == PASS_FORWARD)
        kernel_list_add_fused(&work->list, attention_forward_seconds(work->list.gpu, &shape, plan->attention_kernel),
                              2 * square);
    else
        kernel_list_add_fused(&work->list, attention_backward_seconds(work->list.gpu, &shape, plan->attention_kernel),
                              5 * square);
    if (plan->context_parallel > 1)
        add_context_steps(work, pass);
}

/* Scores, softmax, dropout, context: what selective recomputation runs again. */
static void add_attention_forward(LayerWork *work) {
    if (work->training->plan.flash_attention) {
        add_fused(work, PASS_FORWARD);
        return;
    }
    add_scores(work);
    score_cost_add_forward(&work->list, work->training, work->t.score_bytes);
    add_context(work);
}

/* Four products of gradients. */
static void add_attention_backward(LayerWork *work) {
    if (work->training->plan.flash_attention) {
        add_fused(work, PASS_BACKWARD);
        return;
    }
    add_scores(work);
    for (int product = 0; product < 3; product++)
        add_context(work);
    score_cost_add_backward(&work->list, work->training, work->t.score_bytes);
}

/* Bias, dropout and the sum with the residual in one kernel, then the norm. */
static void add_residual_and_norm(LayerWork *work) {
    const Tensors *t = &work->t;
    if (work->training->plan.compile) {
        kernel_list_add_memory(&work->list, 4 * t->hidden_bytes);
        return;
    }
    kernel_list_add_memory(&work->list, (3 + (has_dropout(work) ? t->mask_fraction : 0)) * t->hidden_bytes);
    norm_cost_add_forward(&work->list, work->training, t->hidden_bytes);
}

/* The norm reads its input and the gradient and writes one; the residual reads two and writes one. */
static void add_residual_and_norm_backward(LayerWork *work) {
    const Tensors *t = &work->t;
    if (work->training->plan.compile) {
        kernel_list_add_memory(&work->list, (has_dropout(work) ? 5 : 4) * t->hidden_bytes);
    } else {
        norm_cost_add_backward(&work->list, work->training, t->hidden_bytes);
        kernel_list_add_memory(&work->list, 3 * t->hidden_bytes);
        if (has_dropout(work))
            kernel_list_add_memory(&work->list, (2 + t->mask_fraction) * t->hidden_bytes);
    }
    if (work->training->model.biases)
        kernel_list_add_memory(&work->list, t->hidden_bytes);
}

/* Gate and up are products of their own, and the activation and its product with up are kernels of their own. */
static bool has_two_inputs(const LayerWork *work) {
    const PlanSpec *plan = &work->training->plan;
    return work->training->model.gated && !plan->swiglu_fusion && !plan->compile;
}

static void add_mlp_forward(LayerWork *work) {
    const TransformerSpec *model = &work->training->model;
    const Tensors *t = &work->t;
    if (model->experts > 0) {
        expert_cost_add_forward(&work->list, work->training);
        return;
    }
    if (has_two_inputs(work)) {
        for (int input = 0; input < 2; input++)
            kernel_list_add_product(&work->list, t->tokens, t->ffn, model->hidden);
        kernel_list_add_memory(&work->list, 2 * t->ffn_bytes);
        kernel_list_add_memory(&work->list, 3 * t->ffn_bytes);
    } else {
        kernel_list_add_product(&work->list, t->tokens, model->gated ? 2 * t->ffn : t->ffn, model->hidden);
        kernel_list_add_memory(&work->list, (model->gated ? 3 : 2) * t->ffn_bytes);
    }
    kernel_list_add_product(&work->list, t->tokens, model->hidden, t->ffn);
}

static void add_layer_forward(LayerWork *work) {
    const TransformerSpec *model = &work->training->model;
    const Tensors *t = &work->t;
    kernel_list_add_product(&work->list, t->tokens, t->query + t->key_value, model->hidden);
    if (!model->max_positions)
        kernel_list_add_memory(&work->list, 2 * t->rotary_bytes);
    add_attention_forward(work);
    if (!work->training->plan.flash_attention)
        kernel_list_add_memory(&work->list, 2 * t->query_bytes);
    kernel_list_add_product(&work->list, t->tokens, model->hidden, t->query);
    add_residual_and_norm(work);
    add_mlp_forward(work);
    add_residual_and_norm(work);
}

/* Adds finished weight gradients to those kept over the micro-batches: read both, write one. */
static void add_gradient_accumulation(LayerWork *work) {
    const PlanSpec *plan = &work->training->plan;
    if (plan->gradient_accumulation_fusion || plan_micro_batches(plan) < 2)
        return;
    double fresh_bytes = activation_bytes(plan->precision);
    double kept_bytes = plan->grad_reduce_in_fp32 ? 4 : fresh_bytes;
    double elsewhere = transformer_expert_parameters(&work->training->model) * (1 - 1 / (double)plan->expert_parallel);
    double parameters =
        (transformer_layer_parameters(&work->training->model) - elsewhere) / (double)plan->tensor_parallel;
    for (int tensor = 0; tensor < LAYER_WEIGHT_TENSORS; tensor++)
        kernel_list_add_memory(&work->list, parameters / LAYER_WEIGHT_TENSORS * (fresh_bytes + 2 * kept_bytes));
}

/* C = A B with weights B [k,n]: the gradient of A, and of B unless that has a pass of its own. */
static void add_product_backward(LayerWork *work, int64_t n, int64_t k) {
    if (plan_splits_backward(&work->training->plan))
        kernel_list_add_input_gradient(&work->list, work->t.tokens, n, k);
    else
        kernel_list_add_product_backward(&work->list, work->t.tokens, n, k);
}

/* The gradients of both factors, that of the activation, and the sum of what both products give their input. */
static void add_two_inputs_backward(LayerWork *work) {
    const Tensors *t = &work->t;
    for (int kernel = 0; kernel < 3; kernel++)
        kernel_list_add_memory(&work->list, 3 * t->ffn_bytes);
    for (int input = 0; input < 2; input++) {
        if (work->training->model.biases)
            kernel_list_add_memory(&work->list, t->ffn_bytes);
        add_product_backward(work, t->ffn, work->training->model.hidden);
    }
    kernel_list_add_memory(&work->list, 3 * plan_hidden_bytes(work->training));
}

static void add_mlp_backward(LayerWork *work) {
    const TransformerSpec *model = &work->training->model;
    const Tensors *t = &work->t;
    if (model->experts > 0) {
        expert_cost_add_backward(&work->list, work->training);
        return;
    }
    add_product_backward(work, model->hidden, t->ffn);
    if (has_two_inputs(work)) {
        add_two_inputs_backward(work);
        return;
    }
    kernel_list_add_memory(&work->list, (model->gated ? 5 : 3) * t->ffn_bytes);
    if (model->biases)
        kernel_list_add_memory(&work->list, t->ffn_bytes);
    add_product_backward(work, model->gated ? 2 * t->ffn : t->ffn, model->hidden);
}

static void add_layer_weights(LayerWork *work) {
    const TransformerSpec *model = &work->training->model;
    const Tensors *t = &work->t;
    kernel_list_add_weight_gradient(&work->list, t->tokens, model->hidden, t->ffn);
    if (has_two_inputs(work))
        for (int input = 0; input < 2; input++)
            kernel_list_add_weight_gradient(&work->list, t->tokens, t->ffn, model->hidden);
    else
        kernel_list_add_weight_gradient(&work->list, t->tokens, model->gated ? 2 * t->ffn : t->ffn, model->hidden);
    kernel_list_add_weight_gradient(&work->list, t->tokens, model->hidden, t->query);
    kernel_list_add_weight_gradient(&work->list, t->tokens, t->query + t->key_value, model->hidden);
    add_gradient_accumulation(work);
}

static void add_layer_backward(LayerWork *work) {
    const TransformerSpec *model = &work->training->model;
    const Tensors *t = &work->t;
    add_residual_and_norm_backward(work);
    add_mlp_backward(work);
    add_residual_and_norm_backward(work);
    add_product_backward(work, model->hidden, t->query);
    add_attention_backward(work);
    if (!model->max_positions)
        kernel_list_add_memory(&work->list, 2 * t->rotary_bytes);
    add_product_backward(work, t->query + t->key_value, model->hidden);
    if (!plan_splits_backward(&work->training->plan))
        add_gradient_accumulation(work);
}

WorkCost layer_attention_forward_cost(const TrainingSpec *training, const GpuSpec *gpu) {
    LayerWork work = layer_work(training, gpu);
    add_attention_forward(&work);
    return kernel_list_finish(&work.list, 0, 0);
}

WorkCost layer_attention_backward_cost(const TrainingSpec *training, const GpuSpec *gpu) {
    LayerWork work = layer_work(training, gpu);
    add_attention_backward(&work);
    return kernel_list_finish(&work.list, 0, 0);
}

WorkCost layer_forward_cost(const TrainingSpec *training, const GpuSpec *gpu) {
    LayerWork work = layer_work(training, gpu);
    add_layer_forward(&work);
    return finish(&work, model_flop(training), forward_host_kernels(training));
}

WorkCost layer_backward_cost(const TrainingSpec *training, const GpuSpec *gpu) {
    LayerWork work = layer_work(training, gpu);
    add_layer_backward(&work);
    if (plan_splits_backward(&training->plan))
        return finish(&work, 2 * model_flop(training) - weight_flop(training),
                      HOST_KERNELS_BACKWARD - WEIGHT_PRODUCTS + score_cost_host_kernels(training) +
                          norm_cost_host_kernels(training));
    int host_kernels = HOST_KERNELS_BACKWARD + score_cost_host_kernels(training) + norm_cost_host_kernels(training) +
                       expert_cost_host_kernels(training, true);
    return finish(&work, 2 * model_flop(training), host_kernels);
}

WorkCost layer_weight_cost(const TrainingSpec *training, const GpuSpec *gpu) {
    LayerWork work = layer_work(training, gpu);
    if (!plan_splits_backward(&training->plan))
        return (WorkCost){0};
    add_layer_weights(&work);
    return kernel_list_finish(&work.list, weight_flop(training), WEIGHT_PRODUCTS);
}

WorkCost layer_recompute_cost(const TrainingSpec *training, const GpuSpec *gpu) {
    LayerWork work = layer_work(training, gpu);
    const PlanSpec *plan = &training->plan;
    if (plan->recompute == RECOMPUTE_FULL) {
        add_layer_forward(&work);
        return finish(&work, 0, forward_host_kernels(training));
    }
    if (plan->recompute == RECOMPUTE_SELECTIVE && !plan->flash_attention)
        add_attention_forward(&work);
    norm_cost_add_again(&work.list, training, work.t.hidden_bytes);
    return kernel_list_finish(&work.list, 0, work.list.launches);
}
