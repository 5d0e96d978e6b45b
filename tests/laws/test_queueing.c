/* Queues on the engine against what queueing theory knows exactly: M/M/1, M/M/c (Erlang), priorities (Cobham), Little.
 */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "sim/engine/engine.h"
#include "sim/engine/pool.h"
#include "sim/engine/random.h"
#include "sim/engine/statistics.h"

enum { CUSTOMERS = 180000, WARM_UP = 3000, REPLICATIONS = 30, MOST_CLASSES = 2 };

typedef struct StationSpec {
    double arrivals_per_s;
    double services_per_s; /* of one server */
    int servers;
    double urgent_fraction; /* of the customers, in class 0; the others are in class 1, which waits for class 0 */
} StationSpec;

typedef struct Station {
    const StationSpec *spec;
    Engine *engine;
    Pool *servers;
    RandomStream *arrival;
    RandomStream *service;
    RandomStream *urgency;
    SimTime *arrived_at; /* by customer */
    int *classes;        /* by customer */
    int arrived;
    int left;
    TimeWeighted present;
    SimTime waiting_ns;
    SimTime present_ns;
    Tally waits_s[MOST_CLASSES]; /* after the warm-up */
    Tally must_wait;             /* 1 or 0, after the warm-up */
} Station;

typedef struct StationResults {
    double wait_s[MOST_CLASSES];
    double wait_fraction;
    double busy_fraction;
} StationResults;

static RandomStream *stream(uint32_t replication, const char *purpose) {
    return random_stream_create(
        &(RandomName){.seed = 2385, .replication = replication, .entity = "station", .purpose = purpose});
}

static void depart(Engine *engine, void *subject, uint64_t customer) {
    Station *station = subject;
    station->left++;
    station->present_ns += engine_now(engine) - station->arrived_at[customer];
    time_weighted_set(&station->present, engine_now(engine), station->arrived - station->left);
    pool_release(station->servers, 1);
}

static void begin_service(Engine *engine, void *subject, uint64_t customer) {
    Station *station = subject;
    SimTime wait = engine_now(engine) - station->arrived_at[customer];
    station->waiting_ns += wait;
    if (customer >= WARM_UP)
        tally_add(&station->waits_s[station->classes[customer]], sim_time_to_s(wait));
    double service_s = random_exponential(station->service, 1.0 / station->spec->services_per_s);
    engine_schedule(engine, sim_time_from_s(service_s), 0, (Event){depart, station, customer});
}

static void schedule_arrival(Station *station);

static void arrive(Engine *engine, void *subject, uint64_t customer) {
    Station *station = subject;
    int class = random_uniform(station->urgency) < station->spec->urgent_fraction ? 0 : 1;
    station->arrived_at[customer] = engine_now(engine);
    station->classes[customer] = class;
    station->arrived++;
    time_weighted_set(&station->present, engine_now(engine), station->arrived - station->left);
    bool at_once = pool_request(station->servers, 1, class, (Event){begin_service, station, customer});
    if (at_once)
        begin_service(engine, station, customer);
    if (customer >= WARM_UP)
        tally_add(&station->must_wait, at_once ? 0.0 : 1.0);
    if (station->arrived < CUSTOMERS)
        schedule_arrival(station);
}

static void schedule_arrival(Station *station) {
    SimTime gap = sim_time_from_s(random_exponential(station->arrival, 1.0 / station->spec->arrivals_per_s));
    engine_schedule(station->engine, gap, 0, (Event){arrive, station, (uint64_t)station->arrived});
}

static void open_station(Station *station, const StationSpec *spec, uint32_t replication) {
    *station = (Station){.spec = spec};
    station->engine = engine_create(&(EngineSettings){.seed = 2385, .scenario = "station"});
    station->servers = pool_create(station->engine, spec->servers);
    station->arrival = stream(replication, "arrival");
    station->service = stream(replication, "service");
    station->urgency = stream(replication, "urgency");
    station->arrived_at = calloc(CUSTOMERS, sizeof *station->arrived_at);
    station->classes = calloc(CUSTOMERS, sizeof *station->classes);
    time_weighted_init(&station->present, 0, 0.0);
    tally_init(&station->waits_s[0]);
    tally_init(&station->waits_s[1]);
    tally_init(&station->must_wait);
    schedule_arrival(station);
}

static void close_station(Station *station) {
    free(station->arrived_at);
    free(station->classes);
    random_stream_destroy(station->arrival);
    random_stream_destroy(station->service);
    random_stream_destroy(station->urgency);
    pool_destroy(station->servers);
    engine_destroy(station->engine);
}

static StationResults run_station(const StationSpec *spec, uint32_t replication) {
    Station station;
    open_station(&station, spec, replication);
    engine_run(station.engine);
    StationResults results = {
        .wait_s = {station.waits_s[0].mean, station.waits_s[1].mean},
        .wait_fraction = station.must_wait.mean,
        .busy_fraction = pool_mean_used(station.servers) / spec->servers,
    };
    close_station(&station);
    return results;
}

typedef struct Replications {
    double wait_s[MOST_CLASSES][REPLICATIONS];
    double wait_fraction[REPLICATIONS];
    double busy_fraction[REPLICATIONS];
} Replications;

static void run_replications(const StationSpec *spec, Replications *replications) {
    for (uint32_t i = 0; i < REPLICATIONS; i++) {
        StationResults results = run_station(spec, i);
        replications->wait_s[0][i] = results.wait_s[0];
        replications->wait_s[1][i] = results.wait_s[1];
        replications->wait_fraction[i] = results.wait_fraction;
        replications->busy_fraction[i] = results.busy_fraction;
    }
}

/* The truth lies in the 95 % interval, and the interval is no wider than `widest_fraction` of the truth. */
static void expect_interval(const char *what, const double *values, double truth, double widest_fraction) {
    Interval interval = statistics_interval(values, REPLICATIONS, 0.95);
    double off = interval.mean - truth;
    cr_log_info("%s: %.6g, found %.6g +- %.2g", what, truth, interval.mean, interval.half_width);
    cr_expect_leq(fabs(off), interval.half_width, "%s: expected %.6g, found %.6g +- %.2g", what, truth, interval.mean,
                  interval.half_width);
    cr_expect_lt(2.0 * interval.half_width, widest_fraction * truth, "%s: +- %.2g is too wide for %.6g", what,
                 interval.half_width, truth);
}

/* Erlang's second formula (1917): the probability that an arriving customer waits, by way of the loss recursion. */
static double erlang_c(int servers, double offered) {
    double loss = 1.0;
    for (int k = 1; k <= servers; k++)
        loss = offered * loss / (k + offered * loss);
    return servers * loss / (servers - offered * (1.0 - loss));
}

static void expect_erlang(const StationSpec *spec) {
    double offered = spec->arrivals_per_s / spec->services_per_s;
    double waits = erlang_c(spec->servers, offered);
    double wait_s = waits / (spec->servers * spec->services_per_s - spec->arrivals_per_s);
    Replications replications;
    run_replications(spec, &replications);
    expect_interval("mean wait in s", replications.wait_s[0], wait_s, 0.02);
    expect_interval("fraction that waits", replications.wait_fraction, waits, 0.01);
    expect_interval("utilisation", replications.busy_fraction, offered / spec->servers, 0.005);
}

Test(queueing, erlang_c_of_one_server_is_the_utilisation_and_of_three_the_closed_form) {
    cr_assert_float_eq(erlang_c(1, 0.62), 0.62, 1e-15);
    double a = 2.1;
    double last = a * a * a / 6.0 * 3.0 / (3.0 - a);
    cr_assert_float_eq(erlang_c(3, a), last / (1.0 + a + a * a / 2.0 + last), 1e-15);
}

Test(queueing, one_server_has_the_waits_and_the_utilisation_of_m_m_1) {
    expect_erlang(&(StationSpec){.arrivals_per_s = 1.3, .services_per_s = 2.385, .servers = 1, .urgent_fraction = 1.0});
}

Test(queueing, three_servers_have_the_waits_of_erlang_c) {
    expect_erlang(&(StationSpec){.arrivals_per_s = 4.3, .services_per_s = 2.385, .servers = 3, .urgent_fraction = 1.0});
}

/* Cobham 1954, for exponential services of one rate: the work found in service, over what the classes before leave. */
Test(queueing, two_classes_wait_as_cobham_says) {
    const StationSpec spec = {.arrivals_per_s = 1.3, .services_per_s = 2.385, .servers = 1, .urgent_fraction = 0.37};
    double load = spec.arrivals_per_s / spec.services_per_s;
    double urgent_load = spec.urgent_fraction * load;
    double residual_s = load / spec.services_per_s;
    Replications replications;
    run_replications(&spec, &replications);
    expect_interval("urgent wait in s", replications.wait_s[0], residual_s / (1.0 - urgent_load), 0.02);
    double other_s = residual_s / ((1.0 - urgent_load) * (1.0 - load));
    expect_interval("other wait in s", replications.wait_s[1], other_s, 0.02);
}

/* Every customer leaves, so that the law holds exactly on the run itself, up to rounding. */
static void expect_littles_law(const StationSpec *spec) {
    Station station;
    open_station(&station, spec, 77);
    engine_run(station.engine);
    double run_s = sim_time_to_s(engine_now(station.engine));
    double arrivals_per_s = station.left / run_s;
    double present = time_weighted_mean(&station.present, engine_now(station.engine));
    double waiting = pool_mean_waiting(station.servers);
    double busy = pool_mean_used(station.servers);
    double wait_s = sim_time_to_s(station.waiting_ns) / station.left;
    double stay_s = sim_time_to_s(station.present_ns) / station.left;
    cr_expect_eq(station.left, CUSTOMERS);
    cr_expect_float_eq(present, arrivals_per_s * stay_s, 1e-11 * present);
    cr_expect_float_eq(waiting, arrivals_per_s * wait_s, 1e-11 * waiting);
    cr_expect_float_eq(busy, arrivals_per_s * (stay_s - wait_s), 1e-11 * busy);
    close_station(&station);
}

Test(queueing, littles_law_holds_exactly_for_the_system_the_queue_and_the_servers) {
    expect_littles_law(&(StationSpec){1.3, 2.385, 1, 1.0});
    expect_littles_law(&(StationSpec){6.6, 2.385, 3, 0.37});
}

Test(queueing, with_common_random_numbers_more_servers_never_wait_longer) {
    double before = INFINITY;
    for (int servers = 1; servers <= 4; servers++) {
        double wait_s = run_station(&(StationSpec){1.9, 2.385, servers, 1.0}, 5).wait_s[0];
        cr_expect_lt(wait_s, before, "%d servers wait %g s, one less %g s", servers, wait_s, before);
        before = wait_s;
    }
}
