#include "models/memory/training_memory.h"

#include <math.h>
#include <stdlib.h>

#include "models/cost/tensor_overlap.h"
#include "models/cost/training_context.h"
#include "models/memory/activation_memory.h"
#include "models/memory/fsdp_memory.h"
#include "models/memory/fsdp_stages.h"
#include "models/memory/lora_memory.h"
#include "models/memory/loss_memory.h"
#include "models/plan/chunk_layers.h"
#include "models/plan/element_bytes.h"
#include "models/plan/layer_list_plan.h"
#include "models/plan/parameter_bytes.h"
#include "models/plan/pass_order.h"
#include "models/plan/shard_units.h"
#include "models/plan/training_parameters.h"
#include "models/plan/weight_owners.h"
#include "sim/engine/check.h"
#include "sim/engine/error.h"

/* CUDA context, cuBLAS workspace and NCCL channels of one process on an A100 or H100; assumed, 1-2 GiB are usual. */
static const double PROCESS_BYTES = 1.5 * 1024 * 1024 * 1024;

static int pass_count(const PlanSpec *plan) {
    PipelineShape shape = plan_shape(plan);
    return pipeline_pass_count(pipeline_find(plan->schedule), &shape);
}

/* The order of a stage, which the caller frees. */
static PipelinePass *list_order(const TrainingSpec *training, int stage) {
    int count = pass_count(&training->plan);
    PipelinePass *passes = calloc((size_t)count, sizeof *passes);
    if (!passes)
        fatal("out of memory for the schedule of %d passes", count);
    pass_order_of_stage(&training->plan, stage, passes);
    return passes;
}

/* What the chunks of a stage hold of every micro-batch, on the GPU or in host memory; the caller frees it. */
static PassHold *list_holds(const TrainingSpec *training, int stage, bool in_host) {
    int chunks = (int)training->plan.virtual_stages;
    PassHold *holds = calloc((size_t)chunks, sizeof *holds);
    if (!holds)
        fatal("out of memory for %d chunks", chunks);
    for (int chunk = 0; chunk < chunks; chunk++) {
        LayerCount layers = chunk_layers(training, (ChunkPart){stage, chunk, 0, 1, false});
        holds[chunk] = in_host ? (PassHold){training_offloaded_bytes(training, layers), 0}
                               : (PassHold){training_chunk_activation_bytes(training, stage, chunk),
                                            training_chunk_weight_bytes(training, stage, chunk)};
    }
    return holds;
}

double training_stage_offloaded_bytes(const TrainingSpec *training, int stage) {
    if (training->plan.offload_activations_fraction <= 0)
        return 0;
    PipelinePass *passes = list_order(training, stage);
    PassHold *holds = list_holds(training, stage, true);
    double bytes = pipeline_peak_held(passes, pass_count(&training->plan), holds);
    free(holds);
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
    double on_way = 2 * activation_memory_most_offloaded(training, stage);
    double bytes = ring_bytes(training) + tensor_overlap_buffer_bytes(training) + on_way;
    if (moment == MOMENT_LOSS)
        return bytes + loss_memory_working_bytes(training);
    double gone =
        training_is_last_chunk(plan, stage, (int)plan->virtual_stages - 1) ? loss_memory_kept_bytes(training) : 0;
    double again = activation_memory_most_again(training, stage);
    return bytes + (again > gone ? again - gone : 0);
}

/* Of a list of layers: weights, their copies in 16 bit while a step runs, momentum. */
static StageMemory memory_of_list(const TrainingSpec *training, StagePasses passes, const PassHold *holds) {
    const PlanSpec *plan = &training->plan;
    int stage = passes.stage;
    double replicated = training_stage_parameters(training, stage), exchange_bytes = 0;
    double shard = layer_list_shard_parameters(training, stage);
    for (int chunk = 0; chunk < plan->virtual_stages; chunk++) {
        const ListChunk listed = layer_list_chunk(training, stage, chunk);
        exchange_bytes += layer_list_exchange_bytes(training, &listed);
    }
    double copies = activation_bytes(plan->precision) < LAYER_LIST_WEIGHT_BYTES ? activation_bytes(plan->precision) : 0;
    return (StageMemory){.weights_bytes = (replicated + shard) * LAYER_LIST_WEIGHT_BYTES,
                         .gradients_bytes = replicated * training_gradient_bytes(plan),
                         .optimizer_bytes = replicated * training_state_bytes(training) / (double)plan_shard_size(plan),
                         .activations_bytes = pipeline_peak_held(passes.items, passes.count, holds),
                         .buffers_bytes = replicated * copies + 2 * exchange_bytes,
                         .process_bytes = PROCESS_BYTES};
}

/* Weights and gradients as PyTorch's FSDP holds them, `at` a moment of the passes of a stage. */
static void hold_as_fsdp(const TrainingSpec *training, StagePasses passes, MemoryMoment at, StageMemory *memory) {
    if (fsdp_stages_holds(&training->plan)) {
        memory->weights_bytes = fsdp_stages_weights_bytes(training, passes.stage);
        memory->gradients_bytes = fsdp_stages_gradients_bytes(training, passes);
        memory->buffers_bytes += fsdp_stages_messages_bytes(training, passes);
        memory->cached_bytes += fsdp_stages_cached_bytes(training, passes.stage);
        return;
    }
    memory->weights_bytes = fsdp_memory_weights_bytes(training, at);
    memory->gradients_bytes = fsdp_memory_gradients_bytes(training, at);
    memory->cached_bytes += fsdp_memory_cached_bytes(training, at);
}

/* Without activations. */
static StageMemory memory_at(const TrainingSpec *training, StagePasses passes, MemoryMoment moment) {
    const PlanSpec *plan = &training->plan;
    int stage = passes.stage;
    double parameters = training_stage_parameters(training, stage);
    double trained = training_stage_trained_parameters(training, stage);
    StageMemory memory = {
        .weights_bytes = shard_held_parameters(training, stage, parameters) * plan_weight_bytes(plan) -
                         lora_memory_spared_weight_bytes(training, stage),
        .gradients_bytes = shard_held_gradients(training, stage, trained) * training_gradient_bytes(plan),
        .optimizer_bytes =
            plan->offload_optimizer ? 0 : weight_owners_parameters(training, stage) * training_state_bytes(training),
        .buffers_bytes = working_bytes(training, stage, moment),
        .process_bytes = PROCESS_BYTES,
        .cached_bytes = moment == MOMENT_LOSS ? loss_memory_cached_bytes(training) : 0};
    if (plan->torch_fsdp)
        hold_as_fsdp(training, passes, moment, &memory);
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

/* `holds` is what the chunks hold of every micro-batch. */
static StageMemory memory_in_order(const TrainingSpec *training, StagePasses passes, const PassHold *holds) {
    StageMemory layers = memory_at(training, passes, MOMENT_LAYERS);
    layers.activations_bytes = pipeline_peak_held(passes.items, passes.count, holds);
    if (!has_head(training, passes.stage))
        return layers;
    StageMemory loss = memory_at(training, passes, MOMENT_LOSS);
    loss.activations_bytes = layers.activations_bytes;
    double reserved = fmax(reserved_bytes(&loss), reserved_bytes(&layers));
    StageMemory most = stage_memory_total_bytes(&loss) > stage_memory_total_bytes(&layers) ? loss : layers;
    most.cached_bytes = reserved - stage_memory_allocated_bytes(&most);
    if (training->plan.torch_fsdp && !fsdp_stages_holds(&training->plan))
        add_end(training, &most);
    return most;
}

StageMemory training_memory_of_stage(const TrainingSpec *training, int stage) {
    bool is_list = training_family(training) == FAMILY_LAYERS;
    PipelinePass *passes = list_order(training, stage);
    PassHold *holds = list_holds(training, stage, false);
    StagePasses order = {stage, passes, pass_count(&training->plan)};
    StageMemory memory = (is_list ? memory_of_list : memory_in_order)(training, order, holds);
    free(holds);
    free(passes);
    return memory;
}

/* Whether a stage has what the one before has, so that they differ by the order of their passes alone. */
static bool is_like_one_before(const TrainingSpec *training, int stage) {
    const PlanSpec *plan = &training->plan;
    bool alike = stage > 0 && !plan->torch_fsdp;
    for (int chunk = 0; chunk < plan->virtual_stages && alike; chunk++) {
        LayerCount here = chunk_layers(training, (ChunkPart){stage, chunk, 0, 1, false});
        LayerCount before = chunk_layers(training, (ChunkPart){stage - 1, chunk, 0, 1, false});
        bool ends = training_is_last_chunk(plan, stage, chunk) || training_is_first_chunk(stage - 1, chunk) ||
                    training_is_last_chunk(plan, stage - 1, chunk);
        alike = !ends && here.layers == before.layers && here.experts == before.experts;
    }
    return alike;
}

void training_memory_of_stages(const TrainingSpec *training, const PipelinePass *orders, StageMemory *stages) {
    bool is_list = training_family(training) == FAMILY_LAYERS;
    int count = is_list ? 0 : pass_count(&training->plan);
    PassHold *holds = NULL;
    for (int stage = 0; stage < training->plan.pipeline_parallel; stage++) {
        if (is_list) {
            stages[stage] = training_memory_of_stage(training, stage);
            continue;
        }
        StagePasses passes = {stage, &orders[stage * count], count};
        if (is_like_one_before(training, stage)) {
            stages[stage] = stages[stage - 1];
            stages[stage].activations_bytes = pipeline_peak_held(passes.items, count, holds);
            continue;
        }
        free(holds);
        holds = list_holds(training, stage, false);
        stages[stage] = memory_in_order(training, passes, holds);
    }
    free(holds);
}

double stage_memory_total_bytes(const StageMemory *memory) {
    return stage_memory_allocated_bytes(memory) + memory->process_bytes;
}

double stage_memory_allocated_bytes(const StageMemory *memory) {
    return memory->weights_bytes + memory->gradients_bytes + memory->optimizer_bytes + memory->activations_bytes +
           memory->buffers_bytes;
}
