#include "models/memory/training_memory.h"

#include "models/cost/norm_cost.h"
#include "models/cost/recompute.h"
#include "models/cost/recompute_modules.h"
#include "models/cost/tensor_overlap.h"
#include "models/cost/training_context.h"
#include "models/cost/training_experts.h"
#include "models/memory/fsdp_memory.h"
#include "models/memory/loss_memory.h"
#include "models/plan/attention_products.h"
#include "models/plan/chunk_layers.h"
#include "models/plan/element_bytes.h"
#include "models/plan/layer_list_plan.h"
#include "models/plan/parameter_bytes.h"
#include "models/plan/pass_order.h"
#include "models/plan/shard_units.h"
#include "models/plan/training_flop.h"
#include "models/plan/training_parameters.h"
#include "models/plan/weight_owners.h"
#include "sim/engine/check.h"
#include "sim/engine/error.h"
#include <math.h>
#include <stdlib.h>

/* CUDA context, cuBLAS workspace and NCCL channels of one process on an A100 or H100; assumed, 1-2 GiB are usual. */
static const double PROCESS_BYTES = 1.5 * 1024 * 1024 * 1024;

/* Tensors that every GPU of the tensor group keeps whole, unless the sequence is split: inputs of norms and products,
 * dropout masks. */
static double sequence_tensors_bytes(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    double masks = training->model.dropout_fraction > 0 ? 2 / activation_bytes(plan->precision) : 0;
    double bytes = (norm_cost_kept_states(training) + masks) * plan_hidden_bytes(training);
    return plan->sequence_parallel ? bytes / (double)plan->tensor_parallel : bytes;
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
    const PlanSpec *plan = &training->plan;
    double features = 2.0 * (double)attention_products_compressed(&training->model) / (double)training->model.hidden;
    return features * plan_hidden_bytes(training) / (double)(plan->sequence_parallel ? plan->tensor_parallel : 1);
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

/* Between layers the hidden state is as split as the norms are. */
static double layer_input_bytes(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    return plan_hidden_bytes(training) / (double)(plan->sequence_parallel ? plan->tensor_parallel : 1);
}

double training_layer_activation_bytes(const TrainingSpec *training, Recompute recompute) {
    switch (recompute) {
    case RECOMPUTE_FULL:
        return layer_input_bytes(training);
    case RECOMPUTE_BY_OPERATOR:
        return recompute_operators_kept_bytes(training);
    case RECOMPUTE_SELECTIVE:
        return sequence_tensors_bytes(training) + split_tensors_bytes(training);
    case RECOMPUTE_NONE:
        return sequence_tensors_bytes(training) + split_tensors_bytes(training) + score_tensors_bytes(training);
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
    double bytes = training_over_layers(training, chunk_of(training, stage, chunk), layer_kept_bytes);
    if (training_is_first_chunk(stage, chunk) && training->model.dropout_fraction > 0)
        bytes += plan_hidden_bytes(training) / activation_bytes(plan->precision) /
                 (double)(plan->sequence_parallel ? plan->tensor_parallel : 1);
    if (training_is_last_chunk(plan, stage, chunk))
        bytes += loss_memory_kept_bytes(training);
    return bytes;
}

/* Input and gradient of the output of a layer's products: qkv, projection, MLP up and down. */
static double layer_weight_bytes(const TrainingSpec *training) {
    const TransformerSpec *model = &training->model;
    double attention = query_and_context_features(model) + training_held_key_value_features(training);
    double ffn = (double)transformer_ffn_hidden(model) * (model->gated ? 3 : 2);
    double split = (attention + ffn) / (double)model->hidden / (double)training->plan.tensor_parallel;
    double whole = 4.0 / (double)(training->plan.sequence_parallel ? training->plan.tensor_parallel : 1);
    return (split + whole) * plan_hidden_bytes(training) + compressed_bytes(training);
}

/* The head's input, and the gradients of the logits as the product takes them. */
static double head_weight_bytes(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    double tensors = (double)plan->tensor_parallel;
    double logits = (double)plan_micro_batch_tokens(training) * (double)training->model.vocab / tensors;
    return logits * activation_bytes(plan->precision) +
           plan_hidden_bytes(training) / (plan->sequence_parallel ? tensors : 1);
}

double training_chunk_weight_bytes(const TrainingSpec *training, int stage, int chunk) {
    if (!plan_splits_backward(&training->plan))
        return 0;
    double bytes = training_over_layers(training, chunk_of(training, stage, chunk), layer_weight_bytes);
    return training_is_last_chunk(&training->plan, stage, chunk) ? bytes + head_weight_bytes(training) : bytes;
}

/* The orders of stages first .. end - 1, which the caller frees. */
static PipelinePass *list_orders(const TrainingSpec *training, int first, int end) {
    PipelineShape shape = plan_shape(&training->plan);
    const PipelineSchedule *schedule = pipeline_find(training->plan.schedule);
    int count = pipeline_pass_count(schedule, &shape);
    PipelinePass *passes = calloc((size_t)(end - first) * (size_t)count, sizeof *passes);
    if (!passes)
        fatal("out of memory for the schedule of %d passes", count);
    if (end - first == shape.stages)
        pass_order_of_all(&training->plan, passes);
    else
        pass_order_of_stage(&training->plan, first, passes);
    return passes;
}

/* The most that the chunks of a stage hold in the order of its passes. */
static double peak_of_chunks(const TrainingSpec *training, int stage, const PipelinePass *passes, bool in_host) {
    int chunks = (int)training->plan.virtual_stages;
    PipelineShape shape = plan_shape(&training->plan);
    PassHold *holds = calloc((size_t)chunks, sizeof *holds);
    if (!holds)
        fatal("out of memory for %d chunks", chunks);
    for (int chunk = 0; chunk < chunks; chunk++) {
        LayerCount layers = chunk_of(training, stage, chunk);
        holds[chunk] = in_host ? (PassHold){training_offloaded_bytes(training, layers), 0}
                               : (PassHold){training_chunk_activation_bytes(training, stage, chunk),
                                            training_chunk_weight_bytes(training, stage, chunk)};
    }
    int count = pipeline_pass_count(pipeline_find(training->plan.schedule), &shape);
    double peak = pipeline_peak_held(passes, count, holds);
    free(holds);
    return peak;
}

double training_stage_offloaded_bytes(const TrainingSpec *training, int stage) {
    if (training->plan.offload_activations_fraction <= 0)
        return 0;
    PipelinePass *passes = list_orders(training, stage, stage + 1);
    double bytes = peak_of_chunks(training, stage, passes, true);
    free(passes);
    return bytes;
}

/* Transformer Engine's ring holds keys, values and their gradients that are sent and that are received. */
static double ring_bytes(const TrainingSpec *training) {
    return training->plan.context_parallel > 1 ? 4 * training_context_block_bytes(training) : 0;
}

/* Beside what is kept for the backward pass. Of the layers that are offloaded, one is made or used and one is on its
 * way; a layer that is computed again holds its tensors while its backward runs, when those of the loss are gone. */
static double working_bytes(const TrainingSpec *training, int stage, MemoryMoment moment) {
    const PlanSpec *plan = &training->plan;
    double on_way = 2 * most_of_layers(training, stage, layer_offloaded_bytes);
    double bytes = ring_bytes(training) + tensor_overlap_buffer_bytes(training) + on_way;
    if (moment == MOMENT_LOSS)
        return bytes + loss_memory_working_bytes(training);
    double gone =
        training_is_last_chunk(plan, stage, (int)plan->virtual_stages - 1) ? loss_memory_kept_bytes(training) : 0;
    double again = most_of_layers(training, stage, layer_again_bytes);
    return bytes + (again > gone ? again - gone : 0);
}

/* Of a list of layers: weights, their copies in 16 bit while a step runs, momentum. */
static StageMemory memory_of_list(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    double replicated = layer_list_replicated_parameters(training), shard = layer_list_shard_parameters(training);
    double copies = activation_bytes(plan->precision) < LAYER_LIST_WEIGHT_BYTES ? activation_bytes(plan->precision) : 0;
    return (StageMemory){.weights_bytes = (replicated + shard) * LAYER_LIST_WEIGHT_BYTES,
                         .gradients_bytes = replicated * training_gradient_bytes(plan),
                         .optimizer_bytes = replicated * training_state_bytes(training) / (double)plan_shard_size(plan),
                         .activations_bytes = layer_list_kept_bytes(training),
                         .buffers_bytes = replicated * copies + 2 * layer_list_exchange_bytes(training),
                         .process_bytes = PROCESS_BYTES};
}

/* `passes` is the order of the stage. */
static StageMemory memory_at(const TrainingSpec *training, int stage, const PipelinePass *passes, MemoryMoment moment) {
    const PlanSpec *plan = &training->plan;
    double parameters = training_stage_parameters(training, stage);
    double trained = training_stage_trained_parameters(training, stage);
    StageMemory memory = {
        .weights_bytes = shard_held_parameters(training, stage, parameters) * activation_bytes(plan->precision),
        .gradients_bytes = shard_held_gradients(training, stage, trained) * training_gradient_bytes(plan),
        .optimizer_bytes =
            plan->offload_optimizer ? 0 : weight_owners_parameters(training, stage) * training_state_bytes(training),
        .activations_bytes = peak_of_chunks(training, stage, passes, false),
        .buffers_bytes = working_bytes(training, stage, moment),
        .process_bytes = PROCESS_BYTES,
        .cached_bytes = moment == MOMENT_LOSS ? loss_memory_cached_bytes(training) : 0};
    if (plan->torch_fsdp) {
        memory.weights_bytes = fsdp_memory_weights_bytes(training, moment);
        memory.gradients_bytes = fsdp_memory_gradients_bytes(training, moment);
        memory.cached_bytes += fsdp_memory_cached_bytes(training, moment);
    }
    return memory;
}

static double reserved_bytes(const StageMemory *memory) {
    return stage_memory_allocated_bytes(memory) + memory->cached_bytes;
}

/* Raises what is allocated at the worst of two moments, `most`, and reserved, to that of a third. */
static void add_end(const TrainingSpec *training, StageMemory *most) {
    double end = most->optimizer_bytes + fsdp_memory_gradients_bytes(training, MOMENT_END) +
                 fsdp_memory_weights_bytes(training, MOMENT_END);
    double reserved = fmax(reserved_bytes(most), end + fsdp_memory_cached_bytes(training, MOMENT_END));
    most->buffers_bytes += fmax(end - stage_memory_allocated_bytes(most), 0);
    most->cached_bytes = reserved - stage_memory_allocated_bytes(most);
}

static bool has_head(const TrainingSpec *training, int stage) {
    return training_is_last_chunk(&training->plan, stage, (int)training->plan.virtual_stages - 1);
}

static StageMemory memory_in_order(const TrainingSpec *training, int stage, const PipelinePass *passes) {
    StageMemory layers = memory_at(training, stage, passes, MOMENT_LAYERS);
    if (!has_head(training, stage))
        return layers;
    StageMemory loss = memory_at(training, stage, passes, MOMENT_LOSS);
    double reserved = fmax(reserved_bytes(&loss), reserved_bytes(&layers));
    StageMemory most = stage_memory_total_bytes(&loss) > stage_memory_total_bytes(&layers) ? loss : layers;
    most.cached_bytes = reserved - stage_memory_allocated_bytes(&most);
    if (training->plan.torch_fsdp)
        add_end(training, &most);
    return most;
}

StageMemory training_memory_of_stage(const TrainingSpec *training, int stage) {
    if (training_family(training) == FAMILY_LAYERS)
        return memory_of_list(training);
    PipelinePass *passes = list_orders(training, stage, stage + 1);
    StageMemory memory = memory_in_order(training, stage, passes);
    free(passes);
    return memory;
}

double training_memory_most_bytes(const TrainingSpec *training) {
    CHECK(training_family(training) == FAMILY_TRANSFORMER);
    PipelineShape shape = plan_shape(&training->plan);
    int count = pipeline_pass_count(pipeline_find(training->plan.schedule), &shape);
    PipelinePass *passes = list_orders(training, 0, shape.stages);
    double most = 0;
    for (int stage = 0; stage < shape.stages; stage++) {
        StageMemory memory = memory_in_order(training, stage, &passes[stage * count]);
        double bytes = stage_memory_total_bytes(&memory);
        most = bytes > most ? bytes : most;
    }
    free(passes);
    return most;
}

double stage_memory_total_bytes(const StageMemory *memory) {
    return stage_memory_allocated_bytes(memory) + memory->process_bytes;
}

double stage_memory_allocated_bytes(const StageMemory *memory) {
    return memory->weights_bytes + memory->gradients_bytes + memory->optimizer_bytes + memory->activations_bytes +
           memory->buffers_bytes;
}
