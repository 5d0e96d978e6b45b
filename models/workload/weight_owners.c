#include "models/workload/weight_owners.h"

#include <stdlib.h>

#include "models/workload/layer_weights.h"
#include "models/workload/plan_experts.h"
#include "models/workload/training_parameters.h"
#include "sim/engine/check.h"
#include "sim/engine/error.h"

/* So many weights of so many parameters each, on one GPU of the tensor group. */
typedef struct WeightKind {
    double parameters;
    int64_t count;
} WeightKind;

/* Two tables, attention's two matrices, the MLP's; the vectors come after them. */
enum { MATRIX_KINDS = 5, KINDS_MAX = MATRIX_KINDS + 1 };

static int64_t stage_layers(const TrainingSpec *training, int stage) {
    int64_t layers = 0;
    for (int64_t chunk = 0; chunk < training->plan.virtual_stages; chunk++)
        layers += plan_chunk_layers(training, stage, chunk);
    return layers;
}

static int compare_kinds(const void *left, const void *right) {
    double a = ((const WeightKind *)left)->parameters, b = ((const WeightKind *)right)->parameters;
    return (a < b) - (a > b);
}

/* The matrices of a stage, largest first, then its vectors, which are what is left of its parameters. */
static void list_weights(const TrainingSpec *training, int stage, WeightKind *kinds) {
    const PlanSpec *plan = &training->plan;
    const TransformerSpec *model = &training->model;
    double hidden = (double)model->hidden, tensors = (double)plan->tensor_parallel;
    double query = (double)(model->heads * transformer_head_dim(model));
    double key_value = 2 * training_held_kv_heads(training) * (double)transformer_head_dim(model);
    int64_t layers = stage_layers(training, stage);
    bool has_head = training_is_last_chunk(plan, stage, (int)plan->virtual_stages - 1) &&
                    !(model->tied_embeddings && plan->pipeline_parallel == 1);
    double table = (double)model->vocab * hidden / tensors, left = training_stage_parameters(training, stage);
    const WeightKind matrices[MATRIX_KINDS] = {
        {table, training_is_first_chunk(stage, 0)},
        {table, has_head},
        {hidden * (query + key_value) / tensors, layers},
        {query * hidden / tensors, layers},
        {hidden * (double)transformer_ffn_hidden(model) / tensors, layers * (int64_t)transformer_mlp_matrices(model)}};
    for (int i = 0; i < MATRIX_KINDS; i++) {
        kinds[i] = matrices[i];
        left -= kinds[i].parameters * (double)kinds[i].count;
    }
    qsort(kinds, MATRIX_KINDS, sizeof *kinds, compare_kinds);
    kinds[MATRIX_KINDS] = (WeightKind){.count = layers * layer_weights_vectors(model)};
    kinds[MATRIX_KINDS].parameters = left / (double)kinds[MATRIX_KINDS].count;
}

/* Parameters of every owner so far; those from `used` on have none. */
typedef struct Loads {
    double *parameters;
    int owners;
    int used;
} Loads;

static int least_loaded(const Loads *loads) {
    int least = 0;
    if (loads->used < loads->owners)
        return loads->used;
    for (int owner = 1; owner < loads->owners; owner++)
        if (loads->parameters[owner] < loads->parameters[least])
            least = owner;
    return least;
}

static void give(Loads *loads, const WeightKind *kind) {
    for (int64_t i = 0; i < kind->count; i++) {
        int owner = least_loaded(loads);
        loads->used += owner == loads->used;
        loads->parameters[owner] += kind->parameters;
    }
}

static WeightOwners sum_up(const Loads *loads, int with_matrices) {
    WeightOwners owners = {.with_matrices = with_matrices, .with_vectors = loads->used - with_matrices};
    for (int owner = 0; owner < loads->used; owner++) {
        double parameters = loads->parameters[owner];
        *(owner < with_matrices ? &owners.matrix_parameters : &owners.vector_parameters) += parameters;
        if (parameters > owners.busiest_parameters)
            owners.busiest_parameters = parameters;
    }
    owners.matrix_parameters /= owners.with_matrices;
    if (owners.with_vectors > 0)
        owners.vector_parameters /= owners.with_vectors;
    return owners;
}

WeightOwners weight_owners_of_stage(const TrainingSpec *training, int stage) {
    CHECK(training->plan.zero_whole_weights);
    WeightKind kinds[KINDS_MAX];
    Loads loads = {.owners = (int)plan_shard_size(&training->plan)};
    loads.parameters = calloc((size_t)loads.owners, sizeof *loads.parameters);
    if (!loads.parameters)
        fatal("out of memory for %d owners of weights", loads.owners);
    list_weights(training, stage, kinds);
    for (int i = 0; i < MATRIX_KINDS; i++)
        give(&loads, &kinds[i]);
    int with_matrices = loads.used;
    give(&loads, &kinds[MATRIX_KINDS]);
    WeightOwners owners = sum_up(&loads, with_matrices);
    free(loads.parameters);
    return owners;
}

double weight_owners_parameters(const TrainingSpec *training, int stage) {
    const PlanSpec *plan = &training->plan;
    if (plan->zero_whole_weights)
        return weight_owners_of_stage(training, stage).busiest_parameters;
    double experts = training_stage_expert_parameters(training, stage);
    double others = training_stage_trained_parameters(training, stage) - experts;
    return others / (double)plan_shard_size(plan) + experts / (double)plan_expert_shard_size(plan);
}
