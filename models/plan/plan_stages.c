#include "models/plan/plan_stages.h"

#include <inttypes.h>

#include "models/plan/layer_list_stages.h"

const char *stage_split_name(StageSplit split) {
    static const char *const NAMES[] = {
        [STAGE_SPLIT_EVEN] = "even", [STAGE_SPLIT_ENDS] = "ends", [STAGE_SPLIT_COST] = "cost"};
    return NAMES[split];
}

static bool embedding_counts(const PlanSpec *plan) {
    return plan->embedding_as_layer || plan->stage_split == STAGE_SPLIT_ENDS;
}

static bool head_counts(const PlanSpec *plan) {
    return plan->head_as_layer || plan->stage_split == STAGE_SPLIT_ENDS;
}

/* Megatron-LM counts the embedding and the head as layers that it then leaves out. */
static int64_t even_chunk_layers(const TrainingSpec *training, int64_t stage, int64_t chunk) {
    const PlanSpec *plan = &training->plan;
    int64_t place = plan_virtual_stage(plan, stage, chunk);
    bool first = place == 0, last = place == plan->pipeline_parallel * plan->virtual_stages - 1;
    int64_t layers = training->model.layers + embedding_counts(plan) + head_counts(plan);
    return layers / plan->pipeline_parallel / plan->virtual_stages - (first && embedding_counts(plan)) -
           (last && head_counts(plan));
}

int64_t plan_stages_layers(const TrainingSpec *training, int64_t stage, int64_t chunk) {
    const PlanSpec *plan = &training->plan;
    int64_t stages = plan->pipeline_parallel, layers = training->model.layers, even_stages = stages;
    if (training_family(training) == FAMILY_LAYERS)
        return layer_list_stages_pieces(training, stage, chunk);
    if (plan->layers_per_stage_count)
        return plan->layers_per_stage[plan_virtual_stage(plan, stage, chunk)];
    if (plan->split_layers)
        return plan->split_layers[plan_virtual_stage(plan, stage, chunk)];
    if (!plan->first_stage_layers && !plan->last_stage_layers)
        return even_chunk_layers(training, stage, chunk);
    if (stage == 0 && plan->first_stage_layers)
        return plan->first_stage_layers;
    if (stage == stages - 1 && plan->last_stage_layers)
        return plan->last_stage_layers;
    if (plan->first_stage_layers) {
        layers -= plan->first_stage_layers;
        even_stages--;
    }
    if (plan->last_stage_layers && stages > 1) {
        layers -= plan->last_stage_layers;
        even_stages--;
    }
    return even_stages > 0 ? layers / even_stages / plan->virtual_stages : 0;
}

/* Embedding and head are enough for a stage; a GPU without weights has nothing to train. */
void plan_stages_check_filled(const TrainingSpec *training, const char *key, const char *path, ErrorList *errors) {
    const PlanSpec *plan = &training->plan;
    int64_t last_stage = plan_shape(plan).v_shaped ? 0 : plan->pipeline_parallel - 1;
    for (int64_t stage = 1; stage < plan->pipeline_parallel; stage++) {
        int64_t layers = 0;
        for (int64_t chunk = 0; chunk < plan->virtual_stages; chunk++)
            layers += plan_stages_layers(training, stage, chunk);
        if (layers > 0 || stage == last_stage)
            continue;
        error_list_add_key(
            errors, path, key,
            "found no layers on stage %" PRId64 ", expected some on every stage without embedding or head", stage);
        return;
    }
}

/* Layers that are listed chunk by chunk. */
static void check_listed_layers(const TrainingSpec *training, const char *path, ErrorList *errors) {
    const PlanSpec *plan = &training->plan;
    int64_t chunks = plan->pipeline_parallel * plan->virtual_stages, sum = 0;
    for (int64_t i = 0; i < plan->layers_per_stage_count; i++)
        sum += plan->layers_per_stage[i];
    if (plan->first_stage_layers || plan->last_stage_layers || plan->embedding_as_layer || plan->head_as_layer)
        error_list_add_key(
            errors, path, "plan.layers_per_stage",
            "found it beside first_stage_layers, last_stage_layers, embedding_as_layer or head_as_layer, expected "
            "one way to say what a stage holds");
    if (plan->layers_per_stage_count != chunks)
        error_list_add_key(errors, path, "plan.layers_per_stage",
                           "found %" PRId64 " numbers, expected one for each of %" PRId64 " stages of %" PRId64
                           " chunks",
                           plan->layers_per_stage_count, plan->pipeline_parallel, plan->virtual_stages);
    else if (sum != training->model.layers)
        error_list_add_key(errors, path, "plan.layers_per_stage",
                           "found %" PRId64 " layers in sum, expected the model's %" PRId64, sum,
                           training->model.layers);
    else
        plan_stages_check_filled(training, "plan.layers_per_stage", path, errors);
}

static void check_divided_layers(const TrainingSpec *training, const char *path, ErrorList *errors) {
    const PlanSpec *plan = &training->plan;
    int64_t stages = plan->pipeline_parallel, chunks = stages * plan->virtual_stages, sum = 0;
    bool counts_ends = embedding_counts(plan) || head_counts(plan);
    int64_t most = training->model.layers + embedding_counts(plan) + head_counts(plan);
    bool good = true;
    for (int64_t i = 0; i < chunks && stages <= most && plan->virtual_stages <= most; i++) {
        int64_t layers = plan_stages_layers(training, i % stages, i / stages);
        sum += layers;
        good = good && layers >= 0;
    }
    /* Too many layers at the ends leave less than none in between. */
    if (sum != training->model.layers || !good)
        error_list_add_key(errors, path, "plan.pipeline_parallel",
                           "found %" PRId64 " stages of %" PRId64
                           " chunks, expected them to divide the model's %" PRId64 " layers%s",
                           stages, plan->virtual_stages, training->model.layers,
                           counts_ends ? " with the ends that count as one" : "");
    else
        plan_stages_check_filled(training, "plan.pipeline_parallel", path, errors);
}

/* What is dealt out by cost is settled later (stage_split.h), but not over any number of chunks. */
static void check_most_chunks(const TrainingSpec *training, const char *path, ErrorList *errors) {
    const PlanSpec *plan = &training->plan;
    int64_t layers = training->model.layers;
    if (plan->pipeline_parallel > layers + 2 || plan->virtual_stages > layers)
        error_list_add_key(errors, path, "plan.pipeline_parallel",
                           "found %" PRId64 " stages of %" PRId64 " chunks, expected no more than the model's %" PRId64
                           " layers",
                           plan->pipeline_parallel, plan->virtual_stages, layers);
}

void plan_stages_check(const TrainingSpec *training, const char *path, ErrorList *errors) {
    const PlanSpec *plan = &training->plan;
    bool unequal = plan->first_stage_layers || plan->last_stage_layers;
    bool as_layer = plan->embedding_as_layer || plan->head_as_layer;
    if (plan->stage_split != STAGE_SPLIT_EVEN && (plan->layers_per_stage_count || unequal || as_layer))
        error_list_add_key(errors, path, "plan.stage_split",
                           "found %s beside layers_per_stage, first_stage_layers, last_stage_layers, "
                           "embedding_as_layer or head_as_layer, expected one way to say what a stage holds",
                           stage_split_name(plan->stage_split));
    else if (plan->layers_per_stage_count)
        check_listed_layers(training, path, errors);
    else if (unequal && (plan->virtual_stages > 1 || plan->pipeline_parallel < 2 || as_layer))
        error_list_add_key(errors, path, "plan.first_stage_layers",
                           "found unequal stages, expected at least 2 stages and virtual_stages 1%s",
                           as_layer ? ", without embedding_as_layer and head_as_layer" : "");
    else if (plan->stage_split == STAGE_SPLIT_COST)
        check_most_chunks(training, path, errors);
    else
        check_divided_layers(training, path, errors);
}

static int64_t layers_at(const TrainingSpec *training, const PipelineShape *shape, int virtual_stage) {
    return plan_stages_layers(training, pipeline_stage_at(shape, virtual_stage),
                              pipeline_chunk_at(shape, virtual_stage));
}

const char *plan_stages_text(const TrainingSpec *training, Arena *arena) {
    const PlanSpec *plan = &training->plan;
    PipelineShape shape = plan_shape(plan);
    const char *text = "";
    int64_t run = 0;
    for (int i = 0; i < shape.stages * shape.chunks; i++) {
        bool more = i + 1 < shape.stages * shape.chunks;
        int64_t layers = layers_at(training, &shape, i), next = more ? layers_at(training, &shape, i + 1) : -1;
        run++;
        if (next == layers)
            continue;
        const char *times = run > 1 ? arena_format(arena, "%" PRId64 " x ", run) : "";
        text = arena_format(arena, "%s%s%" PRId64 "%s", text, times, layers, more ? ", " : "");
        run = 0;
    }
    return text;
}
