/*
 * M/M/1 on the engine (a pool of one server, events for arrival, start and departure) against a loop written by hand
 * for this one model: two next times, a ring of arrival times, plain sums. Both draw from streams of the same names,
 * run in turn in one process, and must find the same means. The ratio is the median over the rounds.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sim/engine/engine.h"
#include "sim/engine/pool.h"
#include "sim/engine/random.h"
#include "sim/engine/statistics.h"

enum { CUSTOMERS = 400000, ROUNDS = 9, RING = 1 << 16, BUCKET_SHIFT = 46, LOOP_BUCKETS = 1 << 17 };

typedef struct Case {
    const char *name;
    double arrivals_per_s; /* one service takes 1 s in the mean */
    bool with_histogram;   /* of the waits, 1 % */
} Case;

static const Case CASES[] = {
    {"load 0.50", 0.50, false},
    {"load 0.80", 0.80, false},
    {"load 0.95", 0.95, false},
    {"load 0.80, histogram", 0.80, true},
};
enum { CASE_COUNT = sizeof CASES / sizeof CASES[0] };

static const double TARGET = 2.5;
static const double MEAN_SERVICE_S = 1.0;

typedef struct Means {
    double wait_s;
    double busy_fraction;
    double present;
    double median_wait_s; /* 0 without a histogram */
} Means;

static RandomStream *stream(const char *purpose) {
    return random_stream_create(&(RandomName){.seed = 2385, .entity = "station", .purpose = purpose});
}

/* The model on the engine. A customer is known by its time of arrival, which travels as the event's argument. */
typedef struct Station {
    Pool *server;
    RandomStream *arrival;
    RandomStream *service;
    double mean_gap_s;
    int to_come;
    Event arrives; /* prepared once; only the argument changes */
    Event begins;
    Event departs;
    Tally waits_s;
    Histogram *histogram; /* NULL = none */
} Station;

static void depart(Engine *engine, void *subject, uint64_t arrived_at) {
    (void)engine;
    (void)arrived_at;
    pool_release(((Station *)subject)->server, 1);
}

static void begin_service(Engine *engine, void *subject, uint64_t arrived_at) {
    Station *station = subject;
    double wait_s = sim_time_to_s(engine_now(engine) - (SimTime)arrived_at);
    tally_add(&station->waits_s, wait_s);
    if (station->histogram != NULL)
        histogram_add(station->histogram, wait_s);
    double service_s = random_exponential(station->service, MEAN_SERVICE_S);
    engine_schedule(engine, sim_time_from_s(service_s), 0, station->departs);
}

static void arrive(Engine *engine, void *subject, uint64_t argument) {
    (void)argument;
    Station *station = subject;
    uint64_t now = (uint64_t)engine_now(engine);
    station->begins.argument = now;
    if (pool_request(station->server, 1, 0, station->begins))
        begin_service(engine, station, now);
    if (--station->to_come > 0) {
        SimTime gap = sim_time_from_s(random_exponential(station->arrival, station->mean_gap_s));
        engine_schedule(engine, gap, 0, station->arrives);
    }
}

static Means run_engine(const Case *setup) {
    Engine *engine = engine_create(&(EngineSettings){.seed = 2385, .scenario = "mm1"});
    Station station = {.server = pool_create(engine, 1),
                       .arrival = stream("arrival"),
                       .service = stream("service"),
                       .mean_gap_s = 1.0 / setup->arrivals_per_s,
                       .to_come = CUSTOMERS,
                       .histogram = setup->with_histogram ? histogram_create(0.01) : NULL};
    station.arrives = (Event){arrive, &station, 0};
    station.begins = (Event){begin_service, &station, 0};
    station.departs = (Event){depart, &station, 0};
    tally_init(&station.waits_s);
    SimTime first = sim_time_from_s(random_exponential(station.arrival, station.mean_gap_s));
    engine_schedule(engine, first, 0, station.arrives);
    engine_run(engine);
    Means means = {.wait_s = station.waits_s.mean,
                   .busy_fraction = pool_mean_used(station.server),
                   .present = pool_mean_used(station.server) + pool_mean_waiting(station.server)};
    if (setup->with_histogram)
        means.median_wait_s = histogram_quantile(station.histogram, 0.5);
    histogram_destroy(station.histogram);
    random_stream_destroy(station.arrival);
    random_stream_destroy(station.service);
    pool_destroy(station.server);
    engine_destroy(engine);
    return means;
}

/* The loop by hand: it knows that there is one server, one queue and never more than two events to come. */
typedef struct Loop {
    RandomStream *arrival;
    RandomStream *service;
    double mean_gap_s;
    double now_s;
    double next_arrival_s;
    double next_departure_s;
    double arrived_at_s[RING];
    unsigned head;
    unsigned tail;
    int present;
    double waits_s;
    double busy_area_s;
    double present_area_s;
    uint32_t *buckets; /* NULL = no histogram */
} Loop;

static void loop_begin(Loop *loop, double wait_s) {
    loop->waits_s += wait_s;
    if (loop->buckets != NULL) {
        union {
            double value;
            uint64_t bits;
        } wait = {wait_s};
        loop->buckets[wait.bits >> BUCKET_SHIFT]++;
    }
    loop->next_departure_s = loop->now_s + random_exponential(loop->service, MEAN_SERVICE_S);
}

static void loop_advance(Loop *loop, double to_s) {
    double step_s = to_s - loop->now_s;
    loop->present_area_s += step_s * loop->present;
    loop->busy_area_s += loop->present > 0 ? step_s : 0.0;
    loop->now_s = to_s;
}

static void loop_arrive(Loop *loop, bool is_last) {
    loop_advance(loop, loop->next_arrival_s);
    if (loop->present++ == 0)
        loop_begin(loop, 0.0);
    else
        loop->arrived_at_s[loop->tail++ % RING] = loop->now_s;
    loop->next_arrival_s = is_last ? INFINITY : loop->now_s + random_exponential(loop->arrival, loop->mean_gap_s);
}

static void loop_depart(Loop *loop) {
    loop_advance(loop, loop->next_departure_s);
    if (--loop->present > 0)
        loop_begin(loop, loop->now_s - loop->arrived_at_s[loop->head++ % RING]);
    else
        loop->next_departure_s = INFINITY;
}

static double loop_median(const uint32_t *buckets) {
    uint32_t below = 0;
    uint64_t i = 0;
    while (below + buckets[i] < CUSTOMERS / 2)
        below += buckets[i++];
    union {
        uint64_t bits;
        double value;
    } middle = {(i << BUCKET_SHIFT) + ((uint64_t)1 << (BUCKET_SHIFT - 1))};
    return middle.value;
}

static Means run_loop(const Case *setup) {
    Loop *loop = calloc(1, sizeof *loop);
    loop->arrival = stream("arrival");
    loop->service = stream("service");
    loop->mean_gap_s = 1.0 / setup->arrivals_per_s;
    loop->buckets = setup->with_histogram ? calloc(LOOP_BUCKETS, sizeof *loop->buckets) : NULL;
    loop->next_arrival_s = random_exponential(loop->arrival, loop->mean_gap_s);
    loop->next_departure_s = INFINITY;
    for (int left = CUSTOMERS; left > 0 || loop->present > 0;) {
        if (loop->next_arrival_s < loop->next_departure_s)
            loop_arrive(loop, --left == 0);
        else
            loop_depart(loop);
    }
    Means means = {.wait_s = loop->waits_s / CUSTOMERS,
                   .busy_fraction = loop->busy_area_s / loop->now_s,
                   .present = loop->present_area_s / loop->now_s};
    if (setup->with_histogram)
        means.median_wait_s = loop_median(loop->buckets);
    random_stream_destroy(loop->arrival);
    random_stream_destroy(loop->service);
    free(loop->buckets);
    free(loop);
    return means;
}

static double now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return 1e9 * (double)time.tv_sec + (double)time.tv_nsec;
}

static double timed(Means (*run)(const Case *), const Case *setup, Means *means) {
    double start = now_ns();
    *means = run(setup);
    return (now_ns() - start) / CUSTOMERS;
}

static int ascending(const void *left, const void *right) {
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

static double median(double *values) {
    qsort(values, ROUNDS, sizeof *values, ascending);
    return values[ROUNDS / 2];
}

/* The engine rounds every duration up to a nanosecond, the loop does not. */
static bool is_equal(double ours, double loops) {
    return fabs(ours - loops) <= 1e-6 * loops;
}

static bool are_equal(const Means *ours, const Means *loops) {
    return is_equal(ours->wait_s, loops->wait_s) && is_equal(ours->busy_fraction, loops->busy_fraction) &&
           is_equal(ours->present, loops->present) && is_equal(ours->median_wait_s, loops->median_wait_s);
}

static bool run_case(const Case *setup) {
    double ours_ns[ROUNDS];
    double loop_ns[ROUNDS];
    double ratios[ROUNDS];
    Means ours = {0};
    Means loops = {0};
    for (int i = 0; i < ROUNDS; i++) {
        ours_ns[i] = timed(run_engine, setup, &ours);
        loop_ns[i] = timed(run_loop, setup, &loops);
        ratios[i] = ours_ns[i] / loop_ns[i];
    }
    double ratio = median(ratios);
    bool equal = are_equal(&ours, &loops);
    printf("%-22s %9.1f %9.1f %7.2f %7.2f  %-4s  %10.6f %10.6f  %s\n", setup->name, median(ours_ns), median(loop_ns),
           ratio, TARGET, ratio <= TARGET ? "pass" : "miss", ours.wait_s, loops.wait_s, equal ? "equal" : "DIFFER");
    return equal;
}

int main(void) {
    printf("M/M/1, %d customers, median of %d rounds, ns per customer; mean wait in s\n", CUSTOMERS, ROUNDS);
    printf("%-22s %9s %9s %7s %7s  %-4s  %10s %10s  %s\n", "case", "ours", "loop", "ratio", "target", "", "ours",
           "loop", "means");
    bool equal = true;
    for (int i = 0; i < CASE_COUNT; i++)
        equal = run_case(&CASES[i]) && equal;
    return equal ? EXIT_SUCCESS : EXIT_FAILURE;
}
