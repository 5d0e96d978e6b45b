#include "models/plan/pipeline.h"

#include <string.h>

#define PIPELINE_SCHEDULE(word) extern const PipelineSchedule pipeline_##word;
#include "models/plan/pipelines/table.h"
#undef PIPELINE_SCHEDULE

#define PIPELINE_SCHEDULE(word) &pipeline_##word,
static const PipelineSchedule *const MENU[] = {
#include "models/plan/pipelines/table.h"
};
#undef PIPELINE_SCHEDULE

const PipelineSchedule *pipeline_at(size_t index) {
    return index < sizeof MENU / sizeof *MENU ? MENU[index] : NULL;
}

const PipelineSchedule *pipeline_find(const char *name) {
    for (size_t index = 0; pipeline_at(index); index++)
        if (strcmp(pipeline_at(index)->name, name) == 0)
            return pipeline_at(index);
    return NULL;
}

int pipeline_pass_count(const PipelineSchedule *schedule, const PipelineShape *shape) {
    return (schedule->splits_backward ? 3 : 2) * shape->micro_batches * shape->chunks;
}

int pipeline_virtual_stage(const PipelineShape *shape, int stage, int chunk) {
    bool turned = shape->v_shaped && chunk % 2 == 1;
    return chunk * shape->stages + (turned ? shape->stages - 1 - stage : stage);
}

int pipeline_stage_at(const PipelineShape *shape, int virtual_stage) {
    bool turned = shape->v_shaped && virtual_stage / shape->stages % 2 == 1;
    int place = virtual_stage % shape->stages;
    return turned ? shape->stages - 1 - place : place;
}

int pipeline_chunk_at(const PipelineShape *shape, int virtual_stage) {
    return virtual_stage / shape->stages;
}

PipelineHop pipeline_hop(const PipelineShape *shape, int stage, const PipelinePass *pass) {
    int from = pipeline_virtual_stage(shape, stage, pass->chunk);
    int to = pass->kind == PASS_FORWARD ? from + 1 : from - 1;
    if (pass->kind == PASS_WEIGHT || to < 0 || to >= shape->stages * shape->chunks)
        return HOP_NONE;
    if (shape->v_shaped && pipeline_stage_at(shape, to) == stage)
        return HOP_NONE;
    bool turned = shape->v_shaped && pass->chunk % 2 == 1;
    return (pass->kind == PASS_FORWARD) != turned ? HOP_NEXT : HOP_BEFORE;
}

bool pipeline_sender(const PipelineShape *shape, int stage, const PipelinePass *pass, int *sender_stage,
                     PipelinePass *sender) {
    if (pass->kind == PASS_WEIGHT)
        return false;
    int virtual_stage = pipeline_virtual_stage(shape, stage, pass->chunk);
    int from = pass->kind == PASS_FORWARD ? virtual_stage - 1 : virtual_stage + 1;
    if (from < 0 || from >= shape->stages * shape->chunks)
        return false;
    *sender_stage = pipeline_stage_at(shape, from);
    *sender = (PipelinePass){pass->kind, pass->micro_batch, pipeline_chunk_at(shape, from)};
    return true;
}

double pipeline_peak_held(const PipelinePass *passes, int pass_count, const PassHold *holds) {
    double held = 0, peak = 0;
    for (int i = 0; i < pass_count; i++) {
        const PassHold *hold = &holds[passes[i].chunk];
        const double change[PASS_KIND_COUNT] = {hold->forward, hold->weight - hold->forward, -hold->weight};
        held += change[passes[i].kind];
        if (held > peak)
            peak = held;
    }
    return peak;
}
