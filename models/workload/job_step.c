#include "models/workload/job_step.h"

#include <stdlib.h>

#include "models/memory/training_memory.h"
#include "models/workload/overlap_slowdown.h"
#include "models/workload/pass_run.h"
#include "models/workload/quiet_tail.h"
#include "models/workload/training.h"
#include "sim/engine/fatal.h"

enum { SERIES_POINTS = 512, QUIET_ATTEMPTS = 3 };

static void create_streams(Step *step) {
    StreamId(*streams)[STREAM_KIND_COUNT] =
        arena_array(step->ground.arena, (size_t)step->ranks.class_count, sizeof *streams);
    for (int class = 0; class < step->ranks.class_count; class ++)
        for (int kind = 0; kind < STREAM_KIND_COUNT; kind++)
            streams[class][kind] = task_graph_add_stream(step->graph);
    step->streams = (const StreamId(*)[STREAM_KIND_COUNT])streams;
}

/* The representative's HBM, with everything in it that stays for the whole step. */
static Pool *create_memory(Engine *engine, const Workload *workload, const RankClass *class) {
    StageMemory memory = training_memory_of_stage(&workload->job->training, class->stage);
    Pool *pool = pool_create(engine, (int64_t)cluster_type(&workload->spec->cluster, class->node_type)->gpu.hbm_bytes);
    int64_t resident = (int64_t)(stage_memory_total_bytes(&memory) - memory.activations_bytes);
    ENGINE_CHECK(engine, pool_try(pool, resident));
    return pool;
}

static Series *observe_link(JobStep *self, const Traffic *traffic, LinkId link) {
    ResourceId resource;
    if (!traffic_resource(traffic, link, &resource))
        return NULL;
    Series *series = series_create(SERIES_POINTS, self->step.start);
    fair_share_observe(self->step.ground.share, resource, series);
    self->observed[self->observed_count++] = (ObservedLink){resource, series};
    return series;
}

static void create_class_states(JobStep *self, const Workload *workload) {
    Step *step = &self->step;
    Arena *arena = step->ground.arena;
    const Network *network = traffic_network(workload->traffic);
    int classes = step->ranks.class_count;
    step->memory = ARENA_ARRAY(arena, classes, Pool *);
    self->series = ARENA_ARRAY(arena, classes, ClassSeries);
    self->observed = ARENA_ARRAY(arena, 2 * classes, ObservedLink);
    for (int i = 0; i < classes && !workload->spec->only_times; i++) {
        const RankClass *class = &step->ranks.classes[i];
        /* Where members of a stage are alike on the links, only those of the first are always there. */
        int64_t rank = step->ranks.splits_members ? class->first_rank : class->first_rank - class->members[0];
        int gpu = step->ranks.rank_gpu[rank];
        ClassSeries *series = &self->series[i];
        if (workload->job->kind == JOB_TRAINING)
            step->memory[i] = create_memory(step->ground.engine, workload, class);
        series->memory = series_create(SERIES_POINTS, step->start);
        if (step->memory[i])
            pool_observe(step->memory[i], series->memory);
        series->nvlink = observe_link(self, workload->traffic, network_port_out(network, gpu));
        if (network->nics_per_node > 0)
            series->nic = observe_link(self, workload->traffic, network_nic_out(network, gpu));
    }
}

static void build_tasks(JobStep *self, const Workload *workload, SimTime quiet_until) {
    StepBuilder builder;
    step_builder_init(&builder, &self->step, workload->traffic);
    builder.quiet_until = quiet_until;
    switch (workload->job->kind) {
    case JOB_TRAINING:
        training_tasks_add(self->step.ground.arena, &builder, workload->spec, workload->job, &workload->training);
        break;
    case JOB_COLLECTIVE:
        collective_tasks_add(&builder, &workload->collective, &workload->job->collective);
        break;
    }
    if (workload->job->kind == JOB_TRAINING && workload->job->training.plan.overlap_slowdown)
        overlap_slowdown_add(&self->step, &workload->spec->cluster);
    self->endless = builder.endless;
    step_builder_finish(&builder);
}

static void forget_tasks(Step *step) {
    if (step->quiet != NULL)
        quiet_tail_destroy(step->quiet->tail);
    task_graph_destroy(step->graph);
    free(step->tasks);
    free(step->profiles);
    step->quiet = NULL;
    step->tasks = NULL;
    step->profiles = NULL;
    step->task_capacity = step->profile_count = step->profile_capacity = 0;
}

/* Where a task could meet a quiet transfer, all is built again, with fewer passes that are timed or in the end with
 * none.
 */
static void build_quietly(JobStep *self, const Workload *workload) {
    SimTime until = SIM_TIME_MAX;
    for (int attempt = 1; until > 0; attempt++) {
        build_tasks(self, workload, until);
        bool timed = self->step.quiet != NULL && self->step.quiet->tail != NULL;
        SimTime met = timed ? quiet_tail_first_meeting(self->step.quiet->tail) : SIM_TIME_MAX;
        if (met == SIM_TIME_MAX)
            return;
        until = attempt < QUIET_ATTEMPTS ? met : 0;
        forget_tasks(&self->step);
        self->step.graph = task_graph_create(self->step.ground.engine, self->step.ground.share);
        create_streams(&self->step);
    }
    build_tasks(self, workload, 0);
}

static void note_losses(Step *step) {
    step->owners = fair_share_owner_count(step->ground.share);
    if (step->owners == 0)
        return;
    step->lost_s = calloc((size_t)task_graph_count(step->graph) * step->owners, sizeof *step->lost_s);
    if (step->lost_s == NULL)
        fatal("out of memory for the losses of %d tasks to %u owners", task_graph_count(step->graph), step->owners);
    task_graph_note_losses(step->graph, step->ground.owner, step->lost_s);
}

JobStep *job_step_create(const StepGround *ground, const Workload *workload) {
    JobStep *self = ARENA_NEW(ground->arena, JobStep);
    self->step.ground = *ground;
    self->step.ranks = workload->ranks;
    self->step.graph = task_graph_create(ground->engine, ground->share);
    self->step.start = engine_now(ground->engine);
    create_streams(&self->step);
    create_class_states(self, workload);
    build_quietly(self, workload);
    note_losses(&self->step);
    return self;
}

void job_step_start(JobStep *self, Event done) {
    task_graph_start(self->step.graph, done);
    if (self->step.quiet != NULL && self->step.quiet->run != NULL)
        pass_run_start(self->step.quiet->run, self->step.graph);
}

void job_step_destroy(JobStep *self) {
    for (CollectiveRun *run = self->step.runs; run; run = run->next)
        collective_run_stop(run);
    for (int i = 0; i < self->observed_count; i++)
        fair_share_forget(self->step.ground.share, self->observed[i].resource, self->observed[i].series);
    for (int i = 0; i < self->step.ranks.class_count; i++) {
        pool_destroy(self->step.memory[i]);
        series_destroy(self->series[i].memory);
        series_destroy(self->series[i].nvlink);
        series_destroy(self->series[i].nic);
    }
    forget_tasks(&self->step);
    free(self->step.lost_s);
}
