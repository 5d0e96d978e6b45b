#include "models/workload/training_offload.h"

#include "models/workload/offload.h"
#include "models/workload/training_parameters.h"

static StepTask offload_task(void) {
    return (StepTask){.kind = BAR_OFFLOAD, .micro_batch = -1, .chunk = -1, .category = LEDGER_OFFLOAD};
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
