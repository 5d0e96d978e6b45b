/*
 * The bubble of each schedule on uniform stages without communication is (p-1)(f+b)/v, to the nanosecond; that of zb_h1
 * is what Qi et al. 2023 state in Table 2, and on uniform stages its step is never longer than that of 1f1b. Those of
 * zb_h2 and of chunks in a V are what their papers state.
 */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "models/plan/pipeline.h"
#include "sim/engine/random.h"
#include "sim/engine/task_graph.h"

/* Nanoseconds of the passes of one micro-batch and stage; a message delays what waits for it. */
typedef struct Lengths {
    SimTime pass[PASS_KIND_COUNT];
    SimTime message;
} Lengths;

static const Lengths ODD = {{1237, 1148, 1237}, 0}, EQUAL = {{1237, 1237, 1237}, 0};

typedef struct Run {
    Engine *engine;
    FairShare *share;
    TaskGraph *graph;
    PipelineShape shape;
    TaskId *tasks; /* [(virtual stage * micro-batches + micro-batch) * kinds + kind] */
} Run;

static TaskId *task_of(const Run *run, int virtual_stage, int micro_batch, PassKind kind) {
    size_t unit = (size_t)virtual_stage * (size_t)run->shape.micro_batches + (size_t)micro_batch;
    return &run->tasks[unit * PASS_KIND_COUNT + kind];
}

/* The backward pass includes what the schedule does not split off. */
static SimTime length_of(const PipelineSchedule *schedule, const Lengths *lengths, PassKind kind) {
    SimTime rest = kind == PASS_BACKWARD && !schedule->splits_backward ? lengths->pass[PASS_WEIGHT] : 0;
    return lengths->pass[kind] + rest;
}

static double bubble_fraction(const char *name, const PipelineShape *shape) {
    const PipelineSchedule *schedule = pipeline_find(name);
    return schedule->bubble_fraction(schedule, shape);
}

static void add_stage(Run *run, const PipelineSchedule *schedule, const Lengths *lengths, int stage) {
    StreamId stream = task_graph_add_stream(run->graph);
    int count = pipeline_pass_count(schedule, &run->shape);
    PipelinePass *passes = calloc((size_t)count, sizeof *passes);
    schedule->order(schedule, &run->shape, stage, passes);
    for (int i = 0; i < count; i++) {
        TaskSpec spec = {.streams = &stream, .stream_count = 1};
        spec.duration = length_of(schedule, lengths, passes[i].kind);
        int virtual_stage = pipeline_virtual_stage(&run->shape, stage, passes[i].chunk);
        *task_of(run, virtual_stage, passes[i].micro_batch, passes[i].kind) = task_graph_add(run->graph, &spec);
    }
    free(passes);
}

static void connect_by_message(Run *run, TaskId from, TaskId to, SimTime length) {
    TaskId message =
        task_graph_add(run->graph, &(TaskSpec){.dependencies = &from, .dependency_count = 1, .duration = length});
    task_graph_add_dependency(run->graph, to, message);
}

static void connect(Run *run, SimTime message) {
    int virtual_stages = run->shape.stages * run->shape.chunks;
    for (int i = 0; i + 1 < virtual_stages; i++)
        for (int j = 0; j < run->shape.micro_batches; j++) {
            connect_by_message(run, *task_of(run, i, j, PASS_FORWARD), *task_of(run, i + 1, j, PASS_FORWARD), message);
            connect_by_message(run, *task_of(run, i + 1, j, PASS_BACKWARD), *task_of(run, i, j, PASS_BACKWARD),
                               message);
        }
}

static void on_done(Engine *engine, void *subject, uint64_t argument) {
    (void)engine, (void)argument;
    *(bool *)subject = true;
}

static SimTime run_schedule(const char *name, PipelineShape shape, const Lengths *lengths) {
    const PipelineSchedule *schedule = pipeline_find(name);
    shape.v_shaped = schedule->v_shaped;
    size_t units = (size_t)shape.stages * (size_t)shape.chunks * (size_t)shape.micro_batches;
    Run run = {.engine = engine_create(&(EngineSettings){.seed = 1}), .shape = shape};
    run.share = fair_share_create(run.engine);
    run.graph = task_graph_create(run.engine, run.share);
    run.tasks = calloc(units * PASS_KIND_COUNT, sizeof *run.tasks);
    for (int stage = 0; stage < shape.stages; stage++)
        add_stage(&run, schedule, lengths, stage);
    connect(&run, lengths->message);
    bool done = false;
    task_graph_start(run.graph, (Event){on_done, &done, 0});
    engine_run(run.engine);
    cr_assert(done, "%s p=%d v=%d m=%d: passes wait for each other", name, shape.stages, shape.chunks,
              shape.micro_batches);
    SimTime end = engine_now(run.engine);
    task_graph_destroy(run.graph);
    fair_share_destroy(run.share);
    engine_destroy(run.engine);
    free(run.tasks);
    return end;
}

static SimTime busy_of(PipelineShape shape, const Lengths *lengths) {
    SimTime unit = lengths->pass[PASS_FORWARD] + lengths->pass[PASS_BACKWARD] + lengths->pass[PASS_WEIGHT];
    return unit * shape.micro_batches * shape.chunks;
}

static void check_bubble(const char *name, PipelineShape shape) {
    SimTime busy = busy_of(shape, &ODD), idle = run_schedule(name, shape, &ODD) - busy;
    SimTime unit = ODD.pass[PASS_FORWARD] + ODD.pass[PASS_BACKWARD] + ODD.pass[PASS_WEIGHT];
    cr_assert_eq(idle, unit * (shape.stages - 1), "%s p=%d v=%d m=%d: idle %ld ns", name, shape.stages, shape.chunks,
                 shape.micro_batches, (long)idle);
    cr_assert_float_eq((double)idle / (double)busy, bubble_fraction(name, &shape), 1e-12);
}

Test(pipeline_bubble, of_1f1b_is_exact) {
    for (int stages = 1; stages <= 16; stages *= 2)
        for (int micro_batches = stages; micro_batches <= 4 * stages; micro_batches += 3)
            check_bubble("1f1b", (PipelineShape){stages, 1, micro_batches, false});
}

Test(pipeline_bubble, of_gpipe_is_exact) {
    check_bubble("gpipe", (PipelineShape){7, 1, 11, false});
    check_bubble("gpipe", (PipelineShape){4, 1, 4, false});
}

Test(pipeline_bubble, of_interleaved_1f1b_is_exact) {
    for (int stages = 2; stages <= 8; stages++)
        for (int chunks = 2; chunks <= 4; chunks++)
            for (int groups = 1; groups <= 3; groups++)
                check_bubble("interleaved_1f1b", (PipelineShape){stages, chunks, groups * stages, false});
}

Test(pipeline_bubble, of_zb_h1_is_exact_for_equal_passes_and_every_number_of_micro_batches) {
    for (int stages = 2; stages <= 16; stages++)
        for (int micro_batches = 1; micro_batches <= 3 * stages; micro_batches++) {
            PipelineShape shape = {stages, 1, micro_batches, false};
            SimTime busy = busy_of(shape, &EQUAL), idle = run_schedule("zb_h1", shape, &EQUAL) - busy;
            cr_assert_float_eq((double)idle / (double)busy, bubble_fraction("zb_h1", &shape), 1e-12,
                               "p=%d m=%d: idle %ld ns", stages, micro_batches, (long)idle);
        }
}

/* Qi et al. 2023, Table 2: (p-1)(f+b-w), where 1f1b has (p-1)(f+b+w). */
Test(pipeline_bubble, of_zb_h1_is_that_of_the_paper) {
    const Lengths lengths = {{1237, 1559, 1148}, 0};
    for (int stages = 2; stages <= 16; stages++)
        for (int micro_batches = stages; micro_batches <= 3 * stages; micro_batches++) {
            PipelineShape shape = {stages, 1, micro_batches, false};
            SimTime idle = run_schedule("zb_h1", shape, &lengths) - busy_of(shape, &lengths);
            cr_assert_eq(idle, (SimTime)(1237 + 1559 - 1148) * (stages - 1), "p=%d m=%d: idle %ld ns", stages,
                         micro_batches, (long)idle);
        }
    PipelineShape shape = {8, 1, 24, false};
    cr_assert_float_eq(bubble_fraction("zb_h1", &shape), bubble_fraction("1f1b", &shape) / 3, 1e-12);
}

static PipelineShape shape_of(const char *name, int stages, int micro_batches) {
    bool v_shaped = pipeline_find(name)->v_shaped;
    return (PipelineShape){stages, v_shaped ? 2 : 1, micro_batches, v_shaped};
}

/* Passes of a stage for which it waits, of equal length. */
static double idle_passes(const char *name, int stages, int micro_batches) {
    PipelineShape shape = shape_of(name, stages, micro_batches);
    SimTime idle = run_schedule(name, shape, &EQUAL) - busy_of(shape, &EQUAL);
    return (double)idle / (double)EQUAL.pass[PASS_FORWARD];
}

static const char *const FILLED[] = {"zb_h2", "zb_v", "v_half", "v_min"};

Test(pipeline_bubble, of_filled_schedules_is_exact_for_equal_passes_and_every_number_of_micro_batches) {
    for (size_t i = 0; i < sizeof FILLED / sizeof *FILLED; i++)
        for (int stages = 2; stages <= 13; stages++)
            for (int micro_batches = 1; micro_batches <= 3 * stages; micro_batches += 2) {
                PipelineShape shape = shape_of(FILLED[i], stages, micro_batches);
                double busy = 3.0 * shape.chunks * micro_batches, idle = idle_passes(FILLED[i], stages, micro_batches);
                cr_assert_float_eq(idle / busy, bubble_fraction(FILLED[i], &shape), 1e-12,
                                   "%s p=%d m=%d: idle %g passes", FILLED[i], stages, micro_batches, idle);
            }
}

/* Qi et al. 2024 (arXiv 2405.15362): as bubble rates of 1f1b, V-Half, V-Min and V-ZB p/m, p/2m, 2p/3m and 0; so about
 * 6 p, 3 p, 4 p and no passes of half a stage. Theirs ends for each stage when it has nothing left to do, here all end
 * together: the start of the last stage, p - 1 passes, is left over. */
Test(pipeline_bubble, of_v_shapes_is_that_of_the_paper) {
    for (int stages = 2; stages <= 16; stages++)
        for (int micro_batches = 2 * stages; micro_batches <= 5 * stages; micro_batches += stages) {
            double half = idle_passes("v_half", stages, micro_batches),
                   min = idle_passes("v_min", stages, micro_batches);
            cr_expect_eq(idle_passes("zb_v", stages, micro_batches), stages - 1);
            cr_expect_eq(idle_passes("zb_h2", stages, micro_batches), stages - 1);
            cr_expect(half == 3 * stages - (stages % 2 ? 4 : 3), "p=%d m=%d: %g passes", stages, micro_batches, half);
            cr_expect(min == 4 * stages - (stages % 3 ? 5 : 3), "p=%d m=%d: %g passes", stages, micro_batches, min);
        }
}

/* The gaps of v_half leave room for passes that are not equally long; v_min has none, and pays for it in every
 * micro-batch. */
Test(pipeline_bubble, of_v_half_does_not_grow_with_micro_batches_of_unequal_passes) {
    const Lengths lengths = {{1237, 1559, 1148}, 0};
    for (int stages = 2; stages <= 12; stages++) {
        PipelineShape few = shape_of("v_half", stages, 2 * stages), many = shape_of("v_half", stages, 6 * stages);
        SimTime idle_few = run_schedule("v_half", few, &lengths) - busy_of(few, &lengths);
        SimTime idle_many = run_schedule("v_half", many, &lengths) - busy_of(many, &lengths);
        cr_expect_lt((double)idle_many, 1.05 * (double)idle_few, "p=%d: idle %ld and %ld ns", stages, (long)idle_few,
                     (long)idle_many);
    }
}

/* Uniform stages, whatever the lengths of the passes and messages. */
Test(pipeline_bubble, of_zb_h1_is_never_above_that_of_1f1b) {
    RandomStream *stream = random_stream_create(&(RandomName){.seed = 2385, .entity = "zb_h1", .purpose = "lengths"});
    for (int draw = 0; draw < 2000; draw++) {
        Lengths lengths = {.message = (SimTime)random_below(stream, 900)};
        for (int kind = 0; kind < PASS_KIND_COUNT; kind++)
            lengths.pass[kind] = 1 + (SimTime)random_below(stream, 3000);
        PipelineShape shape = {2 + (int)random_below(stream, 9), 1, 1 + (int)random_below(stream, 24), false};
        SimTime classic = run_schedule("1f1b", shape, &lengths), split = run_schedule("zb_h1", shape, &lengths);
        cr_assert_leq(split, classic, "f %ld b %ld w %ld message %ld p=%d m=%d: %ld above %ld",
                      (long)lengths.pass[PASS_FORWARD], (long)lengths.pass[PASS_BACKWARD],
                      (long)lengths.pass[PASS_WEIGHT], (long)lengths.message, shape.stages, shape.micro_batches,
                      (long)split, (long)classic);
    }
    random_stream_destroy(stream);
}
