#include "models/communication/flow_graph.h"

#include <stdlib.h>

#include "sim/engine/array.h"
#include "sim/engine/check.h"

typedef struct Point {
    SimTime delay;
    int waits;         /* things that have not happened yet */
    size_t first_wait; /* of those that wait for it, in the sorted list */
    size_t first_flow;
} Point;

typedef struct Wait {
    FlowPoint before;
    FlowPoint after;
} Wait;

typedef struct Flow {
    FlowPoint start;
    FlowPoint end;
    double amount;
    double cap_per_s;
    size_t first_use;
    int use_count;
} Flow;

struct FlowGraph {
    Point *points; /* when running, with one past the last that ends the lists */
    size_t point_count;
    size_t point_capacity;
    Wait *waits; /* by `before` when running */
    size_t wait_count;
    size_t wait_capacity;
    Flow *flows; /* by `start` when running */
    size_t flow_count;
    size_t flow_capacity;
    ResourceUse *uses;
    size_t use_count;
    size_t use_capacity;
    size_t happened;
    FairShare *share;
    Event done;
    uint32_t owner;
    double *lost_s;
};

FlowGraph *flow_graph_create(void) {
    size_t none = 0;
    FlowGraph *graph = array_grow(NULL, &none, 1, sizeof *graph);
    *graph = (FlowGraph){0};
    return graph;
}

void flow_graph_destroy(FlowGraph *graph) {
    free(graph->points);
    free(graph->waits);
    free(graph->flows);
    free(graph->uses);
    free(graph);
}

FlowPoint flow_graph_add_point(FlowGraph *graph, double delay_s) {
    graph->points = array_grow(graph->points, &graph->point_capacity, graph->point_count + 2, sizeof *graph->points);
    graph->points[graph->point_count] = (Point){.delay = sim_time_from_s(delay_s)};
    return (FlowPoint)graph->point_count++;
}

void flow_graph_add_wait(FlowGraph *graph, FlowPoint before, FlowPoint after) {
    graph->waits = array_grow(graph->waits, &graph->wait_capacity, graph->wait_count + 1, sizeof *graph->waits);
    graph->waits[graph->wait_count++] = (Wait){before, after};
    graph->points[after].waits++;
}

void flow_graph_add_flow(FlowGraph *graph, FlowPoint start, FlowPoint end, const ActivitySpec *spec) {
    graph->flows = array_grow(graph->flows, &graph->flow_capacity, graph->flow_count + 1, sizeof *graph->flows);
    graph->flows[graph->flow_count++] = (Flow){.start = start,
                                               .end = end,
                                               .amount = spec->amount,
                                               .cap_per_s = spec->cap_per_s,
                                               .first_use = graph->use_count,
                                               .use_count = spec->use_count};
    size_t count = graph->use_count + (size_t)spec->use_count;
    graph->uses = array_grow(graph->uses, &graph->use_capacity, count, sizeof *graph->uses);
    for (int i = 0; i < spec->use_count; i++)
        graph->uses[graph->use_count++] = spec->uses[i];
    graph->points[end].waits++;
}

static int compare_waits(const void *left, const void *right) {
    const Wait *a = left, *b = right;
    if (a->before != b->before)
        return a->before < b->before ? -1 : 1;
    return (a->after > b->after) - (a->after < b->after);
}

static int compare_flows(const void *left, const void *right) {
    const Flow *a = left, *b = right;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return (a->first_use > b->first_use) - (a->first_use < b->first_use);
}

/* Sorts the lists and notes where those of each point begin. */
static void index_lists(FlowGraph *graph) {
    if (graph->wait_count > 0)
        qsort(graph->waits, graph->wait_count, sizeof *graph->waits, compare_waits);
    if (graph->flow_count > 0)
        qsort(graph->flows, graph->flow_count, sizeof *graph->flows, compare_flows);
    size_t wait = 0, flow = 0;
    for (size_t i = 0; i <= graph->point_count; i++) {
        while (wait < graph->wait_count && graph->waits[wait].before < i)
            wait++;
        while (flow < graph->flow_count && graph->flows[flow].start < i)
            flow++;
        graph->points[i].first_wait = wait;
        graph->points[i].first_flow = flow;
    }
}

static void finish(const FlowGraph *graph, Engine *engine) {
    if (graph->done.action)
        engine_schedule(engine, 0, 0, graph->done);
}

static void happen(Engine *engine, void *subject, uint64_t argument);

static void release(FlowGraph *graph, Engine *engine, FlowPoint point) {
    CHECK(graph->points[point].waits > 0);
    if (--graph->points[point].waits == 0)
        engine_schedule(engine, graph->points[point].delay, 0, (Event){happen, graph, point});
}

static void end_flow(Engine *engine, void *subject, uint64_t argument) {
    release(subject, engine, (FlowPoint)argument);
}

static void start_flow(FlowGraph *graph, const Flow *flow) {
    ActivitySpec spec = {.amount = flow->amount,
                         .cap_per_s = flow->cap_per_s,
                         .uses = graph->uses + flow->first_use,
                         .use_count = flow->use_count,
                         .owner = graph->owner,
                         .lost_s = graph->lost_s,
                         .done = {end_flow, graph, flow->end}};
    fair_share_start(graph->share, &spec);
}

static void happen(Engine *engine, void *subject, uint64_t argument) {
    FlowGraph *graph = subject;
    const Point *point = &graph->points[argument];
    for (size_t i = point[0].first_flow; i < point[1].first_flow; i++)
        start_flow(graph, &graph->flows[i]);
    for (size_t i = point[0].first_wait; i < point[1].first_wait; i++)
        release(graph, engine, graph->waits[i].after);
    if (++graph->happened == graph->point_count)
        finish(graph, engine);
}

void flow_graph_start(FlowGraph *graph, Engine *engine, FairShare *share, Event done) {
    graph->share = share;
    graph->done = done;
    if (graph->point_count == 0) {
        finish(graph, engine);
        return;
    }
    index_lists(graph);
    for (size_t i = 0; i < graph->point_count; i++)
        if (graph->points[i].waits == 0)
            engine_schedule(engine, graph->points[i].delay, 0, (Event){happen, graph, i});
}

void flow_graph_note_losses(FlowGraph *graph, uint32_t owner, double *lost_s) {
    graph->owner = owner;
    graph->lost_s = lost_s;
}

bool flow_graph_is_done(const FlowGraph *graph) {
    return graph->happened == graph->point_count;
}
