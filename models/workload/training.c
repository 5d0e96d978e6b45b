#include "models/workload/training.h"

#include <stdlib.h>

#include "models/workload/training_end.h"
#include "models/workload/training_memory.h"
#include "models/workload/training_passes.h"

enum { SERIES_POINTS = 512 };

static void create_streams(Arena *arena, Step *step) {
    StreamId(*streams)[STREAM_KIND_COUNT] = arena_array(arena, (size_t)step->ranks.class_count, sizeof *streams);
    for (int class = 0; class < step->ranks.class_count; class ++)
        for (int kind = 0; kind < STREAM_KIND_COUNT; kind++)
            streams[class][kind] = task_graph_add_stream(step->graph);
    step->streams = (const StreamId(*)[STREAM_KIND_COUNT])streams;
}

/* The representative's HBM, with everything in it that stays for the whole step. */
static Pool *create_memory(Engine *engine, const TrainingSpec *training, const RankClass *class, double hbm_bytes) {
    StageMemory memory = training_memory_of_stage(training, class->stage);
    Pool *pool = pool_create(engine, (int64_t)hbm_bytes);
    int64_t resident = (int64_t)(stage_memory_total_bytes(&memory) - memory.activations_bytes);
    ENGINE_CHECK(engine, pool_try(pool, resident));
    return pool;
}

static Series *observe_link(FairShare *share, const Traffic *traffic, LinkId link) {
    ResourceId resource;
    if (!traffic_resource(traffic, link, &resource))
        return NULL;
    Series *series = series_create(SERIES_POINTS);
    fair_share_observe(share, resource, series);
    return series;
}

static void create_class_states(TrainingStep *self, Arena *arena, Engine *engine, FairShare *share,
                                const SimulationSpec *spec) {
    Step *step = &self->step;
    int classes = step->ranks.class_count;
    step->memory = ARENA_ARRAY(arena, classes, Pool *);
    self->series = ARENA_ARRAY(arena, classes, ClassSeries);
    for (int i = 0; i < classes; i++) {
        const RankClass *class = &step->ranks.classes[i];
        /* Tensor ranks are alike on the links; the first of the group is the one whose links are always there. */
        int gpu = step->ranks.rank_gpu[class->first_rank - class->tensors[0]];
        const Network *network = self->traffic.network;
        ClassSeries *series = &self->series[i];
        step->memory[i] = create_memory(engine, &spec->jobs[0].training, class, spec->cluster.node.gpu.hbm_bytes);
        series->memory = series_create(SERIES_POINTS);
        pool_observe(step->memory[i], series->memory);
        series->nvlink = observe_link(share, self->traffic.traffic, network_port_out(network, gpu));
        if (network->nics_per_node > 0)
            series->nic = observe_link(share, self->traffic.traffic, network_nic_out(network, gpu));
    }
}

static void build_tasks(TrainingStep *self, Arena *arena, const SimulationSpec *spec, const JobSpec *job) {
    const PlanSpec *plan = &job->training.plan;
    /* Kernels follow each other for hours: the power-limited clock counts. */
    const GpuSpec gpu = gpu_sustained(&spec->cluster.node.gpu);
    Build build = {.arena = arena,
                   .gpu = &gpu,
                   .training = &job->training,
                   .plan = plan,
                   .traffic = &self->traffic,
                   .costs = training_costs_of(&job->training, &gpu),
                   .shape = plan_shape(plan)};
    step_builder_init(&build.builder, &self->step, self->traffic.traffic);
    build_init(&build);
    training_passes_add(&build);
    training_end_add(&build);
    self->endless = build.builder.endless;
    build_finish(&build);
}

TrainingStep *training_step_create(Arena *arena, Engine *engine, FairShare *share, const SimulationSpec *spec,
                                   const JobSpec *job) {
    TrainingStep *self = ARENA_NEW(arena, TrainingStep);
    self->step.ranks = rank_classes_create(arena, spec, job);
    self->step.graph = task_graph_create(engine, share);
    self->traffic = training_traffic_create(arena, spec, job, &self->step.ranks, share);
    create_streams(arena, &self->step);
    create_class_states(self, arena, engine, share, spec);
    build_tasks(self, arena, spec, job);
    task_graph_start(self->step.graph);
    return self;
}

void training_step_destroy(TrainingStep *self) {
    for (int i = 0; i < self->step.ranks.class_count; i++) {
        pool_destroy(self->step.memory[i]);
        series_destroy(self->series[i].memory);
        series_destroy(self->series[i].nvlink);
        series_destroy(self->series[i].nic);
    }
    task_graph_destroy(self->step.graph);
    free(self->step.tasks);
    free(self->step.profiles);
}
