#include "models/workload/training_offload.h"

#include "models/memory/activation_memory.h"
#include "models/plan/training_parameters.h"
#include "models/workload/offload.h"

static StepTask offload_task(void) {
    return (StepTask){.kind = BAR_OFFLOAD, .micro_batch = -1, .chunk = -1, .category = LEDGER_OFFLOAD};
}

bool training_offload_copies(const Build *build, PassKind kind, int64_t layers) {
    const Offload *offload = build->builder->step->ground.offload;
    return offload != NULL && offload->copies != NULL && kind != PASS_WEIGHT && layers > 0;
}

TaskId training_offload_begin(Build *build, const StreamSet *streams) {
    TaskId first = TASK_NONE;
    for (int i = 0; i < streams->count; i++) {
        StreamSet own = {.classes = &streams->classes[i], .count = 1, .stream = STREAM_COMPUTE};
        TaskId task = step_builder_join(build->builder, offload_task(), &own);
        first = i == 0 ? task : first;
    }
    return first;
}

TaskId training_offload_pass(Build *build, const OffloadPass *pass, TaskId end) {
    StepBuilder *builder = build->builder;
    const Offload *offload = builder->step->ground.offload;
    const OffloadCopies *copies = &offload->copies[pass->set * build->shape.stages + pass->stage];
    StepTask what = offload_task();
    StreamSet streams = pass->streams;
    what.micro_batch = pass->what.micro_batch;
    what.chunk = pass->what.chunk;
    streams.stream = STREAM_HOST;
    for (int i = 0; i < streams.count; i++)
        step_builder_after(builder, pass->begin + (TaskId)i);
    double bytes = training_offloaded_bytes(build->training, pass->layers);
    TaskId copy = step_builder_move(builder, what, &streams, bytes,
                                    host_way(offload->host, pass->kind == PASS_FORWARD ? copies->down : copies->up));
    step_builder_after(builder, end);
    step_builder_after(builder, copy);
    return step_builder_join(builder, what, &pass->streams);
}

bool training_offload_updates(const Build *build) {
    const Offload *offload = build->builder->step->ground.offload;
    return offload != NULL && offload->work != NULL;
}

static const OffloadWork *work_of(const Build *build, int stage, int group) {
    return &build->builder->step->ground.offload->work[stage * build->traffic->tensor_groups + group];
}

TaskId training_offload_gradients(Build *build, int stage, int group, double parameters) {
    const Host *host = build->builder->step->ground.offload->host;
    StreamSet streams = build_group_streams(build, stage, group, STREAM_HOST);
    return step_builder_move(build->builder, offload_task(), &streams, offload_down_bytes(build->plan, parameters),
                             host_way(host, work_of(build, stage, group)->down));
}

void training_offload_update(Build *build, int stage, int group, TaskId barrier) {
    const Host *host = build->builder->step->ground.offload->host;
    const OffloadWork *work = work_of(build, stage, group);
    double parameters = training_stage_parameters(build->training, stage);
    StepBuilder *builder = build->builder;
    StreamSet streams = build_group_streams(build, stage, group, STREAM_HOST);
    step_builder_after(builder, barrier);
    TaskId up = step_builder_move(builder, offload_task(), &streams, offload_up_bytes(build->plan, parameters),
                                  host_way(host, work->up));
    streams.stream = STREAM_COMPUTE;
    step_builder_move(builder, offload_task(), &streams, offload_update_bytes(build->plan, parameters),
                      host_way(host, work->update));
    step_builder_after(builder, up);
    step_builder_join(builder, offload_task(), &streams);
}
