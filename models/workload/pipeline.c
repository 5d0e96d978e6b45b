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

int pipeline_pass_count(const PipelineShape *shape) {
    return 2 * shape->micro_batches * shape->chunks;
}

double pipeline_peak_in_flight(const PipelineShape *shape, const PipelinePass *passes, const double *chunk_weight) {
    double held = 0, peak = 0;
    for (int i = 0; i < pipeline_pass_count(shape); i++) {
        double weight = chunk_weight[passes[i].chunk];
        held += passes[i].kind == PASS_FORWARD ? weight : -weight;
        if (held > peak)
            peak = held;
    }
    return peak;
}
