#include "models/memory/activation_memory.h"

#include "models/cost/autocast_cost.h"
#include "models/cost/norm_cost.h"
#include "models/cost/recompute.h"
#include "models/cost/recompute_modules.h"
#include "models/cost/training_experts.h"
#include "models/memory/lora_memory.h"
#include "models/memory/loss_memory.h"
#include "models/plan/attention_products.h"
#include "models/plan/chunk_layers.h"
#include "models/plan/element_bytes.h"
#include "models/plan/layer_list_plan.h"
#include "models/plan/plan_experts.h"
#include "models/plan/plan_lora.h"
#include "models/plan/training_flop.h"
#include "models/plan/training_parameters.h"

/* Tensors that every GPU of the tensor group keeps whole, unless the sequence is split: inputs of norms and products,
 * dropout masks. */
static double sequence_tensors_bytes(const TrainingSpec *training) {
    double masks = training->model.dropout_fraction > 0 ? 2 / activation_bytes(training->plan.precision) : 0;
    return (norm_cost_kept_states(training) + masks) * plan_rank_hidden_bytes(training);
}

/* Context, and once more what the projection takes of it where that is another type: a fused kernel keeps its output.
 */
static double context_bytes(const PlanSpec *plan) {
    double operand = operand_bytes(plan->precision), kept = activation_bytes(plan->precision);
    return plan->flash_attention && operand < kept ? kept + operand : operand;
}

/* Features of queries and of the context, which are as many, but for latent attention. */
static double query_and_context_features(const TransformerSpec *model) {
    return (double)model->heads * (double)(transformer_head_dim(model) + transformer_value_dim(model));
}

/* Compressed features before and behind their norms, on the tokens of a tensor rank. */
static double compressed_bytes(const TrainingSpec *training) {
    double features = 2.0 * (double)attention_products_compressed(&training->model) / (double)training->model.hidden;
    return features * plan_rank_hidden_bytes(training);
}

/* Tensors that are split over the tensor group anyway: queries, keys, values, context, and what the MLP keeps. */
static double split_tensors_bytes(const TrainingSpec *training) {
    const TransformerSpec *model = &training->model;
    const PlanSpec *plan = &training->plan;
    double inputs = (double)(model->heads * transformer_head_dim(model)) + training_held_key_value_features(training);
    if (plan->recompute_mla_up_proj)
        inputs = 0;
    double context = (double)(model->heads * transformer_value_dim(model));
    double bytes = inputs * activation_bytes(plan->precision) + context * context_bytes(plan);
    double attention = bytes * (double)plan_micro_batch_tokens(training) / (double)plan->tensor_parallel;
    return attention + compressed_bytes(training) + training_mlp_activation_bytes(training);
}

/* Softmax output, and with dropout its mask and its output. */
static double score_tensors_bytes(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    if (plan->flash_attention)
        return 0;
    double bytes = activation_bytes(plan->precision), s = (double)training->sequence_tokens;
    double per_score = training->model.dropout_fraction > 0 ? 2 * bytes + 1 : bytes;
    return per_score * s * s * (double)(plan->micro_batch_seqs * training->model.heads) / (double)plan->tensor_parallel;
}

/* Without the scores. */
static double held_tensors_bytes(const TrainingSpec *training) {
    return sequence_tensors_bytes(training) + split_tensors_bytes(training) -
           lora_memory_spared_activation_bytes(training);
}

double training_layer_activation_bytes(const TrainingSpec *training, Recompute recompute) {
    switch (recompute) {
    case RECOMPUTE_FULL:
        return autocast_cost_width(&training->plan) * plan_rank_hidden_bytes(training) +
               recompute_named_bytes(training);
    case RECOMPUTE_BY_OPERATOR:
        return recompute_operators_kept_bytes(training);
    case RECOMPUTE_SELECTIVE:
        return held_tensors_bytes(training);
    case RECOMPUTE_NONE:
        return held_tensors_bytes(training) + score_tensors_bytes(training);
    }
    return 0;
}

/* The most that `bytes_of` says of a layer of a stage. */
static double most_of_layers(const TrainingSpec *training, int stage,
                             double (*bytes_of)(const TrainingSpec *training)) {
    const TrainingSpec dense = training_with_mlp(training, MLP_DENSE);
    double with = chunk_layers_of_stage_have(training, stage, MLP_EXPERTS) ? bytes_of(training) : 0;
    double without = chunk_layers_of_stage_have(training, stage, MLP_DENSE) ? bytes_of(&dense) : 0;
    return with > without ? with : without;
}

/* Of one layer in the mean. */
static double layer_held_bytes(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    double bytes = training_layer_activation_bytes(training, plan->recompute);
    if (plan->recompute != RECOMPUTE_FULL || plan->recompute_num_layers == 0)
        return bytes;
    return recompute_full_kept_bytes(plan, bytes, training_layer_activation_bytes(training, RECOMPUTE_NONE));
}

static double layer_offloaded_bytes(const TrainingSpec *training) {
    return training->plan.offload_activations_fraction * layer_held_bytes(training);
}

static double layer_kept_bytes(const TrainingSpec *training) {
    return layer_held_bytes(training) - layer_offloaded_bytes(training);
}

/* What recomputation makes again of one layer, or of a group of them. */
static double layer_again_bytes(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    double kept = training_layer_activation_bytes(training, plan->recompute);
    const TrainingSpec without = recompute_modules_without(training);
    double whole = training_layer_activation_bytes(&without, RECOMPUTE_NONE);
    return plan->recompute == RECOMPUTE_FULL ? recompute_full_again_bytes(plan, kept, whole) : whole - kept;
}

double training_offloaded_bytes(const TrainingSpec *training, LayerCount count) {
    return training_over_layers(training, count, layer_offloaded_bytes);
}

static LayerCount chunk_of(const TrainingSpec *training, int stage, int chunk) {
    return chunk_layers(training, (ChunkPart){stage, chunk, 0, 1, false});
}

double training_chunk_activation_bytes(const TrainingSpec *training, int stage, int chunk) {
    const PlanSpec *plan = &training->plan;
    const ListChunk listed = layer_list_chunk(training, stage, chunk);
    if (training_family(training) == FAMILY_LAYERS)
        return layer_list_kept_bytes(training, &listed);
    double bytes = training_over_layers(training, chunk_of(training, stage, chunk), layer_kept_bytes);
    if (training_is_first_chunk(stage, chunk) && training->model.dropout_fraction > 0)
        bytes += plan_rank_hidden_bytes(training) / activation_bytes(plan->precision);
    if (training_is_last_chunk(plan, stage, chunk))
        bytes += loss_memory_kept_bytes(training);
    return bytes;
}

/* Of a dense MLP and of shared experts, up and down, on this GPU. */
static double mlp_weight_bytes(const TrainingSpec *training, int64_t inner) {
    double features = (double)inner * (training->model.gated ? 3 : 2) / (double)training->plan.tensor_parallel;
    return features / (double)training->model.hidden * plan_hidden_bytes(training) +
           (inner > 0 ? 2 : 0) * plan_rank_hidden_bytes(training);
}

/* Of the routed experts of the busiest rank, whose pairs have a row each; a router defers nothing. */
static double routed_weight_bytes(const TrainingSpec *training) {
    const TransformerSpec *model = &training->model;
    double inner = (double)transformer_expert_ffn_hidden(model) / (double)plan_expert_tensor(&training->plan);
    double features = 2 * (double)model->hidden + (model->gated ? 3 : 2) * inner;
    return training_busiest_pairs(training) * features * activation_bytes(training->plan.precision);
}

/* Input and gradient of the output of a layer's products: qkv, projection, MLP up and down or experts. */
static double layer_weight_bytes(const TrainingSpec *training) {
    const TransformerSpec *model = &training->model;
    if (plan_lora_is_there(&training->plan))
        return lora_memory_weight_bytes(training);
    double attention = query_and_context_features(model) + training_held_key_value_features(training);
    double split = attention / (double)model->hidden / (double)training->plan.tensor_parallel;
    double bytes =
        split * plan_hidden_bytes(training) + 2 * plan_rank_hidden_bytes(training) + compressed_bytes(training);
    if (model->experts == 0)
        return bytes + mlp_weight_bytes(training, transformer_ffn_hidden(model));
    int64_t shared = model->shared_experts * transformer_expert_ffn_hidden(model);
    return bytes + mlp_weight_bytes(training, shared) + routed_weight_bytes(training);
}

/* The head's input, and the gradients of the logits as the product takes them; nothing if it is frozen. */
static double head_weight_bytes(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    if (plan_lora_is_there(plan))
        return 0;
    double tensors = (double)plan->tensor_parallel;
    double logits = (double)plan_micro_batch_tokens(training) * (double)training->model.vocab / tensors;
    return logits * activation_bytes(plan->precision) + plan_rank_hidden_bytes(training);
}

double training_chunk_weight_bytes(const TrainingSpec *training, int stage, int chunk) {
    if (!plan_splits_backward(&training->plan))
        return 0;
    double bytes = training_over_layers(training, chunk_of(training, stage, chunk), layer_weight_bytes);
    return training_is_last_chunk(&training->plan, stage, chunk) ? bytes + head_weight_bytes(training) : bytes;
}

double activation_memory_most_offloaded(const TrainingSpec *training, int stage) {
    return most_of_layers(training, stage, layer_offloaded_bytes);
}

double activation_memory_most_again(const TrainingSpec *training, int stage) {
    return most_of_layers(training, stage, layer_again_bytes);
}
