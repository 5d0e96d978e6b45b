#include "sim/engine/task_contention.h"

#include <criterion/criterion.h>

#include "sim/engine/task_graph.h"

/* Two streams in front, one behind each of them; a link of a unit per ns. */
typedef struct Bench {
    Engine *engine;
    FairShare *share;
    TaskGraph *graph;
    ResourceId link;
    ResourceUse use;
    StreamId front[2], behind[2];
    StreamId front_of[4];
    TaskContact contacts[8];
} Bench;

static void bench_open(Bench *bench) {
    *bench = (Bench){.engine = engine_create(&(EngineSettings){.seed = 1})};
    bench->share = fair_share_create(bench->engine);
    bench->graph = task_graph_create(bench->engine, bench->share);
    bench->link = fair_share_add_resource(bench->share, 1e9);
    bench->use = (ResourceUse){bench->link, 1};
    for (int i = 0; i < 2; i++) {
        bench->front[i] = task_graph_add_stream(bench->graph);
        bench->behind[i] = task_graph_add_stream(bench->graph);
        bench->front_of[bench->front[i]] = STREAM_NONE;
        bench->front_of[bench->behind[i]] = bench->front[i];
    }
}

static void bench_run(Bench *bench) {
    task_graph_contend(bench->graph, bench->contacts, bench->front_of);
    task_graph_start(bench->graph, (Event){0});
    engine_run(bench->engine);
}

static void bench_close(Bench *bench) {
    task_graph_destroy(bench->graph);
    fair_share_destroy(bench->share);
    engine_destroy(bench->engine);
}

static TaskId add_front(Bench *bench, int stream, SimTime duration, TaskContact needs) {
    TaskId id = task_graph_add(bench->graph,
                               &(TaskSpec){.streams = &bench->front[stream], .stream_count = 1, .duration = duration});
    bench->contacts[id] = needs;
    return id;
}

/* On `count` streams behind: waits for `latency`, then moves `amount`. */
static TaskId add_behind(Bench *bench, int count, SimTime latency, double amount, TaskContact takes) {
    TaskId id = task_graph_add(bench->graph, &(TaskSpec){.streams = bench->behind,
                                                         .stream_count = count,
                                                         .duration = latency,
                                                         .amount = amount,
                                                         .uses = &bench->use,
                                                         .use_count = 1});
    bench->contacts[id] = takes;
    return id;
}

static SimTime end_of(const Bench *bench, TaskId id) {
    return task_graph_record(bench->graph, id).end;
}

Test(task_contention, both_sides_take_longer_while_they_are_beside_each_other) {
    Bench bench;
    bench_open(&bench);
    TaskId front = add_front(&bench, 0, 1000, (TaskContact){.exclusive = 0.75F, .shared = 0.25F});
    TaskId behind = add_behind(&bench, 1, 0, 400, (TaskContact){.exclusive = 0.5F, .shared = 0.5F});
    bench_run(&bench);
    /* Behind: 400 and what it lost in them, 400 * 0.25 * 0.5. In front: 450 / 1.5 of it are done by then. */
    cr_assert_eq(end_of(&bench, behind), 450);
    cr_assert_eq(end_of(&bench, front), 450 + 700);
    bench_close(&bench);
}

Test(task_contention, what_runs_alone_takes_its_time) {
    Bench bench;
    bench_open(&bench);
    TaskId other = add_front(&bench, 1, 1000, (TaskContact){.exclusive = 1});
    TaskId behind = add_behind(&bench, 1, 30, 370, (TaskContact){.exclusive = 0.5F, .shared = 0.5F});
    TaskId blind = add_front(&bench, 0, 1000, (TaskContact){0});
    bench_run(&bench);
    cr_assert_eq(end_of(&bench, other), 1000);
    cr_assert_eq(end_of(&bench, blind), 1000);
    cr_assert_eq(end_of(&bench, behind), 400);
    bench_close(&bench);
}

Test(task_contention, waiting_that_is_there_anyway_absorbs_what_is_taken) {
    Bench bench;
    bench_open(&bench);
    TaskId idle = add_front(&bench, 0, 600, (TaskContact){.exclusive = 0.5F, .slack = 0.25F});
    TaskId busy = add_front(&bench, 0, 600, (TaskContact){.exclusive = 0.5F, .slack = 0.125F});
    TaskId behind = add_behind(&bench, 1, 5000, 0, (TaskContact){.exclusive = 0.5F});
    bench_run(&bench);
    cr_assert_eq(end_of(&bench, idle), 600);
    cr_assert_eq(end_of(&bench, busy) - end_of(&bench, idle), 675);
    cr_assert_eq(end_of(&bench, behind), 5000);
    bench_close(&bench);
}

/* A collective pays for the front that it shared most with, and slows both. */
Test(task_contention, a_task_behind_several_fronts_pays_for_the_worst) {
    Bench bench;
    bench_open(&bench);
    TaskId first = add_front(&bench, 0, 1000, (TaskContact){.shared = 0.25F});
    TaskId second = add_front(&bench, 1, 1000, (TaskContact){.shared = 0.75F});
    TaskId behind = add_behind(&bench, 2, 0, 400, (TaskContact){.shared = 0.5F});
    bench_run(&bench);
    cr_assert_eq(end_of(&bench, behind), 400 + 150);
    cr_assert_eq(end_of(&bench, first), 1000 + 62, "%ld", (long)end_of(&bench, first));
    cr_assert_eq(end_of(&bench, second), 1000 + 150, "%ld", (long)end_of(&bench, second));
    bench_close(&bench);
}

Test(task_contention, several_tasks_behind_take_together_and_one_after_the_other) {
    Bench bench;
    bench_open(&bench);
    TaskId first = add_front(&bench, 0, 1500, (TaskContact){.exclusive = 1});
    TaskId second = add_front(&bench, 0, 1000, (TaskContact){.exclusive = 1});
    add_behind(&bench, 1, 750, 0, (TaskContact){.exclusive = 0.5F});
    add_behind(&bench, 1, 500, 0, (TaskContact){.exclusive = 1});
    bench_run(&bench);
    cr_assert_eq(end_of(&bench, first), 1250 + 750);
    cr_assert_eq(end_of(&bench, second), 3000);
    bench_close(&bench);
}
