#include "models/workload/training_quiet.h"

#include "models/plan/pass_order.h"
#include "models/workload/pass_run.h"
#include "models/workload/quiet_tail.h"

/* Passes that meet others on links, or tasks: their times come out as they run. */
static QuietPasses *choose_to_run(const QuietPlan *plan, const StepGround *ground) {
    QuietPasses *quiet = quiet_passes_create(plan);
    if (quiet == NULL || !quiet_passes_time(quiet, SIM_TIME_MAX))
        return NULL;
    quiet->run = pass_run_create(quiet, plan->sketches, ground);
    return quiet;
}

void training_quiet_choose(Build *build, const TaskSketch *sketches) {
    Step *step = build->builder->step;
    const QuietPlan plan = {.arena = build->arena,
                            .share = step->ground.share,
                            .sketches = sketches,
                            .streams = step->streams,
                            .profiles = step->profiles,
                            .shape = build->shape,
                            .schedule = pipeline_find(build->plan->schedule),
                            .overlaps = build->plan->overlap_p2p,
                            .until = build->builder->quiet_until};
    step->quiet = plan.until > 0 ? quiet_tail_choose(&plan) : NULL;
    if (step->quiet == NULL)
        step->quiet = choose_to_run(&plan, &step->ground);
}

int training_quiet_first(const Build *build, int stage) {
    const QuietPasses *quiet = build->builder->step->quiet;
    return quiet != NULL ? quiet->counts[stage] : 0;
}

void training_quiet_list(const Build *build, PipelinePass *passes) {
    const QuietPasses *quiet = build->builder->step->quiet;
    if (quiet == NULL) {
        pass_order_of_all(build->plan, passes);
        return;
    }
    for (int stage = 0; stage < build->shape.stages; stage++)
        for (int i = stage * quiet->per_stage + quiet->counts[stage]; i < (stage + 1) * quiet->per_stage; i++)
            passes[i] = quiet_pass_at(quiet, i);
}

/* The end of quiet passes that are timed already, or that will run. */
static TaskId add_timer(Build *build, StepTask what, const StreamSet *streams, SimTime at) {
    return build->builder->step->quiet->run != NULL ? step_builder_await(build->builder, what, streams)
                                                    : step_builder_timer(build->builder, what, streams, at);
}

/* A stage is one class. */
void training_quiet_add_timers(Build *build, int stage) {
    const QuietPasses *quiet = build->builder->step->quiet;
    StreamSet streams = {.classes = &stage, .count = 1, .stream = STREAM_COMPUTE};
    if (quiet == NULL)
        return;
    int last = stage * quiet->per_stage + quiet->counts[stage] - 1;
    bool sends = !quiet->overlaps && quiet->passes[last].sent >= 0;
    StepTask what = {.gpu_class = stage, .micro_batch = last, .chunk = sends};
    TaskId left = add_timer(build, what, &streams, quiet->free_at[stage]);
    if (quiet->run != NULL)
        pass_run_tell_left(quiet->run, stage, left);
    if (!quiet->overlaps || quiet->sent_at[stage] == 0)
        return;
    while (quiet->passes[what.micro_batch].sent < 0)
        what.micro_batch--;
    what.chunk = true;
    streams.stream = STREAM_PIPELINE;
    TaskId sent = add_timer(build, what, &streams, quiet->sent_at[stage]);
    if (quiet->run != NULL)
        pass_run_tell_all_sent(quiet->run, stage, sent);
}

/* The end of a quiet message, as a task. */
static TaskId add_arrival(Build *build, int place) {
    const QuietPasses *quiet = build->builder->step->quiet;
    StepTask what = {.gpu_class = place / quiet->per_stage, .micro_batch = place, .chunk = true};
    TaskId arrived = add_timer(build, what, NULL, quiet->passes[place].sent);
    if (quiet->run != NULL)
        pass_run_tell_sent(quiet->run, place, arrived);
    return arrived;
}

static void connect_pass(Build *build, int stage, int place) {
    const QuietPasses *quiet = build->builder->step->quiet;
    int sender = quiet->passes[place].sender;
    if (sender < 0)
        return;
    PipelinePass pass = quiet_pass_at(quiet, place), sent = quiet_pass_at(quiet, sender);
    TaskId before = quiet->passes[sender].end >= 0
                        ? add_arrival(build, sender)
                        : build->pass_sent[build_pass_index(build, 0, sender / quiet->per_stage, &sent)];
    TaskId after = build->pass_first[build_pass_index(build, 0, stage, &pass)];
    task_graph_add_dependency(build->builder->step->graph, after, before);
}

void training_quiet_connect(Build *build) {
    const QuietPasses *quiet = build->builder->step->quiet;
    for (int stage = 0; stage < quiet->shape.stages; stage++)
        for (int i = quiet->counts[stage]; i < quiet->per_stage; i++)
            connect_pass(build, stage, stage * quiet->per_stage + i);
}
