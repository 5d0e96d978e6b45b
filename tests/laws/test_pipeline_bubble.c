/* The bubble of each schedule on uniform stages without communication is (p-1)/(vm) of the busy time, to the
 * nanosecond. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "models/workload/pipeline.h"
#include "sim/engine/task_graph.h"

enum { FORWARD_NS = 1237, BACKWARD_NS = 2385 };

typedef struct Run {
    Engine *engine;
    FairShare *share;
    TaskGraph *graph;
    PipelineShape shape;
    TaskId *tasks; /* [(virtual stage * micro-batches + micro-batch) * 2 + kind] */
} Run;

static size_t task_index(const Run *run, int virtual_stage, int micro_batch, PassKind kind) {
    return ((size_t)virtual_stage * (size_t)run->shape.micro_batches + (size_t)micro_batch) * 2 + kind;
}

static void add_stage(Run *run, const PipelineSchedule *schedule, int stage, PipelinePass *passes) {
    StreamId stream = task_graph_add_stream(run->graph);
    schedule->order(&run->shape, stage, passes);
    for (int i = 0; i < pipeline_pass_count(&run->shape); i++) {
        TaskSpec spec = {.streams = &stream, .stream_count = 1};
        spec.duration = passes[i].kind == PASS_FORWARD ? FORWARD_NS : BACKWARD_NS;
        int virtual_stage = passes[i].chunk * run->shape.stages + stage;
        run->tasks[task_index(run, virtual_stage, passes[i].micro_batch, passes[i].kind)] =
            task_graph_add(run->graph, &spec);
    }
}

static void connect(Run *run) {
    int virtual_stages = run->shape.stages * run->shape.chunks;
    for (int i = 0; i + 1 < virtual_stages; i++)
        for (int j = 0; j < run->shape.micro_batches; j++) {
            task_graph_add_dependency(run->graph, run->tasks[task_index(run, i + 1, j, PASS_FORWARD)],
                                      run->tasks[task_index(run, i, j, PASS_FORWARD)]);
            task_graph_add_dependency(run->graph, run->tasks[task_index(run, i, j, PASS_BACKWARD)],
                                      run->tasks[task_index(run, i + 1, j, PASS_BACKWARD)]);
        }
}

static void on_done(Engine *engine, void *subject, uint64_t argument) {
    (void)engine, (void)argument;
    *(bool *)subject = true;
}

static SimTime run_schedule(const PipelineSchedule *schedule, PipelineShape shape) {
    size_t passes = (size_t)pipeline_pass_count(&shape);
    Run run = {.engine = engine_create(&(EngineSettings){.seed = 1}), .shape = shape};
    run.share = fair_share_create(run.engine);
    run.graph = task_graph_create(run.engine, run.share);
    run.tasks = calloc(passes * (size_t)shape.stages, sizeof *run.tasks);
    PipelinePass *order = calloc(passes, sizeof *order);
    for (int stage = 0; stage < shape.stages; stage++)
        add_stage(&run, schedule, stage, order);
    connect(&run);
    bool done = false;
    task_graph_start(run.graph, (Event){on_done, &done, 0});
    engine_run(run.engine);
    cr_assert(done);
    SimTime end = engine_now(run.engine);
    task_graph_destroy(run.graph);
    fair_share_destroy(run.share);
    engine_destroy(run.engine);
    free(run.tasks);
    free(order);
    return end;
}

static void check_bubble(const char *name, PipelineShape shape) {
    const PipelineSchedule *schedule = pipeline_find(name);
    SimTime busy = (SimTime)(FORWARD_NS + BACKWARD_NS) * shape.micro_batches * shape.chunks;
    SimTime idle = run_schedule(schedule, shape) - busy;
    cr_assert_eq(idle, (SimTime)(FORWARD_NS + BACKWARD_NS) * (shape.stages - 1), "%s p=%d v=%d m=%d: idle %ld ns", name,
                 shape.stages, shape.chunks, shape.micro_batches, (long)idle);
    cr_assert_float_eq((double)idle / (double)busy, schedule->bubble_fraction(&shape), 1e-12);
}

Test(pipeline_bubble, of_1f1b_is_exact) {
    for (int stages = 1; stages <= 16; stages *= 2)
        for (int micro_batches = stages; micro_batches <= 4 * stages; micro_batches += 3)
            check_bubble("1f1b", (PipelineShape){stages, 1, micro_batches});
}

Test(pipeline_bubble, of_gpipe_is_exact) {
    check_bubble("gpipe", (PipelineShape){7, 1, 11});
    check_bubble("gpipe", (PipelineShape){4, 1, 4});
}

Test(pipeline_bubble, of_interleaved_1f1b_is_exact) {
    for (int stages = 2; stages <= 8; stages++)
        for (int chunks = 2; chunks <= 4; chunks++)
            for (int groups = 1; groups <= 3; groups++)
                check_bubble("interleaved_1f1b", (PipelineShape){stages, chunks, groups * stages});
}
