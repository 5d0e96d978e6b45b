#include "models/communication/flow_graph.h"

#include <criterion/criterion.h>

typedef struct Run {
    Engine *engine;
    FairShare *share;
    FlowGraph *graph;
    ResourceId link; /* 10 bytes/s */
    int done;
} Run;

static Run run_begin(void) {
    Run run = {.engine = engine_create(&(EngineSettings){.seed = 3}), .graph = flow_graph_create()};
    run.share = fair_share_create(run.engine);
    run.link = fair_share_add_resource(run.share, 10);
    return run;
}

static void count_done(Engine *engine, void *subject, uint64_t argument) {
    (void)engine;
    (void)argument;
    ++*(int *)subject;
}

static double run_seconds(Run *run) {
    flow_graph_start(run->graph, run->engine, run->share, (Event){count_done, &run->done, 0});
    engine_run(run->engine);
    return sim_time_to_s(engine_now(run->engine));
}

static void run_end(Run *run) {
    flow_graph_destroy(run->graph);
    fair_share_destroy(run->share);
    engine_destroy(run->engine);
}

static void add_flow(Run *run, FlowPoint start, FlowPoint end, double bytes) {
    ResourceUse use = {run->link, 1};
    flow_graph_add_flow(run->graph, start, end, &(ActivitySpec){.amount = bytes, .uses = &use, .use_count = 1});
}

Test(flow_graph, a_point_happens_its_delay_after_the_last_it_waits_for) {
    Run run = run_begin();
    FlowPoint early = flow_graph_add_point(run.graph, 1.5), late = flow_graph_add_point(run.graph, 2.25);
    FlowPoint end = flow_graph_add_point(run.graph, 0.5);
    flow_graph_add_wait(run.graph, early, end);
    flow_graph_add_wait(run.graph, late, end);
    double seconds = run_seconds(&run);
    cr_assert_float_eq(seconds, 2.75, 1e-9);
    cr_assert(flow_graph_is_done(run.graph));
    cr_assert_eq(run.done, 1);
    run_end(&run);
}

Test(flow_graph, flows_share_what_they_use_and_hold_up_their_end) {
    Run run = run_begin();
    FlowPoint start = flow_graph_add_point(run.graph, 1), end = flow_graph_add_point(run.graph, 0.25);
    add_flow(&run, start, end, 20);
    add_flow(&run, start, end, 30);
    double seconds = run_seconds(&run);
    cr_assert_float_eq(seconds, 1 + 5 + 0.25, 1e-9);
    run_end(&run);
}

Test(flow_graph, flows_in_a_chain_follow_each_other) {
    Run run = run_begin();
    FlowPoint first = flow_graph_add_point(run.graph, 0), second = flow_graph_add_point(run.graph, 0.5);
    FlowPoint third = flow_graph_add_point(run.graph, 0);
    add_flow(&run, second, third, 7);
    add_flow(&run, first, second, 13);
    double seconds = run_seconds(&run);
    cr_assert_float_eq(seconds, 1.3 + 0.5 + 0.7, 1e-9);
    run_end(&run);
}

Test(flow_graph, an_empty_graph_is_done_at_once) {
    Run run = run_begin();
    double seconds = run_seconds(&run);
    cr_assert_eq(seconds, 0);
    cr_assert_eq(run.done, 1);
    run_end(&run);
}

Test(flow_graph, points_in_a_circle_never_happen) {
    Run run = run_begin();
    FlowPoint one = flow_graph_add_point(run.graph, 1), other = flow_graph_add_point(run.graph, 1);
    flow_graph_add_wait(run.graph, one, other);
    flow_graph_add_wait(run.graph, other, one);
    run_seconds(&run);
    cr_assert_not(flow_graph_is_done(run.graph));
    cr_assert_eq(run.done, 0);
    run_end(&run);
}
