#include "models/plan/weight_owners.h"

#include <stdlib.h>

#include "models/plan/layer_weights.h"
#include "models/plan/plan_experts.h"
#include "models/plan/plan_stages.h"
#include "models/plan/training_parameters.h"
#include "sim/engine/check.h"
#include "sim/engine/error.h"

/* So many weights of so many parameters each, on one GPU of the tensor group. */
typedef struct WeightKind {
    double parameters;
    int64_t count;
} WeightKind;

/* Of a dense layer without latent attention: attention in and out, MLP up and down. */
enum { LAYER_MATRIX_KINDS = 4 };

/* Two tables and the layers' matrices; the vectors come after them. */
enum { MATRIX_KINDS = 2 + LAYER_MATRIX_KINDS, KINDS_MAX = MATRIX_KINDS + 1 };

static int64_t stage_layers(const TrainingSpec *training, int stage) {
    int64_t layers = 0;
    for (int64_t chunk = 0; chunk < training->plan.virtual_stages; chunk++)
        layers += plan_stages_layers(training, stage, chunk);
    return layers;
}

static int compare_kinds(const void *left, const void *right) {
    double a = ((const WeightKind *)left)->parameters, b = ((const WeightKind *)right)->parameters;
    return (a < b) - (a > b);
}

/* The first chunk's table for words, the last one's for the head. */
static void list_tables(const TrainingSpec *training, int stage, WeightKind kinds[2]) {
    const PlanSpec *plan = &training->plan;
    const TransformerSpec *model = &training->model;
    bool has_head = training_is_last_chunk(plan, stage, (int)plan->virtual_stages - 1) &&
                    (!model->tied_embeddings || training_copies_table(training));
    double table = (double)model->vocab * (double)model->hidden / (double)plan->tensor_parallel;
    kinds[0] = (WeightKind){table, training_is_first_chunk(stage, 0)};
    kinds[1] = (WeightKind){table, has_head};
}

/* The matrices of a stage, largest first, then its vectors, which are what is left of its parameters. */
static void list_weights(const TrainingSpec *training, int stage, WeightKind kinds[KINDS_MAX]) {
    int64_t layers = stage_layers(training, stage);
    CHECK(layer_weights_count(training) == LAYER_MATRIX_KINDS);
    list_tables(training, stage, kinds);
    for (int i = 0; i < LAYER_MATRIX_KINDS; i++) {
        int64_t matrices = layer_weights_unfused_in(training, i);
        kinds[2 + i] = (WeightKind){layer_weights_at(training, i) / (double)matrices, layers * matrices};
    }
    double left = training_stage_parameters(training, stage);
    for (int i = 0; i < MATRIX_KINDS; i++)
        left -= kinds[i].parameters * (double)kinds[i].count;
    qsort(kinds, MATRIX_KINDS, sizeof *kinds, compare_kinds);
    int64_t vectors = layers * layer_weights_vectors(&training->model);
    vectors = vectors > 0 ? vectors : left >= 1; /* of the ends without a layer */
    kinds[MATRIX_KINDS] = (WeightKind){vectors > 0 ? left / (double)vectors : 0, vectors};
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
    if (owners.with_matrices > 0)
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
