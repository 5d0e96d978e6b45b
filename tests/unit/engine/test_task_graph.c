#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "sim/engine/task_graph.h"

typedef struct Bed {
    Engine *engine;
    FairShare *share;
    TaskGraph *graph;
    bool done;
} Bed;

static Bed bed_create(void) {
    Engine *engine = engine_create(&(EngineSettings){.seed = 1});
    FairShare *share = fair_share_create(engine);
    return (Bed){engine, share, task_graph_create(engine, share), false};
}

static void bed_destroy(Bed *bed) {
    task_graph_destroy(bed->graph);
    fair_share_destroy(bed->share);
    engine_destroy(bed->engine);
}

static void on_done(Engine *engine, void *subject, uint64_t argument) {
    (void)engine, (void)argument;
    ((Bed *)subject)->done = true;
}

static void bed_run(Bed *bed) {
    task_graph_start(bed->graph, (Event){on_done, bed, 0});
    engine_run(bed->engine);
}

/* Adds a task of `duration` ns on one stream that waits for one task; TASK_NONE = for nothing. */
static TaskId add_on(Bed *bed, StreamId stream, SimTime duration, TaskId after) {
    return task_graph_add(bed->graph, &(TaskSpec){.streams = &stream,
                                                  .stream_count = 1,
                                                  .dependencies = &after,
                                                  .dependency_count = after != TASK_NONE,
                                                  .duration = duration});
}

static TaskId add_free(Bed *bed, SimTime duration, TaskId after) {
    return task_graph_add(
        bed->graph, &(TaskSpec){.dependencies = &after, .dependency_count = after != TASK_NONE, .duration = duration});
}

static void expect_span(const Bed *bed, TaskId task, SimTime start, SimTime end) {
    TaskRecord record = task_graph_record(bed->graph, task);
    cr_expect(record.start == start && record.end == end, "task %u: %lld..%lld, expected %lld..%lld", task,
              (long long)record.start, (long long)record.end, (long long)start, (long long)end);
}

static void expect_release(const Bed *bed, TaskId task, TaskRelease release, TaskId by) {
    TaskRecord record = task_graph_record(bed->graph, task);
    cr_expect(record.release == release && record.released_by == by, "task %u: %d by %u, expected %d by %u", task,
              record.release, record.released_by, release, by);
}

Test(task_graph, tasks_of_one_stream_run_in_order_without_gaps) {
    Bed bed = bed_create();
    StreamId stream = task_graph_add_stream(bed.graph);
    TaskId a = add_on(&bed, stream, 2385, TASK_NONE), b = add_on(&bed, stream, 0, TASK_NONE);
    TaskId c = add_on(&bed, stream, 77, TASK_NONE);
    bed_run(&bed);
    expect_span(&bed, a, 0, 2385);
    expect_span(&bed, b, 2385, 2385);
    expect_span(&bed, c, 2385, 2462);
    expect_release(&bed, a, TASK_RELEASED_AT_START, TASK_NONE);
    expect_release(&bed, b, TASK_RELEASED_BY_STREAM, a);
    expect_release(&bed, c, TASK_RELEASED_BY_STREAM, b);
    cr_expect(eq(int, task_graph_count(bed.graph), 3));
    cr_expect(bed.done);
    cr_expect(eq(int, task_graph_stream_count(bed.graph, stream), 3));
    cr_expect(eq(u32, task_graph_stream_task(bed.graph, stream, 2), c));
    bed_destroy(&bed);
}

/* The first of a stream waits for the other stream, and holds up the ready task behind it. */
Test(task_graph, a_task_that_waits_at_the_head_holds_its_stream) {
    Bed bed = bed_create();
    StreamId one = task_graph_add_stream(bed.graph), two = task_graph_add_stream(bed.graph);
    TaskId slow = add_on(&bed, one, 500, TASK_NONE);
    TaskId waits = add_on(&bed, two, 30, slow), behind = add_on(&bed, two, 7, TASK_NONE);
    bed_run(&bed);
    expect_span(&bed, waits, 500, 530);
    expect_span(&bed, behind, 530, 537);
    expect_release(&bed, waits, TASK_RELEASED_BY_DEPENDENCY, slow);
    expect_release(&bed, behind, TASK_RELEASED_BY_STREAM, waits);
    bed_destroy(&bed);
}

Test(task_graph, a_task_is_released_by_the_latest_of_its_dependencies) {
    Bed bed = bed_create();
    TaskId a = add_free(&bed, 90, TASK_NONE), b = add_free(&bed, 300, TASK_NONE), c = add_free(&bed, 120, TASK_NONE);
    const TaskId all[] = {a, b, c};
    TaskId join = task_graph_add(bed.graph, &(TaskSpec){.dependencies = all, .dependency_count = 3, .label = 42});
    bed_run(&bed);
    expect_span(&bed, join, 300, 300);
    expect_release(&bed, join, TASK_RELEASED_BY_DEPENDENCY, b);
    cr_expect(eq(u32, task_graph_record(bed.graph, join).label, 42));
    bed_destroy(&bed);
}

Test(task_graph, at_equal_ends_a_dependency_counts_before_a_stream_and_a_smaller_id_before_a_larger) {
    Bed bed = bed_create();
    StreamId stream = task_graph_add_stream(bed.graph);
    TaskId before = add_on(&bed, stream, 100, TASK_NONE);
    TaskId first = add_free(&bed, 60, TASK_NONE), small = add_free(&bed, 100, TASK_NONE);
    TaskId large = add_free(&bed, 40, first);
    const TaskId both[] = {large, small};
    TaskId join = task_graph_add(
        bed.graph, &(TaskSpec){.streams = &stream, .stream_count = 1, .dependencies = both, .dependency_count = 2});
    bed_run(&bed);
    expect_span(&bed, join, 100, 100);
    expect_release(&bed, join, TASK_RELEASED_BY_DEPENDENCY, small);
    expect_release(&bed, before, TASK_RELEASED_AT_START, TASK_NONE);
    bed_destroy(&bed);
}

/* Streams come free at 10, 250 and 40; the collective holds each from there on. */
Test(task_graph, a_collective_starts_when_the_last_of_its_streams_arrives_and_holds_them_all) {
    Bed bed = bed_create();
    StreamId streams[3];
    TaskId before[3], after[3];
    const SimTime arrival[] = {10, 250, 40};
    for (int i = 0; i < 3; i++) {
        streams[i] = task_graph_add_stream(bed.graph);
        before[i] = add_on(&bed, streams[i], arrival[i], TASK_NONE);
    }
    TaskId collective = task_graph_add(bed.graph, &(TaskSpec){.streams = streams, .stream_count = 3, .duration = 1000});
    for (int i = 0; i < 3; i++)
        after[i] = add_on(&bed, streams[i], 5, TASK_NONE);
    bed_run(&bed);
    expect_span(&bed, collective, 250, 1250);
    expect_release(&bed, collective, TASK_RELEASED_BY_STREAM, before[1]);
    for (int i = 0; i < 3; i++) {
        expect_span(&bed, after[i], 1250, 1255);
        expect_release(&bed, after[i], TASK_RELEASED_BY_STREAM, collective);
    }
    bed_destroy(&bed);
}

Test(task_graph, transfers_share_a_link_after_their_latency) {
    Bed bed = bed_create();
    const ResourceUse link = {fair_share_add_resource(bed.share, 2.0), 1.0};
    TaskSpec spec = {.duration = 500000000, .amount = 3.0, .uses = &link, .use_count = 1};
    TaskId first = task_graph_add(bed.graph, &spec), second = task_graph_add(bed.graph, &spec);
    spec.amount = 1.0;
    spec.cap_per_s = 0.5;
    spec.duration = 0;
    spec.dependencies = &first;
    spec.dependency_count = 1;
    TaskId capped = task_graph_add(bed.graph, &spec);
    bed_run(&bed);
    expect_span(&bed, first, 0, 3500000000);
    expect_span(&bed, second, 0, 3500000000);
    expect_span(&bed, capped, 3500000000, 5500000000);
    cr_expect(eq(dbl, fair_share_served(bed.share, link.resource), 7.0));
    bed_destroy(&bed);
}

/* Three buffers of 4 in a pool of 10: the third waits until the first to finish gives its own back. */
Test(task_graph, a_reservation_waits_for_the_task_that_gives_units_back) {
    Bed bed = bed_create();
    Pool *pool = pool_create(bed.engine, 10);
    const SimTime durations[] = {700, 300, 50};
    TaskId tasks[3];
    for (int i = 0; i < 3; i++) {
        TaskSpec spec = {.duration = durations[i], .reserve = pool, .reserve_units = 4, .release = pool};
        spec.release_units = 4;
        tasks[i] = task_graph_add(bed.graph, &spec);
    }
    bed_run(&bed);
    expect_span(&bed, tasks[0], 0, 700);
    expect_span(&bed, tasks[1], 0, 300);
    expect_span(&bed, tasks[2], 300, 350);
    expect_release(&bed, tasks[1], TASK_RELEASED_AT_START, TASK_NONE);
    expect_release(&bed, tasks[2], TASK_RELEASED_BY_POOL, tasks[1]);
    cr_expect(eq(i64, pool_used(pool), 0));
    cr_expect(eq(i64, pool_peak(pool), 8));
    pool_destroy(pool);
    bed_destroy(&bed);
}

/* All end at 100: the first gives too little, the second enough, the third after the wait is over. */
Test(task_graph, giving_back_too_little_releases_nobody) {
    Bed bed = bed_create();
    Pool *pool = pool_create(bed.engine, 10);
    cr_assert(pool_try(pool, 10));
    TaskSpec giver = {.duration = 100, .release = pool, .release_units = 2};
    task_graph_add(bed.graph, &giver);
    giver.release_units = 5;
    TaskId enough = task_graph_add(bed.graph, &giver);
    giver.release_units = 1;
    task_graph_add(bed.graph, &giver);
    TaskSpec taker = {.duration = 9, .reserve = pool, .reserve_units = 7};
    TaskId task = task_graph_add(bed.graph, &taker);
    bed_run(&bed);
    expect_span(&bed, task, 100, 109);
    expect_release(&bed, task, TASK_RELEASED_BY_POOL, enough);
    cr_expect(bed.done);
    pool_destroy(pool);
    bed_destroy(&bed);
}

/* The units are asked for only once the stream is there: the other task takes them at 0 although it was added later. */
Test(task_graph, units_are_asked_for_only_when_everything_else_is_ready) {
    Bed bed = bed_create();
    Pool *pool = pool_create(bed.engine, 6);
    TaskId gate = add_free(&bed, 80, TASK_NONE);
    TaskSpec spec = {.duration = 200, .reserve = pool, .reserve_units = 6, .release = pool, .release_units = 6};
    TaskSpec gated = spec;
    gated.dependencies = &gate;
    gated.dependency_count = 1;
    TaskId waits = task_graph_add(bed.graph, &gated), takes = task_graph_add(bed.graph, &spec);
    bed_run(&bed);
    expect_span(&bed, takes, 0, 200);
    expect_span(&bed, waits, 200, 400);
    expect_release(&bed, waits, TASK_RELEASED_BY_POOL, takes);
    pool_destroy(pool);
    bed_destroy(&bed);
}

static void give_three(Engine *engine, void *subject, uint64_t argument) {
    (void)engine, (void)argument;
    pool_release(subject, 3);
}

Test(task_graph, units_from_outside_the_graph_name_no_task) {
    Bed bed = bed_create();
    Pool *pool = pool_create(bed.engine, 4);
    cr_assert(pool_try(pool, 4));
    TaskId giver = task_graph_add(bed.graph, &(TaskSpec){.duration = 20, .release = pool, .release_units = 1});
    TaskSpec taker = {.duration = 8, .reserve = pool, .reserve_units = 1};
    TaskId first = task_graph_add(bed.graph, &taker), second = task_graph_add(bed.graph, &taker);
    engine_schedule(bed.engine, 55, 0, (Event){give_three, pool, 0});
    bed_run(&bed);
    expect_span(&bed, first, 20, 28);
    expect_release(&bed, first, TASK_RELEASED_BY_POOL, giver);
    expect_span(&bed, second, 55, 63);
    expect_release(&bed, second, TASK_RELEASED_BY_POOL, TASK_NONE);
    pool_destroy(pool);
    bed_destroy(&bed);
}

Test(task_graph, a_circle_leaves_its_tasks_and_those_behind_undone) {
    Bed bed = bed_create();
    TaskId fine = add_free(&bed, 11, TASK_NONE), a = add_free(&bed, 22, fine);
    TaskId b = add_free(&bed, 33, a), behind = add_free(&bed, 44, b);
    task_graph_add_dependency(bed.graph, a, b);
    bed_run(&bed);
    cr_expect(eq(int, task_graph_count(bed.graph), 4));
    cr_expect_not(bed.done);
    expect_span(&bed, fine, 0, 11);
    expect_span(&bed, a, -1, -1);
    expect_span(&bed, behind, -1, -1);
    bed_destroy(&bed);
}

Test(task_graph, a_dependency_may_point_to_a_task_added_later) {
    Bed bed = bed_create();
    TaskId first = add_free(&bed, 5, TASK_NONE), second = add_free(&bed, 600, TASK_NONE);
    task_graph_add_dependency(bed.graph, first, second);
    bed_run(&bed);
    expect_span(&bed, first, 600, 605);
    expect_release(&bed, first, TASK_RELEASED_BY_DEPENDENCY, second);
    bed_destroy(&bed);
}

/* Two stages, four micro-batches, 30 and 50 ns: 30 + 4 * 50. Backwards from the end the chain has no gaps. */
Test(task_graph, the_chain_of_releases_is_the_critical_path) {
    Bed bed = bed_create();
    StreamId one = task_graph_add_stream(bed.graph), two = task_graph_add_stream(bed.graph);
    TaskId last = TASK_NONE;
    for (int i = 0; i < 4; i++)
        last = add_on(&bed, two, 50, add_on(&bed, one, 30, TASK_NONE));
    bed_run(&bed);
    expect_span(&bed, last, 180, 230);
    SimTime at = 230;
    int steps = 0;
    TaskRecord record = task_graph_record(bed.graph, last);
    for (; record.released_by != TASK_NONE; record = task_graph_record(bed.graph, record.released_by), steps++) {
        cr_expect(eq(i64, record.end, at));
        at = record.start;
    }
    cr_expect(eq(i64, record.end, at));
    cr_expect(eq(i64, record.start, 0));
    cr_expect(eq(int, steps, 4));
    bed_destroy(&bed);
}

/* A recursion per task would not survive this. */
Test(task_graph, a_long_chain_of_tasks_without_duration_ends_at_once) {
    Bed bed = bed_create();
    TaskId last = TASK_NONE;
    for (int i = 0; i < 300000; i++)
        last = add_free(&bed, 0, last);
    bed_run(&bed);
    expect_span(&bed, last, 0, 0);
    cr_expect(bed.done);
    bed_destroy(&bed);
}

typedef struct Outsider {
    Bed *bed;
    TaskId task;
} Outsider;

static void end_outside(Engine *engine, void *subject, uint64_t argument) {
    (void)engine, (void)argument;
    Outsider *outsider = subject;
    task_graph_end_task(outsider->bed->graph, outsider->task);
}

static void begin_outside(Engine *engine, void *subject, uint64_t argument) {
    engine_schedule(engine, (SimTime)argument, 0, (Event){end_outside, subject, 0});
}

Test(task_graph, a_task_that_somebody_else_runs_ends_when_he_says_so) {
    Bed bed = bed_create();
    Outsider outsider = {.bed = &bed};
    StreamId stream = task_graph_add_stream(bed.graph);
    add_on(&bed, stream, 7, TASK_NONE);
    outsider.task = task_graph_add(
        bed.graph,
        &(TaskSpec){.streams = &stream, .stream_count = 1, .duration = 5, .begin = {begin_outside, &outsider, 2385}});
    TaskId after = add_on(&bed, stream, 11, TASK_NONE);
    bed_run(&bed);
    cr_assert_eq(task_graph_record(bed.graph, outsider.task).start, 7);
    cr_assert_eq(task_graph_record(bed.graph, outsider.task).end, 7 + 5 + 2385);
    cr_assert_eq(task_graph_record(bed.graph, after).end, 7 + 5 + 2385 + 11);
    cr_assert_eq(task_graph_record(bed.graph, after).released_by, outsider.task);
    bed_destroy(&bed);
}
