/*
 * How fast the task graph and fair_share are: a pipeline of short tasks on two streams, and staggered random flows over
 * the up and down links of 64 hosts. Prints a table of case, value, unit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sim/engine/task_graph.h"

enum { PIPELINE_TASKS = 1000000, HOSTS = 64 };

static double wall_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Two streams as two stages: task i of the second waits for task i of the first. */
static void bench_pipeline(void) {
    Engine *engine = engine_create(&(EngineSettings){.seed = 1});
    FairShare *share = fair_share_create(engine);
    double begin_s = wall_s();
    TaskGraph *graph = task_graph_create(engine, share);
    StreamId streams[2] = {task_graph_add_stream(graph), task_graph_add_stream(graph)};
    for (int i = 0; i < PIPELINE_TASKS / 2; i++) {
        TaskSpec spec = {.streams = &streams[0], .stream_count = 1, .duration = 2385 + i % 7};
        TaskId first = task_graph_add(graph, &spec);
        spec.streams = &streams[1];
        spec.dependencies = &first;
        spec.dependency_count = 1;
        task_graph_add(graph, &spec);
    }
    double built_s = wall_s();
    task_graph_start(graph, (Event){0});
    engine_run(engine);
    double end_s = wall_s();
    printf("%-34s %14.0f  tasks/s\n", "pipeline of 2 streams, build + run", PIPELINE_TASKS / (end_s - begin_s));
    printf("%-34s %14.0f  tasks/s\n", "pipeline of 2 streams, run", PIPELINE_TASKS / (end_s - built_s));
    task_graph_destroy(graph);
    fair_share_destroy(share);
    engine_destroy(engine);
}

typedef struct FlowBench {
    FairShare *share;
    uint64_t random;
    long changes;
} FlowBench;

static void flow_ended(Engine *engine, void *subject, uint64_t argument) {
    (void)engine, (void)argument;
    ((FlowBench *)subject)->changes++;
}

static void flow_starts(Engine *engine, void *subject, uint64_t argument) {
    (void)engine, (void)argument;
    FlowBench *bench = subject;
    ResourceId from = (ResourceId)(next_random(&bench->random) % HOSTS);
    ResourceId to = (ResourceId)((from + 1 + next_random(&bench->random) % (HOSTS - 1)) % HOSTS);
    const ResourceUse uses[] = {{from, 1.0}, {HOSTS + to, 1.0}};
    double amount = 1e9 + (double)(next_random(&bench->random) % 1000000000);
    ActivitySpec spec = {.amount = amount, .uses = uses, .use_count = 2, .done = {flow_ended, bench, 0}};
    fair_share_start(bench->share, &spec);
    bench->changes++;
}

/* Flows begin in the first simulated millisecond and take much longer, so that all are under way at once. */
static void bench_flows(int flow_count) {
    Engine *engine = engine_create(&(EngineSettings){.seed = 1});
    FlowBench bench = {fair_share_create(engine), 88172645463325252u, 0};
    for (int i = 0; i < 2 * HOSTS; i++)
        fair_share_add_resource(bench.share, 50e9);
    for (int i = 0; i < flow_count; i++) {
        SimTime start = (SimTime)(next_random(&bench.random) % 1000000);
        engine_schedule(engine, start, 0, (Event){flow_starts, &bench, (uint64_t)i});
    }
    double begin_s = wall_s();
    engine_run(engine);
    char name[64];
    snprintf(name, sizeof name, "%d staggered flows, %d hosts", flow_count, HOSTS);
    double passed_s = wall_s() - begin_s;
    printf("%-34s %14.0f  changes/s\n", name, (double)bench.changes / passed_s);
    printf("%-34s %14.3f  s\n", "  wall time", passed_s);
    fair_share_destroy(bench.share);
    engine_destroy(engine);
}

int main(int argc, char **argv) {
    printf("%-34s %14s  %s\n", "case", "value", "unit");
    bench_pipeline();
    bench_flows(1000);
    if (argc > 1)
        bench_flows(atoi(argv[1]));
    return 0;
}
