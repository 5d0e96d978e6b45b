#include "models/workload/pipeline.h"

#include <string.h>

#define PIPELINE_SCHEDULE(word) extern const PipelineSchedule pipeline_##word;
#include "models/workload/pipelines/table.h"
#undef PIPELINE_SCHEDULE

#define PIPELINE_SCHEDULE(word) &pipeline_##word,
static const PipelineSchedule *const MENU[] = {
#include "models/workload/pipelines/table.h"
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

bool pipeline_sender(const PipelineShape *shape, int stage, const PipelinePass *pass, int *sender_stage,
                     PipelinePass *sender) {
    if (pass->kind == PASS_WEIGHT)
        return false;
    int virtual_stage = pass->chunk * shape->stages + stage;
    int from = pass->kind == PASS_FORWARD ? virtual_stage - 1 : virtual_stage + 1;
    if (from < 0 || from >= shape->stages * shape->chunks)
        return false;
    *sender_stage = from % shape->stages;
    *sender = (PipelinePass){pass->kind, pass->micro_batch, from / shape->stages};
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
