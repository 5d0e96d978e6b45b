/* Lost seconds close: served alone, an activity would have ended earlier by just what it lost. Random systems whose
 * capacities do not change; some of their activities change their way, some are cancelled. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "sim/engine/fair_share.h"
#include "sim/engine/random.h"

enum { SYSTEMS = 300, RESOURCES_MAX = 12, FLOWS_MAX = 30, USES_MAX = 4, OWNERS = 5 };

typedef struct Flow {
    ResourceUse uses[2][USES_MAX]; /* of the two ways */
    ShareWay way;
    ShareWay other;
    double amount;
    double cap_per_s;
    double start_s;
    uint32_t owner;
    double lost_s[OWNERS];
    SimTime end;
    int done_count;
    ActivityId id;
} Flow;

typedef struct System {
    Engine *engine;
    FairShare *share;
    RandomStream *stream;
    double capacity_per_s[RESOURCES_MAX];
    double expected[RESOURCES_MAX]; /* units to be served */
    int resource_count;
    Flow flows[FLOWS_MAX];
    int flow_count;
} System;

static double uniform(System *system, double low, double high) {
    return low + (high - low) * random_uniform(system->stream);
}

static int below(System *system, int count) {
    return (int)random_below(system->stream, (uint64_t)count);
}

static ShareWay draw_way(System *system, ResourceUse *uses) {
    int count = 1 + below(system, USES_MAX < system->resource_count ? USES_MAX : system->resource_count);
    int first = below(system, system->resource_count);
    for (int i = 0; i < count; i++)
        uses[i] = (ResourceUse){(ResourceId)((first + i) % system->resource_count), uniform(system, 0.25, 2)};
    return (ShareWay){uses, count};
}

static void draw_system(System *system, uint64_t seed) {
    system->engine = engine_create(&(EngineSettings){.seed = seed});
    system->share = fair_share_create(system->engine);
    fair_share_set_owners(system->share, OWNERS);
    system->stream = random_stream_create(&(RandomName){.seed = seed, .entity = "system", .purpose = "losses"});
    system->resource_count = 1 + below(system, RESOURCES_MAX);
    system->flow_count = 1 + below(system, FLOWS_MAX);
    for (int i = 0; i < system->resource_count; i++) {
        system->capacity_per_s[i] = uniform(system, 0.5, 9);
        system->expected[i] = 0;
        fair_share_add_resource(system->share, system->capacity_per_s[i]);
    }
    for (int i = 0; i < system->flow_count; i++) {
        Flow *flow = &system->flows[i];
        *flow = (Flow){.amount = uniform(system, 0.1, 5),
                       .cap_per_s = below(system, 3) ? 0 : uniform(system, 0.1, 3),
                       .start_s = below(system, 2) ? 0 : uniform(system, 0, 4),
                       .owner = (uint32_t)below(system, OWNERS - 1),
                       .end = -1};
        flow->way = draw_way(system, flow->uses[0]);
        flow->other = draw_way(system, flow->uses[1]);
    }
}

static void destroy_system(System *system) {
    random_stream_destroy(system->stream);
    fair_share_destroy(system->share);
    engine_destroy(system->engine);
}

static void on_done(Engine *engine, void *subject, uint64_t argument) {
    (void)argument;
    Flow *flow = subject;
    flow->end = engine_now(engine);
    flow->done_count++;
}

static void on_start(Engine *engine, void *subject, uint64_t argument) {
    (void)engine;
    System *system = subject;
    Flow *flow = &system->flows[argument];
    flow->id = fair_share_start(system->share, &(ActivitySpec){.amount = flow->amount,
                                                               .cap_per_s = flow->cap_per_s,
                                                               .way = &flow->way,
                                                               .owner = flow->owner,
                                                               .lost_s = flow->lost_s,
                                                               .done = {on_done, flow, 0}});
}

static void start_all(System *system) {
    for (int i = 0; i < system->flow_count; i++)
        engine_schedule(system->engine, sim_time_from_s(system->flows[i].start_s), 0,
                        (Event){on_start, system, (uint64_t)i});
}

static double alone_per_s(const System *system, const Flow *flow, const ShareWay *way) {
    double rate_per_s = flow->cap_per_s > 0 ? flow->cap_per_s : INFINITY;
    for (int i = 0; i < way->use_count; i++)
        rate_per_s = fmin(rate_per_s, system->capacity_per_s[way->uses[i].resource] / way->uses[i].weight);
    return rate_per_s;
}

static double lost_s(const Flow *flow) {
    double sum_s = 0;
    for (int owner = 0; owner < OWNERS; owner++)
        sum_s += flow->lost_s[owner];
    return sum_s;
}

static void check_closing(System *system, uint64_t seed) {
    for (int i = 0; i < system->flow_count; i++) {
        const Flow *flow = &system->flows[i];
        double alone_s = flow->amount / alone_per_s(system, flow, &flow->way);
        double took_s = sim_time_to_s(flow->end - sim_time_from_s(flow->start_s));
        cr_assert_eq(flow->done_count, 1);
        cr_assert_float_eq(alone_s + lost_s(flow), took_s, 1e-6,
                           "system %lu, flow %d: %.9f s alone, %.9f s lost, "
                           "but it took %.9f s",
                           (unsigned long)seed, i, alone_s, lost_s(flow), took_s);
        cr_assert_eq(flow->lost_s[OWNERS - 1], 0, "no link was slow");
    }
}

Test(share_losses, time_alone_and_lost_seconds_are_the_time_that_a_flow_takes) {
    System *system = calloc(1, sizeof *system);
    for (uint64_t seed = 1; seed <= SYSTEMS; seed++) {
        draw_system(system, seed);
        start_all(system);
        engine_run(system->engine);
        check_closing(system, seed);
        destroy_system(system);
    }
    free(system);
}

/* Some flows go over to their other way; what each of them still has to do stays the same. */
static void on_reroute(Engine *engine, void *subject, uint64_t argument) {
    (void)engine, (void)argument;
    System *system = subject;
    double left[FLOWS_MAX];
    for (int i = 0; i < system->flow_count; i++) {
        Flow *flow = &system->flows[i];
        left[i] = fair_share_amount_left(system->share, flow->id);
        if (below(system, 2))
            continue;
        ShareWay way = flow->way;
        flow->way = flow->other;
        flow->other = way;
    }
    fair_share_reroute(system->share);
    for (int i = 0; i < system->flow_count; i++)
        cr_assert_float_eq(fair_share_amount_left(system->share, system->flows[i].id), left[i], 1e-9);
}

/* Cuts the run into pieces between reroutes and adds up, for each resource, what goes over it. */
static void run_in_pieces(System *system) {
    double before[FLOWS_MAX];
    for (int piece = 0; piece < 4; piece++) {
        for (int i = 0; i < system->flow_count; i++) {
            const Flow *flow = &system->flows[i];
            before[i] = flow->id.generation ? fair_share_amount_left(system->share, flow->id) : flow->amount;
        }
        if (piece == 3)
            engine_run(system->engine);
        else
            engine_run_until(system->engine, engine_now(system->engine) + sim_time_from_s(0.7));
        for (int i = 0; i < system->flow_count; i++) {
            const Flow *flow = &system->flows[i];
            double now = flow->id.generation ? fair_share_amount_left(system->share, flow->id) : flow->amount;
            for (int u = 0; u < flow->way.use_count; u++)
                system->expected[flow->way.uses[u].resource] += flow->way.uses[u].weight * (before[i] - now);
        }
        on_reroute(system->engine, system, 0);
    }
}

Test(fair_share_reroute, units_served_are_those_that_went_over_each_way) {
    System *system = calloc(1, sizeof *system);
    for (uint64_t seed = 1; seed <= SYSTEMS; seed++) {
        draw_system(system, seed);
        start_all(system);
        run_in_pieces(system);
        for (int i = 0; i < system->flow_count; i++)
            cr_assert_eq(system->flows[i].done_count, 1, "system %lu, flow %d: done %d times", (unsigned long)seed, i,
                         system->flows[i].done_count);
        for (int i = 0; i < system->resource_count; i++)
            cr_assert_float_eq(fair_share_served(system->share, (ResourceId)i), system->expected[i], 1e-6,
                               "system %lu, resource %d", (unsigned long)seed, i);
        destroy_system(system);
    }
    free(system);
}
