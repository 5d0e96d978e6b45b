#include "models/workload/step_builder.h"

#include <stdlib.h>

#include "models/cost/work_profile.h"
#include "models/workload/quiet_tail.h"
#include "sim/engine/array.h"
#include "sim/engine/check.h"

void step_builder_init(StepBuilder *builder, Step *step, Traffic *traffic) {
    size_t capacity = 0;
    *builder = (StepBuilder){.step = step, .traffic = traffic};
    builder->streams = array_grow(NULL, &capacity, (size_t)step->ranks.class_count, sizeof *builder->streams);
}

void step_builder_finish(StepBuilder *builder) {
    free(builder->streams);
    free(builder->dependencies);
}

void step_builder_after(StepBuilder *builder, TaskId task) {
    if (task == TASK_NONE)
        return;
    builder->dependencies = array_grow(builder->dependencies, &builder->dependency_capacity,
                                       builder->dependency_count + 1, sizeof *builder->dependencies);
    builder->dependencies[builder->dependency_count++] = task;
}

int step_builder_profile(StepBuilder *builder, const WorkProfile *profile) {
    Step *step = builder->step;
    step->profiles =
        array_grow(step->profiles, &step->profile_capacity, step->profile_count + 1, sizeof *step->profiles);
    builder->endless = builder->endless || profile->endless;
    step->profiles[step->profile_count] = *profile;
    return (int)step->profile_count++;
}

/* Counts the time of a task; 0 when the step has become too long to be simulated. */
static SimTime count_time(StepBuilder *builder, double duration_s) {
    builder->total_s += duration_s;
    if (!(builder->total_s < WORK_MOST_S))
        builder->endless = true;
    return builder->endless ? 0 : sim_time_from_s(duration_s);
}

static TaskId sketch_task(TaskSketch *sketch, const StepTask *what, const TaskSpec *spec) {
    bool plain =
        spec->stream_count == 1 && spec->begin.action == NULL && spec->reserve == NULL && spec->release == NULL;
    for (int i = 0; i < spec->dependency_count; i++)
        plain = plain && spec->dependencies[i] < (TaskId)sketch->count;
    sketch->irregular = sketch->irregular || !plain || sketch->count == SKETCH_TASKS_MAX;
    if (sketch->irregular)
        return 0;
    sketch->tasks[sketch->count] = (SketchTask){*what, spec->duration, spec->amount, spec->way};
    return (TaskId)sketch->count++;
}

static TaskId add_task(StepBuilder *builder, const StepTask *what, TaskSpec *spec) {
    Step *step = builder->step;
    spec->dependencies = builder->dependencies;
    spec->dependency_count = (int)builder->dependency_count;
    builder->dependency_count = 0;
    if (builder->sketch != NULL)
        return sketch_task(builder->sketch, what, spec);
    TaskId task = task_graph_add(step->graph, spec);
    if (step->quiet != NULL && step->quiet->tail != NULL)
        quiet_tail_note(step->quiet->tail, spec);
    step->tasks = array_grow(step->tasks, &step->task_capacity, (size_t)task + 1, sizeof *step->tasks);
    step->tasks[task] = *what;
    return task;
}

TaskId step_builder_compute(StepBuilder *builder, StepTask what, PoolUse memory) {
    Step *step = builder->step;
    Pool *pool = step->memory[what.gpu_class];
    SimTime duration = ledger_sum(&step->profiles[what.profile].row);
    count_time(builder, sim_time_to_s(duration));
    what.stream = STREAM_COMPUTE;
    return add_task(builder, &what,
                    &(TaskSpec){.streams = &step->streams[what.gpu_class][STREAM_COMPUTE],
                                .stream_count = 1,
                                .duration = duration,
                                .reserve = memory.reserve_units ? pool : NULL,
                                .reserve_units = memory.reserve_units,
                                .release = memory.release_units ? pool : NULL,
                                .release_units = memory.release_units});
}

/* What all tasks on the streams have in common. */
static StepTask on_streams(StepBuilder *builder, StepTask what, const StreamSet *streams) {
    what.profile = -1;
    what.stream = streams->stream;
    what.gpu_class = streams->classes[0];
    for (int i = 0; i < streams->count; i++)
        builder->streams[i] = builder->step->streams[streams->classes[i]][streams->stream];
    return what;
}

TaskId step_builder_move(StepBuilder *builder, StepTask what, const StreamSet *streams, double amount,
                         const ShareWay *way) {
    what = on_streams(builder, what, streams);
    return add_task(
        builder, &what,
        &(TaskSpec){.streams = builder->streams, .stream_count = streams->count, .amount = amount, .way = way});
}

TaskId step_builder_occupy(StepBuilder *builder, StepTask what, const StreamSet *streams, double seconds) {
    what = on_streams(builder, what, streams);
    return add_task(builder, &what,
                    &(TaskSpec){.streams = builder->streams,
                                .stream_count = streams->count,
                                .duration = count_time(builder, seconds)});
}

TaskId step_builder_hold(StepBuilder *builder, StepTask what, const StreamSet *streams, Event begin) {
    what = on_streams(builder, what, streams);
    return add_task(builder, &what,
                    &(TaskSpec){.streams = builder->streams, .stream_count = streams->count, .begin = begin});
}

TaskId step_builder_hand_over(StepBuilder *builder, StepTask what, const StreamSet *streams, int operation,
                              Event begin) {
    what = on_streams(builder, what, streams);
    traffic_echo_ran(traffic_echo(builder->traffic), operation, 1);
    for (int leg = 0; leg < traffic_leg_count(builder->traffic, operation); leg++) {
        LinkKind link = traffic_leg(builder->traffic, operation, leg)->link;
        what.link = link > what.link ? link : what.link;
    }
    return add_task(builder, &what,
                    &(TaskSpec){.streams = builder->streams, .stream_count = streams->count, .begin = begin});
}

TaskId step_builder_communicate(StepBuilder *builder, StepTask what, const StreamSet *streams, int operation,
                                double times) {
    TaskId last = TASK_NONE;
    what = on_streams(builder, what, streams);
    traffic_echo_ran(traffic_echo(builder->traffic), operation, times);
    for (int leg_index = 0; leg_index < traffic_leg_count(builder->traffic, operation); leg_index++) {
        const TrafficLeg *leg = traffic_leg(builder->traffic, operation, leg_index);
        what.link = leg->link;
        step_builder_after(builder, last);
        last = add_task(builder, &what,
                        &(TaskSpec){.streams = builder->streams,
                                    .stream_count = streams->count,
                                    .duration = count_time(builder, leg->latency_s * times),
                                    .amount = leg->amount_bytes * times,
                                    .way = &leg->way});
    }
    CHECK(last != TASK_NONE);
    return last;
}

TaskId step_builder_join(StepBuilder *builder, StepTask what, const StreamSet *streams) {
    what = on_streams(builder, what, streams);
    return add_task(builder, &what, &(TaskSpec){.streams = builder->streams, .stream_count = streams->count});
}

/* Stands for quiet passes; `spec` has neither streams nor dependencies yet. */
static TaskId add_quiet(StepBuilder *builder, StepTask what, const StreamSet *streams, TaskSpec *spec) {
    int gpu_class = what.gpu_class;
    if (streams != NULL)
        what = on_streams(builder, what, streams);
    what.gpu_class = gpu_class;
    what.profile = STEP_QUIET;
    spec->streams = builder->streams;
    spec->stream_count = streams != NULL ? streams->count : 0;
    return add_task(builder, &what, spec);
}

TaskId step_builder_timer(StepBuilder *builder, StepTask what, const StreamSet *streams, SimTime duration) {
    return add_quiet(builder, what, streams, &(TaskSpec){.duration = duration});
}

static void wait_only(Engine *engine, void *subject, uint64_t argument) {
    (void)engine, (void)subject, (void)argument;
}

TaskId step_builder_await(StepBuilder *builder, StepTask what, const StreamSet *streams) {
    return add_quiet(builder, what, streams, &(TaskSpec){.begin = {.action = wait_only}});
}

TaskId step_builder_barrier(StepBuilder *builder) {
    Step *step = builder->step;
    StepTask what = {.gpu_class = -1, .kind = BAR_DATA_COMM, .micro_batch = -1, .chunk = -1, .profile = -1};
    what.category = LEDGER_COMM_DATA;
    for (int class = 0; class < step->ranks.class_count; class ++)
        builder->streams[class] = step->streams[class][STREAM_COMPUTE];
    return add_task(builder, &what, &(TaskSpec){.streams = builder->streams, .stream_count = step->ranks.class_count});
}
