#include "models/cost/layer_cost.h"

#include "models/cost/attention_cost.h"
#include "models/cost/autocast_cost.h"
#include "models/cost/expert_cost.h"
#include "models/cost/expert_kernels.h"
#include "models/cost/latent_cost.h"
#include "models/cost/layer_tensors.h"
#include "models/cost/lora_cost.h"
#include "models/cost/mlp_cost.h"
#include "models/cost/norm_cost.h"
#include "models/cost/product_cost.h"
#include "models/cost/recompute.h"
#include "models/cost/recompute_modules.h"
#include "models/cost/residual_cost.h"
#include "models/cost/rotary_cost.h"
#include "models/cost/score_cost.h"
#include "models/cost/unfused_cost.h"
#include "models/plan/attention_products.h"
#include "models/plan/parameter_bytes.h"
#include "models/plan/plan_lora.h"
#include "models/plan/training_flop.h"
#include "models/plan/training_parameters.h"

/*
 * Host work of an eager framework for one layer, in kernels issued: forward 28, backward 60 (NVTX traces of a
 * Megatron-LM layer show 25-30 and about twice that; assumed). The products and tensor kernels below are the long ones
 * among them.
 */
enum { HOST_KERNELS_FORWARD = 28, HOST_KERNELS_BACKWARD = 60 };

/* Products of attention that have weights beside those of attention_products.h. */
enum { PROJECTION_PRODUCTS = 1 };

/* Tensors that the weight gradients of one layer are accumulated into, one kernel each, when the products do not
 * do it.
 */
enum { LAYER_WEIGHT_TENSORS = 12 };

/* One layer's kernels being listed. */
typedef struct LayerWork {
    const TrainingSpec *training;
    LayerTensors t;
    KernelList list;
} LayerWork;

static LayerWork layer_work(const TrainingSpec *training, const GpuSpec *gpu) {
    LayerWork work = {.training = training, .t = layer_tensors_of(training)};
    kernel_list_init(&work.list, gpu, training->plan.precision);
    work.list.accumulated_bytes = plan_accumulated_bytes(&training->plan);
    return work;
}

/* The list, issued by an eager framework as that many kernels, or as the compiled graph that it is. */
static WorkCost finish(LayerWork *work, double flop, int eager_kernels) {
    return work->training->plan.compile ? kernel_list_finish_compiled(&work->list, flop)
                                        : kernel_list_finish(&work->list, flop, eager_kernels);
}

/* Model FLOPs of the layer forward on this GPU for one micro-batch. */
static double model_flop(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    return training_layer_flop(training) * (double)plan->micro_batch_seqs / (double)plan_stage_gpus(plan);
}

/* Of them, those of products whose weight gradients can be deferred or left out: as many again make these. */
static double weight_flop(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    double flop = training_deferred_flop(training);
    return flop * (double)plan->micro_batch_seqs / (double)plan_stage_gpus(plan);
}

static int forward_host_kernels(const TrainingSpec *training) {
    return HOST_KERNELS_FORWARD + latent_cost_host_kernels(training, false) + expert_kernels_issued(training, false);
}

/* What a layer's code does operation by operation beside the kernels of a Megatron-LM layer. */
static int operations(const TrainingSpec *training, bool backward) {
    return rotary_cost_host_kernels(training, backward) + score_cost_host_kernels(training) +
           norm_cost_host_kernels(training) + lora_cost_host_kernels(training, backward) +
           unfused_cost_host_kernels(training, backward) + autocast_cost_host_kernels(training) +
           training->plan.fp8_activation_input;
}

/* Of the kernels of the backward pass, those that can be deferred. */
static int weight_products(const TrainingSpec *training) {
    WeightProduct products[ATTENTION_PRODUCTS_MAX];
    int mlp = training->model.experts > 0 ? expert_kernels_of_weights(training) : MLP_COST_PRODUCTS;
    return attention_products_of(training, products) + PROJECTION_PRODUCTS + mlp;
}

/* Those of adapters, where a schedule defers them. */
static int adapter_weight_products(const TrainingSpec *training) {
    return plan_splits_backward(&training->plan) ? lora_cost_weight_products(training) : 0;
}

static int backward_host_kernels(const TrainingSpec *training) {
    return HOST_KERNELS_BACKWARD + latent_cost_host_kernels(training, true) + expert_kernels_issued(training, true);
}

static void add_mlp_forward(LayerWork *work) {
    if (work->training->model.experts > 0)
        expert_cost_add_forward(&work->list, work->training);
    else
        mlp_cost_add_forward(&work->list, work->training, &work->t);
}

/* What is between the products and attention: rotary positions, of latent attention more. */
static void add_positions(LayerWork *work, bool backward) {
    const TransformerSpec *model = &work->training->model;
    latent_cost_add(&work->list, work->training, backward);
    if (!model->max_positions && !model->kv_rank)
        rotary_cost_add(&work->list, &work->training->plan, work->t.rotary_bytes, backward);
}

static void add_layer_forward(LayerWork *work) {
    const TransformerSpec *model = &work->training->model;
    const LayerTensors *t = &work->t;
    WeightProduct products[ATTENTION_PRODUCTS_MAX];
    int count = attention_products_of(work->training, products);
    if (count == 1)
        product_cost_add_normed(&work->list, work->training, products[0]);
    for (int i = 0; i < count && count > 1; i++)
        kernel_list_add_product(&work->list, products[i].tokens, products[i].n, products[i].k);
    add_positions(work, false);
    attention_cost_add_forward(&work->list, work->training);
    if (!work->training->plan.flash_attention)
        kernel_list_add_memory(&work->list, 2 * t->context_bytes);
    kernel_list_add_product(&work->list, t->tokens, model->hidden, t->attention.context);
    residual_cost_add_forward(&work->list, work->training, &work->t);
    add_mlp_forward(work);
    residual_cost_add_forward(&work->list, work->training, &work->t);
    unfused_cost_add_forward(&work->list, work->training);
    lora_cost_add_forward(&work->list, work->training);
    autocast_cost_add_weights(&work->list, work->training);
    work->list.operations = operations(work->training, false);
}

/* Adds finished weight gradients to those kept over the micro-batches: read both, write one. */
static void add_gradient_accumulation(LayerWork *work) {
    const PlanSpec *plan = &work->training->plan;
    if (plan->gradient_accumulation_fusion || plan_micro_batches(plan) < 2)
        return;
    double fresh_bytes = plan_weight_bytes(plan);
    double kept_bytes = plan->grad_reduce_in_fp32 ? 4 : fresh_bytes;
    double parameters = training_layer_parameters(work->training);
    for (int tensor = 0; tensor < LAYER_WEIGHT_TENSORS; tensor++)
        kernel_list_add_memory(&work->list, parameters / LAYER_WEIGHT_TENSORS * (fresh_bytes + 2 * kept_bytes));
}

static void add_mlp_backward(LayerWork *work) {
    if (work->training->model.experts > 0)
        expert_cost_add_backward(&work->list, work->training);
    else
        mlp_cost_add_backward(&work->list, work->training, &work->t);
}

static void add_mlp_weights(LayerWork *work) {
    if (work->training->model.experts > 0)
        expert_cost_add_weights(&work->list, work->training);
    else
        mlp_cost_add_weights(&work->list, work->training, &work->t);
}

static void add_layer_weights(LayerWork *work) {
    if (plan_lora_is_there(&work->training->plan)) {
        lora_cost_add_weights(&work->list, work->training);
        return;
    }
    add_mlp_weights(work);
    kernel_list_add_weight_gradient(&work->list, work->t.tokens, work->training->model.hidden,
                                    work->t.attention.context);
    WeightProduct products[ATTENTION_PRODUCTS_MAX];
    int count = attention_products_of(work->training, products);
    for (int i = count - 1; i >= 0; i--)
        kernel_list_add_weight_gradient(&work->list, products[i].tokens, products[i].n, products[i].k);
    add_gradient_accumulation(work);
}

static void add_layer_backward(LayerWork *work) {
    WeightProduct products[ATTENTION_PRODUCTS_MAX];
    int count = attention_products_of(work->training, products);
    residual_cost_add_backward(&work->list, work->training, &work->t);
    add_mlp_backward(work);
    residual_cost_add_backward(&work->list, work->training, &work->t);
    product_cost_add_summed_gradients(&work->list, work->training, work->t.tokens, work->t.attention.context);
    attention_cost_add_backward(&work->list, work->training);
    add_positions(work, true);
    for (int i = count - 1; i >= 0; i--)
        product_cost_add_gradients(&work->list, work->training, products[i]);
    unfused_cost_add_backward(&work->list, work->training);
    lora_cost_add_backward(&work->list, work->training);
    autocast_cost_add_weights(&work->list, work->training);
    work->list.operations = operations(work->training, true) - adapter_weight_products(work->training);
    if (lora_cost_backward_has_weights(&work->training->plan))
        add_gradient_accumulation(work);
}

WorkCost layer_attention_forward_cost(const TrainingSpec *training, const GpuSpec *gpu) {
    LayerWork work = layer_work(training, gpu);
    attention_cost_add_forward(&work.list, training);
    return kernel_list_finish(&work.list, 0, 0);
}

WorkCost layer_attention_backward_cost(const TrainingSpec *training, const GpuSpec *gpu) {
    LayerWork work = layer_work(training, gpu);
    attention_cost_add_backward(&work.list, training);
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
    if (!lora_cost_backward_has_weights(&training->plan))
        return finish(&work, 2 * model_flop(training) - weight_flop(training),
                      backward_host_kernels(training) - weight_products(training));
    return finish(&work, 2 * model_flop(training), backward_host_kernels(training));
}

WorkCost layer_weight_cost(const TrainingSpec *training, const GpuSpec *gpu) {
    LayerWork work = layer_work(training, gpu);
    if (!plan_splits_backward(&training->plan))
        return (WorkCost){0};
    add_layer_weights(&work);
    work.list.operations = adapter_weight_products(training);
    if (plan_lora_is_there(&training->plan))
        return kernel_list_finish(&work.list, 0, 0);
    return kernel_list_finish(&work.list, weight_flop(training), weight_products(training));
}

/* Between the products that are kept: norms, rotations, the other products, what makes the last one's input. */
static void add_operators_again(LayerWork *work) {
    const LayerTensors *t = &work->t;
    bool gated = work->training->model.gated;
    recompute_add_operator_products(&work->list, work->training);
    add_positions(work, false);
    residual_cost_add_forward(&work->list, work->training, &work->t);
    residual_cost_add_forward(&work->list, work->training, &work->t);
    if (mlp_cost_has_two_inputs(work->training))
        kernel_list_add_memory(&work->list, 2 * t->ffn_bytes);
    kernel_list_add_memory(&work->list, (gated ? 3 : 2) * t->ffn_bytes);
    work->list.operations = operations(work->training, false);
}

/* All but the products whose outputs are kept by name, and the last one, for which nobody asks: its input is cast. */
static void add_rest_again(LayerWork *work) {
    const TrainingSpec *training = work->training;
    const LayerTensors *t = &work->t;
    add_positions(work, false);
    attention_cost_add_forward(&work->list, training);
    if (training->plan.recompute_keeps == RECOMPUTE_KEEPS_QKV)
        kernel_list_add_product(&work->list, t->tokens, training->model.hidden, t->attention.context);
    residual_cost_add_forward(&work->list, training, t);
    residual_cost_add_forward(&work->list, training, t);
    if (training->model.experts > 0) {
        expert_cost_add_forward(&work->list, training);
    } else {
        mlp_cost_add_inner(&work->list, training, t);
        kernel_list_add_cast(&work->list, t->tokens, t->ffn);
    }
}

static void add_modules_again(LayerWork *work) {
    const TrainingSpec *training = work->training;
    if (training->plan.recompute_mla_up_proj)
        recompute_modules_add_expansion(&work->list, training);
    if (recompute_modules_have_mlp(training))
        add_mlp_forward(work);
    else if (training->plan.recompute_moe_act && training->model.experts > 0)
        expert_cost_add_activation(&work->list, training);
}

WorkCost layer_recompute_cost(const TrainingSpec *training, const GpuSpec *gpu) {
    LayerWork work = layer_work(training, gpu);
    const PlanSpec *plan = &training->plan;
    if (plan->recompute == RECOMPUTE_FULL || plan->recompute == RECOMPUTE_BY_OPERATOR) {
        if (plan->recompute == RECOMPUTE_BY_OPERATOR)
            add_operators_again(&work);
        else if (plan->recompute_keeps == RECOMPUTE_KEEPS_INPUT)
            add_layer_forward(&work);
        else
            add_rest_again(&work);
        return finish(&work, 0, forward_host_kernels(training));
    }
    if (plan->recompute == RECOMPUTE_SELECTIVE && (!plan->flash_attention || plan->recompute_core_attn))
        attention_cost_add_forward(&work.list, training);
    norm_cost_add_again(&work.list, training, work.t.hidden_bytes);
    add_modules_again(&work);
    return kernel_list_finish(&work.list, 0, work.list.launches);
}
