#include "models/memory/fsdp_stages.h"

#include <math.h>
#include <stdlib.h>

#include "models/plan/element_bytes.h"
#include "models/plan/parameter_bytes.h"
#include "models/plan/plan_experts.h"
#include "models/plan/plan_sharding.h"
#include "models/plan/shard_units.h"
#include "models/plan/training_parameters.h"
#include "sim/engine/error.h"

enum { GATHER_BUFFERS = 2 };

bool fsdp_stages_holds(const PlanSpec *plan) {
    return plan->torch_fsdp && plan_sharding_once_per_step(plan);
}

static double chunk_shard(const TrainingSpec *training, int stage, int chunk) {
    const PlanSpec *plan = &training->plan;
    double experts = training_chunk_expert_parameters(training, stage, chunk);
    double others = training_chunk_trained_parameters(training, stage, chunk) - experts;
    return others / (double)plan_shard_size(plan) + experts / (double)plan_expert_shard_size(plan);
}

static double stage_shard(const TrainingSpec *training, int stage) {
    double parameters = 0;
    for (int chunk = 0; chunk < training->plan.virtual_stages; chunk++)
        parameters += chunk_shard(training, stage, chunk);
    return parameters;
}

double fsdp_stages_weights_bytes(const TrainingSpec *training, int stage) {
    const PlanSpec *plan = &training->plan;
    double bytes = activation_bytes(plan->precision);
    double shards = optimizer_needs_weights(&plan->optimizer, bytes) ? stage_shard(training, stage) : 0;
    return bytes * (training_stage_parameters(training, stage) + shards);
}

/* The kind of pass that makes gradients of weights. */
static PassKind gradient_kind(StagePasses passes) {
    for (int i = 0; i < passes.count; i++)
        if (passes.items[i].kind == PASS_WEIGHT)
            return PASS_WEIGHT;
    return PASS_BACKWARD;
}

double fsdp_stages_gradients_bytes(const TrainingSpec *training, StagePasses passes) {
    int64_t micro_batches = plan_micro_batches(&training->plan);
    int64_t *done = calloc((size_t)training->plan.virtual_stages, sizeof *done);
    if (!done)
        fatal("out of memory for %lld chunks", (long long)training->plan.virtual_stages);
    PassKind kind = gradient_kind(passes);
    double held = 0, most = 0;
    for (int i = 0; i < passes.count; i++) {
        int chunk = passes.items[i].chunk;
        if (passes.items[i].kind != kind)
            continue;
        double whole = training_chunk_trained_parameters(training, passes.stage, chunk);
        held += done[chunk] == 0 ? whole : 0;
        most = fmax(most, held);
        if (++done[chunk] == micro_batches)
            held += chunk_shard(training, passes.stage, chunk) - whole;
    }
    free(done);
    return training_gradient_bytes(&training->plan) * fmax(most, held);
}

/* Most micro-batches between their two passes on the chunks of a stage, apart from the model's last chunk. */
static double most_in_flight(const TrainingSpec *training, StagePasses passes, bool has_last) {
    int chunks = (int)training->plan.virtual_stages;
    PassHold *holds = calloc((size_t)chunks, sizeof *holds);
    if (!holds)
        fatal("out of memory for %d chunks", chunks);
    for (int chunk = 0; chunk < chunks; chunk++)
        holds[chunk].forward = has_last || !training_is_last_chunk(&training->plan, passes.stage, chunk);
    double most = pipeline_peak_held(passes.items, passes.count, holds);
    free(holds);
    return most;
}

static double logits_bytes(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    double logits = (double)plan_micro_batch_tokens(training) * (double)training->model.vocab;
    return activation_bytes(plan->precision) * logits / (double)plan->tensor_parallel;
}

double fsdp_stages_messages_bytes(const TrainingSpec *training, StagePasses passes) {
    const PlanSpec *plan = &training->plan;
    double micro_batches = (double)plan_micro_batches(plan), inputs = 0, gradients = 0, logits = 0;
    if (plan->pipeline_parallel * plan->virtual_stages == 1)
        return 0;
    for (int chunk = 0; chunk < plan->virtual_stages; chunk++) {
        bool is_last = training_is_last_chunk(plan, passes.stage, chunk);
        inputs += training_is_first_chunk(passes.stage, chunk) ? 0 : micro_batches;
        gradients += is_last ? 0 : micro_batches;
        logits += is_last ? micro_batches : 0;
    }
    /* The inputs of those in flight are what the first layer keeps. */
    inputs = fmax(0, inputs - most_in_flight(training, passes, true));
    double outputs = most_in_flight(training, passes, false);
    return plan_rank_hidden_bytes(training) * (inputs + outputs + gradients) + logits_bytes(training) * logits;
}

double fsdp_stages_cached_bytes(const TrainingSpec *training, int stage) {
    const PlanSpec *plan = &training->plan;
    double most = 0;
    for (int chunk = 0; chunk < plan->virtual_stages; chunk++)
        for (int index = 0; index < shard_unit_count(training, stage, chunk); index++) {
            ShardUnit unit = shard_unit_at(training, stage, chunk, index);
            most = fmax(most, shard_unit_parameters(training, &unit));
        }
    return GATHER_BUFFERS * activation_bytes(plan->precision) * most +
           training_gradient_bytes(plan) * stage_shard(training, stage);
}
