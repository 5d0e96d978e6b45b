#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/engine/engine.h"

static Engine *create(void) {
    return engine_create(&(EngineSettings){.seed = 2385, .scenario = "test"});
}

typedef struct Log {
    uint64_t arguments[64];
    SimTime times[64];
    int count;
} Log;

static void record(Engine *engine, void *subject, uint64_t argument) {
    Log *log = subject;
    log->arguments[log->count] = argument;
    log->times[log->count++] = engine_now(engine);
}

Test(engine, events_fire_at_their_time_with_their_argument) {
    Engine *engine = create();
    Log log = {0};
    engine_schedule(engine, 31, 0, (Event){record, &log, 2});
    engine_schedule(engine, 17, 0, (Event){record, &log, 1});
    engine_run(engine);
    cr_assert_eq(log.count, 2);
    cr_assert_eq(log.arguments[0], 1);
    cr_assert_eq(log.times[0], 17);
    cr_assert_eq(log.times[1], 31);
    cr_assert_eq(engine_event_count(engine), 2);
    cr_assert_eq(engine_now(engine), 31);
    engine_destroy(engine);
}

static void chain(Engine *engine, void *subject, uint64_t argument) {
    record(engine, subject, argument);
    if (argument > 0) {
        engine_schedule(engine, 7, 0, (Event){chain, subject, argument - 1});
    }
}

Test(engine, delays_count_from_the_present) {
    Engine *engine = create();
    Log log = {0};
    engine_schedule(engine, 5, 0, (Event){chain, &log, 3});
    engine_run(engine);
    cr_assert_eq(log.count, 4);
    cr_assert_eq(log.times[3], 5 + 3 * 7);
    engine_destroy(engine);
}

Test(engine, run_until_fires_what_is_due_and_sets_the_clock) {
    Engine *engine = create();
    Log log = {0};
    engine_schedule(engine, 10, 0, (Event){record, &log, 1});
    engine_schedule(engine, 20, 0, (Event){record, &log, 2});
    engine_schedule(engine, 21, 0, (Event){record, &log, 3});
    engine_run_until(engine, 20);
    cr_assert_eq(log.count, 2);
    cr_assert_eq(engine_now(engine), 20);
    engine_run_until(engine, 20);
    cr_assert_eq(log.count, 2);
    engine_schedule(engine, 0, 0, (Event){record, &log, 4});
    engine_run_until(engine, 400);
    cr_assert_eq(log.count, 4);
    cr_assert_eq(log.arguments[2], 4);
    cr_assert_eq(log.times[2], 20);
    cr_assert_eq(log.times[3], 21);
    cr_assert_eq(engine_now(engine), 400);
    engine_destroy(engine);
}

Test(engine, a_cancelled_event_does_not_fire) {
    Engine *engine = create();
    Log log = {0};
    EventHandle handle = engine_schedule(engine, 10, 0, (Event){record, &log, 1});
    cr_assert(engine_cancel(engine, handle));
    cr_assert_not(engine_cancel(engine, handle));
    engine_run(engine);
    cr_assert_eq(log.count, 0);
    cr_assert_eq(engine_event_count(engine), 0);
    engine_destroy(engine);
}

Test(engine, a_moved_event_fires_at_its_new_time) {
    Engine *engine = create();
    Log log = {0};
    engine_run_until(engine, 100);
    EventHandle handle = engine_schedule(engine, 10, 0, (Event){record, &log, 1});
    cr_assert(engine_reschedule(engine, handle, 33));
    engine_run(engine);
    cr_assert_eq(log.count, 1);
    cr_assert_eq(log.times[0], 133);
    cr_assert_not(engine_reschedule(engine, handle, 1));
    engine_destroy(engine);
}

/* Hash of a run of two events of which one property each may differ. */
static uint64_t hash_of(SimTime time, int priority, uint64_t first, uint64_t second) {
    Engine *engine = create();
    Log log = {0};
    engine_schedule(engine, time, priority, (Event){record, &log, first});
    engine_schedule(engine, 41, 0, (Event){record, &log, second});
    engine_run(engine);
    uint64_t hash = engine_event_hash(engine);
    engine_destroy(engine);
    return hash;
}

Test(engine, equal_runs_have_equal_hashes) {
    cr_assert_eq(hash_of(41, 0, 5, 9), hash_of(41, 0, 5, 9));
}

Test(engine, hash_tells_order_time_priority_and_argument_apart) {
    uint64_t hash = hash_of(41, 0, 5, 9);
    cr_assert_neq(hash_of(41, 0, 9, 5), hash);
    cr_assert_neq(hash_of(40, 0, 5, 9), hash);
    cr_assert_neq(hash_of(41, -1, 5, 9), hash);
    cr_assert_neq(hash_of(41, 0, 6, 9), hash);
}

Test(engine, hash_counts_an_event_of_all_zeros) {
    Engine *engine = create();
    Log log = {0};
    uint64_t before = engine_event_hash(engine);
    engine_schedule(engine, 0, 0, (Event){record, &log, 0});
    engine_run(engine);
    cr_assert_neq(engine_event_hash(engine), before);
    engine_destroy(engine);
}

Test(engine, seed_is_that_of_the_settings) {
    Engine *engine = create();
    cr_assert_eq(engine_seed(engine), 2385);
    engine_destroy(engine);
}

/* A queue with one server: arrivals, services and, for each customer, an impatience that is cancelled when it is
 * served. */
enum { CUSTOMERS = 20000, WAITING_ROOM = 4096 };

typedef struct Server {
    uint64_t state;
    EventHandle impatience[WAITING_ROOM];
    uint64_t arrived;
    uint64_t served; /* or given up */
    uint64_t gave_up;
    bool is_busy;
} Server;

/* Exponential with the given mean, by means of arithmetic that every compiler does alike. */
static SimTime draw(Server *server, double mean_s) {
    server->state = server->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    double uniform = ((double)(server->state >> 11) + 0.5) * 0x1p-53;
    double sum = 0.0;
    double term = 1.0;
    for (int i = 1; i < 60; i++) {
        term *= 1.0 - uniform;
        sum += term / i;
    }
    return sim_time_from_s(mean_s * sum);
}

static void leave(Engine *engine, void *subject, uint64_t customer);

static void serve_next(Engine *engine, Server *server) {
    server->is_busy = false;
    while (server->served < server->arrived && !server->is_busy) {
        uint64_t customer = server->served++;
        if (engine_cancel(engine, server->impatience[customer % WAITING_ROOM])) {
            server->is_busy = true;
            engine_schedule(engine, draw(server, 0.9e-6), 0, (Event){leave, server, customer});
        }
    }
}

static void leave(Engine *engine, void *subject, uint64_t customer) {
    (void)customer;
    serve_next(engine, subject);
}

static void give_up(Engine *engine, void *subject, uint64_t customer) {
    (void)engine;
    (void)customer;
    ((Server *)subject)->gave_up++;
}

static void arrive(Engine *engine, void *subject, uint64_t customer) {
    Server *server = subject;
    EventHandle *impatience = &server->impatience[customer % WAITING_ROOM];
    *impatience = engine_schedule(engine, draw(server, 30e-6), 1, (Event){give_up, server, customer});
    engine_reschedule(engine, *impatience, draw(server, 25e-6));
    server->arrived++;
    if (!server->is_busy) {
        serve_next(engine, server);
    }
    if (server->arrived < CUSTOMERS) {
        engine_schedule(engine, draw(server, 1e-6), -1, (Event){arrive, server, customer + 1});
    }
}

Test(engine, a_fixed_program_has_the_same_hash_on_every_compiler) {
    Engine *engine = create();
    Server server = {.state = 2385};
    engine_schedule(engine, 0, -1, (Event){arrive, &server, 0});
    engine_run(engine);
    cr_assert_eq(server.served, CUSTOMERS);
    cr_assert_eq(engine_event_count(engine), 2 * CUSTOMERS);
    cr_assert_eq(server.gave_up, 1753);
    cr_assert_eq(engine_event_hash(engine), UINT64_C(0xaa3dc600358e641f), "0x%" PRIx64, engine_event_hash(engine));
    engine_destroy(engine);
}

Test(engine, durations_are_rounded_up) {
    cr_assert_eq(sim_time_from_s(0.0), 0);
    cr_assert_eq(sim_time_from_s(2.0001e-9), 3);
    cr_assert_eq(sim_time_from_s(1.5e-9), 2);
    cr_assert_eq(sim_time_from_s(2.385), INT64_C(2385000000));
}

Test(engine, floating_noise_does_not_add_a_nanosecond) {
    cr_assert_eq(sim_time_from_s(0.000001), 1000);
    for (int i = 1; i < 100000; i++) {
        cr_assert_eq(sim_time_from_s(i / 1e6), i * INT64_C(1000));
        cr_assert_eq(sim_time_from_s(i * 1e-9), i);
        cr_assert_eq(sim_time_from_s(i * 0.1), i * INT64_C(100000000));
    }
}

Test(engine, no_positive_duration_becomes_nothing) {
    cr_assert_eq(sim_time_from_s(1e-30), 1);
    cr_assert_eq(sim_time_from_s(4.9e-324), 1);
}

Test(engine, times_in_seconds_come_back) {
    cr_assert_float_eq(sim_time_to_s(INT64_C(2385000000)), 2.385, 1e-15);
    cr_assert_eq(sim_time_from_s(9.2e9), INT64_C(9200000000000000000));
}

Test(engine, a_negative_duration_is_a_programmers_mistake, .signal = SIGABRT) {
    sim_time_from_s(-1e-9);
}

Test(engine, not_a_number_is_a_programmers_mistake, .signal = SIGABRT) {
    sim_time_from_s(NAN);
}

Test(engine, more_than_292_years_is_a_programmers_mistake, .signal = SIGABRT) {
    sim_time_from_s(9.3e9);
}

Test(engine, a_negative_delay_is_a_programmers_mistake, .signal = SIGABRT) {
    Log log = {0};
    engine_schedule(create(), -1, 0, (Event){record, &log, 0});
}

Test(engine, a_delay_past_the_end_of_time_is_a_programmers_mistake, .signal = SIGABRT) {
    Engine *engine = create();
    Log log = {0};
    engine_run_until(engine, 10);
    engine_schedule(engine, SIM_TIME_MAX - 9, 0, (Event){record, &log, 0});
}

/* Fails a check in a child and reads what it wrote to stderr. */
static void read_failure(char *text, size_t bytes) {
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        Engine *engine = create();
        Log log = {0};
        engine_schedule(engine, 17, 0, (Event){record, &log, 0});
        engine_run(engine);
        engine_check_failed(engine, "pool.c", 12, "units > 0");
    }
    close(ends[1]);
    ssize_t count = read(ends[0], text, bytes - 1);
    text[count > 0 ? count : 0] = '\0';
    close(ends[0]);
    waitpid(child, NULL, 0);
}

Test(engine, a_failed_check_tells_time_event_seed_and_scenario) {
    char text[512];
    read_failure(text, sizeof(text));
    cr_assert_str_eq(text, "pool.c:12: check failed: units > 0\n"
                           "  at time 17 ns, event 1, seed 2385, scenario \"test\"\n");
}
