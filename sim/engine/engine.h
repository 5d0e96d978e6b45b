/*
 * engine: the clock of one run. It fires events in order, counts them and keeps a running hash of them, so that two
 * runs can be compared by one number. It knows nothing of GPUs. A run is a pure function of what was scheduled: no
 * clock, no pointer enters the hash.
 */
#ifndef SIM_ENGINE_ENGINE_H
#define SIM_ENGINE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/engine/event_queue.h"

typedef struct EngineSettings {
    uint64_t seed;
    const char *scenario; /* borrowed, for messages; NULL = "" */
} EngineSettings;

typedef struct Engine Engine;

Engine *engine_create(const EngineSettings *settings);
void engine_destroy(Engine *engine);

/*
 * Duration in SI seconds to SimTime, rounded up so that no positive duration becomes 0; negative, NaN or over 292 years
 * is a CHECK. A product within 1e-6 ns (or 4 units in the last place) of a whole number of ns is that number: 1e-6 s is
 * 1000 ns, not 1001.
 */
SimTime sim_time_from_s(double duration_s);
double sim_time_to_s(SimTime time);

/* Schedules `event` at now + delay (delay >= 0). Priorities: see event_queue.h. */
EventHandle engine_schedule(Engine *engine, SimTime delay, int priority, Event event);

/* Moves a pending event to now + delay; false when the handle is stale. */
bool engine_reschedule(Engine *engine, EventHandle handle, SimTime delay);
bool engine_cancel(Engine *engine, EventHandle handle);

SimTime engine_now(const Engine *engine);
uint64_t engine_seed(const Engine *engine);

/* Fires events until none is left. */
void engine_run(Engine *engine);

/* Fires every event up to and including `until`, then sets the clock to `until`. */
void engine_run_until(Engine *engine, SimTime until);

/* Number of events fired, and the hash over (time, priority, argument) of each in order. */
uint64_t engine_event_count(const Engine *engine);
uint64_t engine_event_hash(const Engine *engine);

_Noreturn void engine_check_failed(const Engine *engine, const char *file, int line, const char *condition);

#define ENGINE_CHECK(engine, condition)                                                                                \
    ((condition) ? (void)0 : engine_check_failed((engine), __FILE__, __LINE__, #condition))

#endif
