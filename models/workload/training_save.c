#include "models/workload/training_save.h"

#include "models/workload/checkpoint.h"

void training_save_add(Build *build) {
    StepBuilder *builder = build->builder;
    const Step *step = builder->step;
    Checkpoint *checkpoint = step->ground.checkpoint;
    if (checkpoint == NULL)
        return;
    StepTask what = {.kind = BAR_CHECKPOINT, .micro_batch = -1, .chunk = -1, .category = LEDGER_CHECKPOINT};
    for (int class = 0; class < step->ranks.class_count; class ++)
        build->class_list[class] = class;
    StreamSet all = {.classes = build->class_list, .count = step->ranks.class_count, .stream = STREAM_COMPUTE};
    CheckpointWait *wait = ARENA_NEW(build->arena, CheckpointWait);
    *wait = (CheckpointWait){.checkpoint = checkpoint, .graph = step->graph};
    wait->task = step_builder_hold(builder, what, &all, checkpoint_wait_begin(wait));
    for (int class = 0; class < step->ranks.class_count; class ++) {
        StreamSet own = {.classes = &class, .count = 1, .stream = STREAM_COMPUTE};
        step_builder_move(builder, what, &own, checkpoint_of_class(checkpoint, class)->bytes,
                          checkpoint_leave_way(checkpoint, class));
    }
    step_builder_barrier(builder);
}
