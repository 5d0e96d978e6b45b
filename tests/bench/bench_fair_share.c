/*
 * What a change of fair_share costs: a flow starts on a link that others use, and another there ends, while more and
 * more flows run elsewhere, or beside it at their own caps. Prints a table of case, flows, value, unit.
 */
#include <stdio.h>
#include <time.h>

#include "sim/engine/fair_share.h"

enum { CHANGES = 100000 };

static double wall_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

typedef struct ChangeBench {
    FairShare *share;
    ResourceId link;
    int left;
} ChangeBench;

static void start_flow(ChangeBench *bench, Event done) {
    const ResourceUse use = {bench->link, 1.0};
    fair_share_start(bench->share, &(ActivitySpec){.amount = 1e6, .uses = &use, .use_count = 1, .done = done});
}

static void flow_ended(Engine *engine, void *subject, uint64_t argument) {
    (void)engine;
    ChangeBench *bench = subject;
    if (bench->left-- > 0)
        start_flow(bench, (Event){flow_ended, bench, argument});
}

/* `elsewhere`: each on a link of its own, or in pairs; `beside`: on the same link, far below its share. */
static void bench_change(const char *name, int elsewhere, int beside) {
    Engine *engine = engine_create(&(EngineSettings){.seed = 1});
    ChangeBench bench = {fair_share_create(engine), 0, CHANGES};
    bench.link = fair_share_add_resource(bench.share, 50e9);
    for (int i = 0; i < elsewhere; i++) {
        const ResourceUse use = {fair_share_add_resource(bench.share, 1.0), 1.0};
        for (int j = 0; j <= i % 2; j++)
            fair_share_start(bench.share, &(ActivitySpec){.amount = 1e12, .uses = &use, .use_count = 1});
    }
    for (int i = 0; i < beside; i++) {
        const ResourceUse uses[] = {{bench.link, 1.0}, {fair_share_add_resource(bench.share, 1e3), 1.0}};
        fair_share_start(bench.share, &(ActivitySpec){.amount = 1e12, .uses = uses, .use_count = 2});
    }
    for (int i = 0; i < 3; i++) {
        start_flow(&bench, (Event){flow_ended, &bench, 0});
        engine_run_until(engine, engine_now(engine) + 777);
    }
    double begin_s = wall_s();
    engine_run_until(engine, 1000000000000);
    printf("%-34s %9d %14.0f  ns/change\n", name, elsewhere + beside, 1e9 * (wall_s() - begin_s) / (2.0 * CHANGES));
    fair_share_destroy(bench.share);
    engine_destroy(engine);
}

int main(void) {
    printf("%-34s %9s %14s  %s\n", "case", "flows", "value", "unit");
    bench_change("nothing else", 0, 0);
    bench_change("flows on other links", 1000, 0);
    bench_change("flows on other links", 1000000, 0);
    bench_change("slow flows on the same link", 0, 100);
    bench_change("slow flows on the same link", 0, 1000);
    return 0;
}
