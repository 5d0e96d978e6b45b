#include "sim/engine/engine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/engine/check.h"
#include "sim/engine/fatal.h"

static const double NS_PER_S = 1e9;

/* Not 0, which an event of all zeros would leave as it is. */
#define HASH_START UINT64_C(0x510e527fade682d1)

struct Engine {
    SimTime now;
    uint64_t event_count;
    uint64_t hash;
    EventQueue *queue;
    uint64_t seed;
    const char *scenario;
};

Engine *engine_create(const EngineSettings *settings) {
    Engine *engine = calloc(1, sizeof(Engine));
    if (engine == NULL) {
        fatal("out of memory: an engine");
    }
    engine->queue = event_queue_create();
    engine->hash = HASH_START;
    engine->seed = settings->seed;
    engine->scenario = settings->scenario != NULL ? settings->scenario : "";
    return engine;
}

void engine_destroy(Engine *engine) {
    if (engine == NULL) {
        return;
    }
    event_queue_destroy(engine->queue);
    free(engine);
}

SimTime sim_time_from_s(double duration_s) {
    CHECK(duration_s >= 0.0);
    double time = duration_s * NS_PER_S;
    CHECK(time < 0x1p63);
    SimTime whole = (SimTime)time;
    double part = time - (double)whole; /* exact */
    double noise = time * 0x1p-50 > 1e-6 ? time * 0x1p-50 : 1e-6;
    whole += part > noise || part >= 0.5 ? 1 : 0;
    return duration_s > 0.0 && whole < 1 ? 1 : whole;
}

double sim_time_to_s(SimTime time) {
    return (double)time / NS_PER_S;
}

EventHandle engine_schedule(Engine *engine, SimTime delay, int priority, Event event) {
    ENGINE_CHECK(engine, delay >= 0 && delay <= SIM_TIME_MAX - engine->now);
    ENGINE_CHECK(engine, event.action != NULL);
    return event_queue_push(engine->queue, engine->now + delay, priority, event);
}

bool engine_reschedule(Engine *engine, EventHandle handle, SimTime delay) {
    ENGINE_CHECK(engine, delay >= 0 && delay <= SIM_TIME_MAX - engine->now);
    return event_queue_reschedule(engine->queue, handle, engine->now + delay);
}

bool engine_cancel(Engine *engine, EventHandle handle) {
    return event_queue_cancel(engine->queue, handle);
}

SimTime engine_now(const Engine *engine) {
    return engine->now;
}

uint64_t engine_seed(const Engine *engine) {
    return engine->seed;
}

static inline uint64_t rotated(uint64_t word, int bits) {
    return word << bits | word >> (64 - bits);
}

/* One multiplication depends on the hash so far, the others do not wait. The odd constants are the fractions of square
 * roots. */
static inline uint64_t mixed(uint64_t hash, SimTime time, int priority, uint64_t argument) {
    uint64_t word = (uint64_t)time * UINT64_C(0x6a09e667f3bcc909);
    word ^= rotated(argument * UINT64_C(0xbb67ae8584caa73b), 32);
    word += (uint64_t)(int64_t)priority * UINT64_C(0x3c6ef372fe94f82b);
    return (rotated(hash, 29) ^ word) * UINT64_C(0xa54ff53a5f1d36f1);
}

static void fire_until(Engine *engine, SimTime until) {
    SimTime time;
    int priority;
    Event event;
    while (event_queue_pop_until(engine->queue, until, &time, &priority, &event)) {
        engine->now = time;
        engine->event_count++;
        engine->hash = mixed(engine->hash, time, priority, event.argument);
        event.action(engine, event.subject, event.argument);
    }
}

void engine_run(Engine *engine) {
    fire_until(engine, SIM_TIME_MAX);
}

void engine_run_until(Engine *engine, SimTime until) {
    ENGINE_CHECK(engine, until >= engine->now);
    fire_until(engine, until);
    engine->now = until;
}

uint64_t engine_event_count(const Engine *engine) {
    return engine->event_count;
}

uint64_t engine_event_hash(const Engine *engine) {
    return engine->hash;
}

_Noreturn void engine_check_failed(const Engine *engine, const char *file, int line, const char *condition) {
    fprintf(stderr,
            "%s:%d: check failed: %s\n  at time %" PRId64 " ns, event %" PRIu64 ", seed %" PRIu64 ", scenario \"%s\"\n",
            file, line, condition, engine->now, engine->event_count, engine->seed, engine->scenario);
    abort();
}
