#include "models/workload/checkpoint.h"

#include "models/plan/layer_list_plan.h"
#include "models/plan/parameter_bytes.h"
#include "models/plan/plan_experts.h"
#include "models/plan/training_parameters.h"
#include "models/traffic/rank_gpus.h"
#include "sim/engine/check.h"

struct Checkpoint {
    HostGround ground;
    const SaveWork *work;
    int classes;
    bool asynchronous;
    ActivityId *writes; /* [class] */
    int writing;        /* classes that are not done */
    CheckpointWait *waiting;
};

double checkpoint_parameter_bytes(const JobSpec *job) {
    if (job->checkpoint.bytes_per_parameter > 0)
        return job->checkpoint.bytes_per_parameter;
    return training_weight_bytes(&job->training) + training_state_bytes(&job->training);
}

double checkpoint_gpu_bytes(const JobSpec *job, int stage) {
    const TrainingSpec *training = &job->training;
    /* Of experts that are spread over GPUs there are fewer copies. */
    double others = (double)plan_expert_span(&training->plan) - 1;
    double parameters =
        training_stage_trained_parameters(training, stage) + others * training_stage_expert_parameters(training, stage);
    double common_bytes = checkpoint_parameter_bytes(job) * parameters;
    return common_bytes / (double)plan_weight_copies(&training->plan) +
           layer_list_shard_parameters(training, stage) * LAYER_LIST_WEIGHT_BYTES;
}

const SaveWork *checkpoint_work(Arena *arena, const JobSpec *job, const RankClasses *ranks, Host *host) {
    SaveWork *work = ARENA_ARRAY(arena, ranks->class_count, SaveWork);
    int *gpus = ARENA_ARRAY(arena, job->gpus, int);
    for (int i = 0; i < ranks->class_count; i++) {
        const RankClass *class = &ranks->classes[i];
        StageRanks which = {class->replica_set, class->stage, class->members, class->member_count};
        int count = rank_gpus_of(ranks, &job->training.plan, &which, gpus);
        work[i].bytes = checkpoint_gpu_bytes(job, class->stage);
        work[i].leave = host_add(host, job->checkpoint.asynchronous ? HOST_FROM_GPU : HOST_SAVE, gpus, count);
        if (job->checkpoint.asynchronous)
            work[i].write = host_add(host, HOST_STORAGE_WRITE, gpus, count);
    }
    return work;
}

Checkpoint *checkpoint_create(const HostGround *ground, const JobSpec *job, const SaveWork *work, int classes) {
    Checkpoint *checkpoint = ARENA_NEW(ground->arena, Checkpoint);
    *checkpoint = (Checkpoint){.ground = *ground,
                               .work = work,
                               .classes = classes,
                               .asynchronous = job->checkpoint.asynchronous,
                               .writes = ARENA_ARRAY(ground->arena, classes, ActivityId)};
    return checkpoint;
}

const SaveWork *checkpoint_of_class(const Checkpoint *checkpoint, int class) {
    return &checkpoint->work[class];
}

const ShareWay *checkpoint_leave_way(const Checkpoint *checkpoint, int class) {
    return host_way(checkpoint->ground.host, checkpoint->work[class].leave);
}

static void on_written(Engine *engine, void *subject, uint64_t argument) {
    (void)engine, (void)argument;
    Checkpoint *checkpoint = subject;
    CheckpointWait *waiting = checkpoint->waiting;
    checkpoint->writing--;
    if (checkpoint->writing > 0 || waiting == NULL)
        return;
    checkpoint->waiting = NULL;
    task_graph_end_task(waiting->graph, waiting->task);
}

void checkpoint_write(Checkpoint *checkpoint) {
    CHECK(checkpoint->writing == 0);
    for (int i = 0; i < checkpoint->classes && checkpoint->asynchronous; i++) {
        checkpoint->writing++;
        checkpoint->writes[i] =
            fair_share_start(checkpoint->ground.share,
                             &(ActivitySpec){.amount = checkpoint->work[i].bytes,
                                             .way = host_way(checkpoint->ground.host, checkpoint->work[i].write),
                                             .owner = checkpoint->ground.owner,
                                             .done = {on_written, checkpoint, 0}});
    }
}

bool checkpoint_is_writing(const Checkpoint *checkpoint) {
    return checkpoint->writing > 0;
}

void checkpoint_stop(Checkpoint *checkpoint) {
    for (int i = 0; i < checkpoint->classes; i++)
        fair_share_cancel(checkpoint->ground.share, checkpoint->writes[i]);
}

static void on_nothing_left(Engine *engine, void *subject, uint64_t argument) {
    (void)engine, (void)argument;
    const CheckpointWait *wait = subject;
    task_graph_end_task(wait->graph, wait->task);
}

static void on_wait(Engine *engine, void *subject, uint64_t argument) {
    (void)argument;
    CheckpointWait *wait = subject;
    if (wait->checkpoint->writing > 0)
        wait->checkpoint->waiting = wait;
    else
        engine_schedule(engine, 0, 0, (Event){on_nothing_left, wait, 0});
}

Event checkpoint_wait_begin(CheckpointWait *wait) {
    return (Event){on_wait, wait, 0};
}
