#include "models/plan/layer_list_stages.h"

#include <inttypes.h>

static int64_t chunk_count(const PlanSpec *plan) {
    return plan->pipeline_parallel * plan->virtual_stages;
}

/* Of the chunk at a place in the order of a forward pass. */
static int64_t pieces_at(const TrainingSpec *training, int64_t place) {
    const PlanSpec *plan = &training->plan;
    if (plan->layers_per_stage_count)
        return plan->layers_per_stage[place];
    if (plan->split_layers)
        return plan->split_layers[place];
    int64_t pieces = layer_list_piece_count(&training->list), chunks = chunk_count(plan);
    return pieces * (place + 1) / chunks - pieces * place / chunks;
}

int64_t layer_list_stages_pieces(const TrainingSpec *training, int64_t stage, int64_t chunk) {
    return pieces_at(training, plan_virtual_stage(&training->plan, stage, chunk));
}

static const char *const A_PIECE =
    "a layer, a repeat of a block, or the branches that a sum outside a block joins, is one";

static void check_listed(const TrainingSpec *training, int64_t pieces, const char *path, ErrorList *errors) {
    const PlanSpec *plan = &training->plan;
    int64_t sum = 0, least = plan->layers_per_stage[0];
    for (int64_t i = 0; i < plan->layers_per_stage_count; i++) {
        sum += plan->layers_per_stage[i];
        least = plan->layers_per_stage[i] < least ? plan->layers_per_stage[i] : least;
    }
    if (plan->stage_split != STAGE_SPLIT_EVEN)
        error_list_add_key(errors, path, "plan.stage_split",
                           "found it beside layers_per_stage, expected one way to say what a stage holds");
    if (plan->layers_per_stage_count != chunk_count(plan))
        error_list_add_key(errors, path, "plan.layers_per_stage",
                           "found %" PRId64 " numbers, expected one for each of %" PRId64 " stages of %" PRId64
                           " chunks",
                           plan->layers_per_stage_count, plan->pipeline_parallel, plan->virtual_stages);
    else if (sum != pieces)
        error_list_add_key(errors, path, "plan.layers_per_stage",
                           "found %" PRId64 " in sum, expected the list's %" PRId64 " pieces: %s", sum, pieces,
                           A_PIECE);
    else if (least < 1)
        error_list_add_key(errors, path, "plan.layers_per_stage",
                           "found %" PRId64 ", expected at least 1 on every chunk", least);
}

void layer_list_stages_check(const TrainingSpec *training, const char *path, ErrorList *errors) {
    const PlanSpec *plan = &training->plan;
    int64_t pieces = layer_list_piece_count(&training->list);
    if (plan->layers_per_stage_count)
        check_listed(training, pieces, path, errors);
    else if (plan->pipeline_parallel > pieces || plan->virtual_stages > pieces || chunk_count(plan) > pieces)
        error_list_add_key(errors, path, "plan.pipeline_parallel",
                           "found %" PRId64 " stages of %" PRId64 " chunks, expected no more chunks than the list's "
                           "%" PRId64 " pieces: %s; fewer stages leave more GPUs for replicas",
                           plan->pipeline_parallel, plan->virtual_stages, pieces, A_PIECE);
    else if (plan->stage_split == STAGE_SPLIT_COST && pieces > LIST_SPLIT_PIECES_MAX)
        error_list_add_key(errors, path, "plan.stage_split",
                           "found cost with a list of %" PRId64 " pieces, expected at most %d: even and "
                           "layers_per_stage know no limit",
                           pieces, LIST_SPLIT_PIECES_MAX);
}

void layer_list_stages_resolve(TrainingSpec *training, Arena *arena) {
    int64_t chunks = chunk_count(&training->plan), piece = 0;
    if (chunks == 1)
        return;
    LayerRun run = layer_list_run(&training->list, arena);
    ListChunk *list = ARENA_ARRAY(arena, chunks, ListChunk);
    int first = 0;
    for (int64_t place = 0; place < chunks; place++) {
        piece += pieces_at(training, place);
        list[place] = layer_run_chunk(&run, first, run.piece_ends[piece - 1]);
        first = list[place].end;
    }
    training->plan.list_chunks = list;
}
