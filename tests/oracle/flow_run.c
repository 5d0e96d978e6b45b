/* Runs a flow_case with fair_share. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sim/engine/fair_share.h"
#include "tests/oracle/flow_case.h"

typedef struct FlowRun {
    const FlowCase *flow_case;
    FairShare *share;
    double *end_s;
    int *sent;     /* [flow] on a ring: how often it was sent */
    int *received; /* [flow] on a ring: how often flow i - 1 was, and the first of itself */
} FlowRun;

double wall_clock_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void flow_ends(Engine *engine, void *subject, uint64_t argument);

static void flow_starts(Engine *engine, void *subject, uint64_t argument) {
    (void)engine;
    FlowRun *run = subject;
    const Flow *flow = &run->flow_case->flows[argument];
    ResourceUse uses[64];
    for (int i = 0; i < flow->hop_count; i++)
        uses[i] = (ResourceUse){(ResourceId)run->flow_case->hops[flow->first_hop + i], 1.0};
    fair_share_start(run->share, &(ActivitySpec){.amount = flow->bytes,
                                                 .uses = uses,
                                                 .use_count = flow->hop_count,
                                                 .done = {flow_ends, run, argument}});
}

/* The next step of a ring needs the step before it on both sides. */
static void ring_advances(Engine *engine, FlowRun *run, int flow) {
    int steps = run->flow_case->ring_steps;
    if (run->received[flow] >= run->sent[flow] && run->sent[flow] < steps)
        flow_starts(engine, run, (uint64_t)flow);
}

static void flow_ends(Engine *engine, void *subject, uint64_t argument) {
    FlowRun *run = subject;
    int flow = (int)argument;
    run->end_s[flow] = sim_time_to_s(engine_now(engine));
    if (run->flow_case->ring_steps == 0)
        return;
    int next = (flow + 1) % run->flow_case->flow_count;
    run->sent[flow]++;
    run->received[next]++;
    ring_advances(engine, run, flow);
    if (run->received[next] == run->sent[next])
        ring_advances(engine, run, next);
}

static void start_all(Engine *engine, FlowRun *run) {
    const FlowCase *flow_case = run->flow_case;
    for (int i = 0; i < flow_case->flow_count; i++) {
        double start_s = flow_case->flows[i].start_s + flow_case->latency_s * flow_case->flows[i].hop_count;
        if (start_s > 0.0)
            engine_schedule(engine, sim_time_from_s(start_s), 0, (Event){flow_starts, run, (uint64_t)i});
        else
            flow_starts(engine, run, (uint64_t)i);
    }
}

double flow_case_run(const FlowCase *flow_case, double *end_s) {
    Engine *engine = engine_create(&(EngineSettings){.seed = 1});
    size_t count = (size_t)flow_case->flow_count;
    FlowRun run = {flow_case, fair_share_create(engine), end_s, calloc(count, sizeof(int)), calloc(count, sizeof(int))};
    for (int i = 0; i < flow_case->link_count; i++)
        fair_share_add_resource(run.share, flow_case->bytes_per_s[i]);
    double begin_s = wall_clock_s();
    start_all(engine, &run);
    engine_run(engine);
    double passed_s = wall_clock_s() - begin_s;
    fair_share_destroy(run.share);
    engine_destroy(engine);
    free(run.sent);
    free(run.received);
    return passed_s;
}
