#include "models/workload/training_input.h"

#include "models/workload/loader.h"

void training_input_add(Build *build, int set, const StreamSet *streams, int micro_batch) {
    const Step *step = build->builder->step;
    if (step->ground.loader == NULL)
        return;
    LoaderWait *wait = ARENA_NEW(build->arena, LoaderWait);
    *wait = (LoaderWait){.loader = step->ground.loader, .feed = set, .graph = step->graph};
    StepTask what = {.kind = BAR_INPUT_WAIT, .micro_batch = micro_batch, .chunk = -1, .category = LEDGER_DATA_LOADING};
    wait->task = step_builder_hold(build->builder, what, streams, loader_wait_begin(wait));
}
