/*
 * The rates of fair_share against brute force, on random small systems and through random sequences of changes. The
 * brute force is the textbook's: it raises all rates together by the smallest step to a full resource or a cap, and
 * solves everything anew every time.
 */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/engine/fair_share.h"

enum { MAX_RESOURCES = 200, MAX_ACTIVITIES = 1200, MAX_USES = 4 };

typedef struct OracleActivity {
    ResourceUse uses[MAX_USES];
    int use_count;
    double cap_per_s; /* 0 = none */
    double amount;
    double left;
    double rate_per_s;
    bool alive;
    ActivityId id;
    SimTime end;        /* as brute force has it, -1 = not yet */
    SimTime engine_end; /* as the engine has it */
} OracleActivity;

typedef struct Oracle {
    double capacity_per_s[MAX_RESOURCES];
    int resource_count;
    OracleActivity activities[MAX_ACTIVITIES];
    int activity_count;
    double served[MAX_RESOURCES]; /* units, of activities that have ended */
    SimTime now;
    uint64_t random;
    Engine *engine;
    FairShare *share;
} Oracle;

static double chance(Oracle *oracle) {
    oracle->random = oracle->random * 6364136223846793005u + 1442695040888963407u;
    return (double)(oracle->random >> 11) / 9007199254740992.0;
}

static int pick(Oracle *oracle, int count) {
    return (int)(chance(oracle) * count);
}

static double random_capacity(Oracle *oracle) {
    return chance(oracle) < 0.1 ? 0.0 : 0.5 + 20.0 * chance(oracle);
}

static bool uses_resource(const OracleActivity *activity, int resource, double *weight) {
    for (int u = 0; u < activity->use_count; u++) {
        *weight = activity->uses[u].weight;
        if ((int)activity->uses[u].resource == resource)
            return true;
    }
    return false;
}

/* What the rates leave of every resource, and the weight with which the open ones pull at it. */
static void look_at_resources(const Oracle *oracle, const bool *open, double *free_per_s, double *open_weight) {
    for (int r = 0; r < oracle->resource_count; r++) {
        free_per_s[r] = oracle->capacity_per_s[r];
        open_weight[r] = 0.0;
    }
    for (int a = 0; a < oracle->activity_count; a++) {
        const OracleActivity *activity = &oracle->activities[a];
        for (int u = 0; activity->alive && u < activity->use_count; u++) {
            free_per_s[activity->uses[u].resource] -= activity->uses[u].weight * activity->rate_per_s;
            open_weight[activity->uses[u].resource] += open[a] ? activity->uses[u].weight : 0.0;
        }
    }
}

static int begin_filling(Oracle *oracle, bool *open) {
    int open_count = 0;
    for (int a = 0; a < oracle->activity_count; a++) {
        oracle->activities[a].rate_per_s = 0.0;
        open[a] = oracle->activities[a].alive;
        open_count += open[a];
    }
    return open_count;
}

/* The next step: up to which resource, or if that is -1, up to the cap of which activity. */
static double next_step(const Oracle *oracle, const bool *open, int *resource, int *capped) {
    double step = INFINITY, free_per_s[MAX_RESOURCES], open_weight[MAX_RESOURCES];
    look_at_resources(oracle, open, free_per_s, open_weight);
    for (int r = 0; r < oracle->resource_count; r++) {
        double to_full = open_weight[r] > 0.0 ? fmax(free_per_s[r], 0.0) / open_weight[r] : INFINITY;
        *resource = to_full < step ? r : *resource;
        step = fmin(step, to_full);
    }
    for (int a = 0; a < oracle->activity_count; a++) {
        const OracleActivity *activity = &oracle->activities[a];
        if (!open[a] || activity->cap_per_s == 0.0 || activity->cap_per_s - activity->rate_per_s >= step)
            continue;
        step = activity->cap_per_s - activity->rate_per_s;
        *resource = -1;
        *capped = a;
    }
    return step;
}

static void brute_force(Oracle *oracle) {
    bool open[MAX_ACTIVITIES];
    double weight;
    for (int left = begin_filling(oracle, open); left > 0;) {
        int resource = -1, capped = -1;
        double step = next_step(oracle, open, &resource, &capped);
        for (int a = 0; a < oracle->activity_count; a++)
            oracle->activities[a].rate_per_s += open[a] ? step : 0.0;
        for (int a = 0; a < oracle->activity_count; a++) {
            bool full = resource >= 0 && uses_resource(&oracle->activities[a], resource, &weight);
            if (open[a] && (full || a == capped)) {
                open[a] = false;
                left--;
            }
        }
    }
}

static void note_end(Engine *engine, void *subject, uint64_t argument) {
    (void)argument;
    ((OracleActivity *)subject)->engine_end = engine_now(engine);
}

static void oracle_create(Oracle *oracle, uint64_t seed, int resource_count) {
    *oracle = (Oracle){.resource_count = resource_count, .random = seed * 0x9e3779b97f4a7c15u + 1};
    oracle->engine = engine_create(&(EngineSettings){.seed = seed});
    oracle->share = fair_share_create(oracle->engine);
    for (int r = 0; r < resource_count; r++) {
        oracle->capacity_per_s[r] = random_capacity(oracle);
        fair_share_add_resource(oracle->share, oracle->capacity_per_s[r]);
    }
}

static void oracle_destroy(Oracle *oracle) {
    fair_share_destroy(oracle->share);
    engine_destroy(oracle->engine);
}

static void random_uses(Oracle *oracle, OracleActivity *activity) {
    double ignored;
    int wanted = pick(oracle, MAX_USES + 1);
    for (int i = 0; i < wanted; i++) {
        int resource = pick(oracle, oracle->resource_count);
        double weight = chance(oracle) < 0.4 ? 1.0 : pow(10.0, 2.0 * chance(oracle) - 1.0);
        if (!uses_resource(activity, resource, &ignored))
            activity->uses[activity->use_count++] = (ResourceUse){(ResourceId)resource, weight};
    }
    bool needs_cap = activity->use_count == 0 || chance(oracle) < 0.3;
    activity->cap_per_s = needs_cap ? 0.05 + 5.0 * chance(oracle) : 0.0;
}

static void random_activity(Oracle *oracle, OracleActivity *activity, double amount) {
    *activity = (OracleActivity){.amount = amount, .left = amount, .alive = true, .end = -1, .engine_end = -1};
    random_uses(oracle, activity);
    activity->id = fair_share_start(oracle->share, &(ActivitySpec){.amount = activity->amount,
                                                                   .cap_per_s = activity->cap_per_s,
                                                                   .uses = activity->uses,
                                                                   .use_count = activity->use_count,
                                                                   .done = {note_end, activity, 0}});
}

static void random_start(Oracle *oracle) {
    if (oracle->activity_count == MAX_ACTIVITIES)
        return;
    double amount = 0.1 + 30.0 * chance(oracle);
    random_activity(oracle, &oracle->activities[oracle->activity_count++], amount);
}

/* 1e-9 of the rate; the absolute part is for rates that are 0 but for the rounding of a full resource. */
static void expect_same_rates(Oracle *oracle, const char *when) {
    for (int a = 0; a < oracle->activity_count; a++) {
        const OracleActivity *activity = &oracle->activities[a];
        if (!activity->alive)
            continue;
        double rate_per_s = fair_share_rate_per_s(oracle->share, activity->id);
        double error = fabs(rate_per_s - activity->rate_per_s);
        cr_assert(error <= 1e-9 * activity->rate_per_s + 1e-13, "%s, activity %d: rate %.17g, brute force %.17g", when,
                  a, rate_per_s, activity->rate_per_s);
    }
}

Test(share_solver, rates_of_ten_thousand_random_systems_are_those_of_brute_force) {
    static Oracle oracle;
    for (uint64_t seed = 1; seed <= 10000; seed++) {
        oracle_create(&oracle, seed, 1 + (int)(seed % 7));
        for (int i = 0; i < 1 + (int)(seed % 11); i++)
            random_start(&oracle);
        brute_force(&oracle);
        expect_same_rates(&oracle, "at start");
        oracle_destroy(&oracle);
    }
}

static void oracle_retire(Oracle *oracle, OracleActivity *activity, double served) {
    activity->alive = false;
    activity->end = oracle->now;
    for (int u = 0; u < activity->use_count; u++)
        oracle->served[activity->uses[u].resource] += activity->uses[u].weight * served;
}

/* When the first ends, rounded up to nanoseconds. */
static SimTime next_end(const Oracle *oracle, SimTime until) {
    SimTime next = until;
    for (int a = 0; a < oracle->activity_count; a++) {
        const OracleActivity *activity = &oracle->activities[a];
        if (!activity->alive || activity->rate_per_s <= 1e-13)
            continue;
        double rest_ns = ceil(1e9 * activity->left / activity->rate_per_s);
        if (rest_ns < (double)(next - oracle->now))
            next = oracle->now + (SimTime)rest_ns;
    }
    return next;
}

static void oracle_advance(Oracle *oracle, SimTime until) {
    while (oracle->now < until) {
        SimTime next = next_end(oracle, until);
        double passed_s = 1e-9 * (double)(next - oracle->now);
        oracle->now = next;
        for (int a = 0; a < oracle->activity_count; a++) {
            OracleActivity *activity = &oracle->activities[a];
            activity->left -= activity->alive ? activity->rate_per_s * passed_s : 0.0;
            /* Rounding leaves less than a nanosecond's work. */
            if (activity->alive && activity->left <= 1e-10 * activity->rate_per_s)
                oracle_retire(oracle, activity, activity->amount);
        }
        brute_force(oracle);
    }
    engine_run_until(oracle->engine, until);
}

static void random_change(Oracle *oracle) {
    double kind = chance(oracle);
    if (kind < 0.6) {
        for (int i = pick(oracle, 3); i >= 0; i--)
            random_start(oracle);
    } else if (kind < 0.75 && oracle->activity_count > 0) {
        OracleActivity *victim = &oracle->activities[pick(oracle, oracle->activity_count)];
        cr_assert(fair_share_cancel(oracle->share, victim->id) == victim->alive);
        if (victim->alive)
            oracle_retire(oracle, victim, victim->amount - victim->left);
    } else {
        int r = pick(oracle, oracle->resource_count);
        oracle->capacity_per_s[r] = random_capacity(oracle);
        fair_share_set_capacity(oracle->share, (ResourceId)r, oracle->capacity_per_s[r]);
    }
}

/* Amounts differ by the rounding of completion times: a few nanoseconds at a few units per second. */
static void expect_same_state(Oracle *oracle, const char *when) {
    expect_same_rates(oracle, when);
    for (int r = 0; r < oracle->resource_count; r++) {
        double served = oracle->served[r], weight;
        for (int a = 0; a < oracle->activity_count; a++) {
            const OracleActivity *activity = &oracle->activities[a];
            double left = activity->alive ? activity->left : 0.0;
            cr_assert(fabs(fair_share_amount_left(oracle->share, activity->id) - left) < 1e-6, "%s", when);
            if (activity->alive && uses_resource(activity, r, &weight))
                served += weight * (activity->amount - left);
        }
        cr_assert(fabs(fair_share_served(oracle->share, (ResourceId)r) - served) < 1e-5, "%s: served", when);
    }
}

typedef struct Course {
    int resource_count;
    int first_starts; /* at time 0 */
    int changes;
    double pause_s; /* mean time between changes */
} Course;

static void expect_same_ends(const Oracle *oracle) {
    for (int a = 0; a < oracle->activity_count; a++) {
        const OracleActivity *activity = &oracle->activities[a];
        bool same = activity->engine_end < 0 || llabs(activity->engine_end - activity->end) <= 20;
        cr_assert(same, "end of %d: %lld, brute force %lld", a, (long long)activity->engine_end,
                  (long long)activity->end);
    }
}

static void compare_run(uint64_t seed, const Course *course) {
    static Oracle oracle;
    char when[64];
    oracle_create(&oracle, seed, course->resource_count);
    for (int i = 0; i < course->first_starts; i++)
        random_start(&oracle);
    for (int change = 0; change < course->changes; change++) {
        random_change(&oracle);
        brute_force(&oracle);
        snprintf(when, sizeof when, "seed %d, change %d", (int)seed, change);
        /* Every other time the solution is left to the event at the end of the instant. */
        if (change % 2 == 0)
            expect_same_state(&oracle, when);
        oracle_advance(&oracle, oracle.now + 1 + (SimTime)(2e9 * course->pause_s * chance(&oracle)));
        expect_same_state(&oracle, when);
    }
    expect_same_ends(&oracle);
    oracle_destroy(&oracle);
}

Test(share_solver, starts_ends_cancels_and_new_capacities_follow_brute_force) {
    for (uint64_t seed = 1; seed <= 300; seed++)
        compare_run(seed, &(Course){1 + (int)(seed % 9), 0, 60, 0.7});
}

/* So many at once that a change spreads over several rounds before, or without, becoming the whole component. */
Test(share_solver, changes_in_large_components_follow_brute_force) {
    for (uint64_t seed = 1; seed <= 4; seed++) {
        compare_run(seed, &(Course){40, 0, 100, 0.2});
        compare_run(seed, &(Course){120, 250, 40, 0.01});
    }
}

/* One goes, one comes, and now and then a capacity changes, among activities too long to end. */
static void change_one(Oracle *oracle) {
    OracleActivity *victim = &oracle->activities[pick(oracle, oracle->activity_count)];
    cr_assert(fair_share_cancel(oracle->share, victim->id));
    random_activity(oracle, victim, 1e15);
    if (chance(oracle) < 0.2) {
        int r = pick(oracle, oracle->resource_count);
        oracle->capacity_per_s[r] = random_capacity(oracle);
        fair_share_set_capacity(oracle->share, (ResourceId)r, oracle->capacity_per_s[r]);
    }
}

/* Errors would add up: the comparison comes only after many changes, each of them solved. */
Test(share_solver, thousands_of_changes_among_1200_activities_follow_brute_force) {
    static Oracle oracle;
    char when[64];
    for (uint64_t seed = 1; seed <= 3; seed++) {
        oracle_create(&oracle, seed, seed == 1 ? MAX_RESOURCES : 20 * (int)seed);
        while (oracle.activity_count < MAX_ACTIVITIES)
            random_activity(&oracle, &oracle.activities[oracle.activity_count++], 1e15);
        for (int change = 0; change < 3000; change++) {
            change_one(&oracle);
            engine_run_until(oracle.engine, 1000 * (change + 1));
            if (change % 150 != 149)
                continue;
            brute_force(&oracle);
            snprintf(when, sizeof when, "seed %d, change %d", (int)seed, change);
            expect_same_rates(&oracle, when);
        }
        oracle_destroy(&oracle);
    }
}

/* Weights 1e-6 .. 1e6 and capacities to match: sums lose digits as heavy users come and go. */
Test(share_solver, weights_of_very_different_size_follow_brute_force) {
    static Oracle oracle;
    oracle_create(&oracle, 7, 6);
    for (int i = 0; i < 60; i++) {
        OracleActivity *activity = &oracle.activities[oracle.activity_count++];
        *activity = (OracleActivity){.amount = 1e15, .left = 1e15, .alive = true, .use_count = 2};
        for (int u = 0; u < 2; u++)
            activity->uses[u] =
                (ResourceUse){(ResourceId)(3 * u + pick(&oracle, 3)), pow(10.0, 12.0 * chance(&oracle) - 6.0)};
        activity->id = fair_share_start(
            oracle.share,
            &(ActivitySpec){.amount = activity->amount, .uses = activity->uses, .use_count = activity->use_count});
        brute_force(&oracle);
        expect_same_rates(&oracle, "coming");
    }
    for (int i = 0; i < 60; i++) {
        oracle.activities[i].alive = !fair_share_cancel(oracle.share, oracle.activities[i].id);
        brute_force(&oracle);
        expect_same_rates(&oracle, "going");
    }
    oracle_destroy(&oracle);
}
