/*
 * pool: a number of equal units (bytes, servers, slots) that are taken and given back. A request that cannot be met
 * waits: in order of priority (smaller first), then of arrival. Nobody overtakes the first in the queue, so a large
 * request is never starved by small ones. A request or release costs O(log waiting); nothing is allocated once the
 * queue has reached its largest length.
 */
#ifndef SIM_ENGINE_POOL_H
#define SIM_ENGINE_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/engine/engine.h"
#include "sim/engine/series.h"

typedef struct Pool Pool;

/* Capacity in units, >= 0. */
Pool *pool_create(Engine *engine, int64_t capacity);
void pool_destroy(Pool *pool);

/*
 * Takes `units` (0 .. capacity, CHECK) now or when they are free. Returns true when taken at once: then `granted` is
 * not fired. Otherwise the request waits and `granted` is fired, at priority 0, once the units are its own.
 */
bool pool_request(Pool *pool, int64_t units, int priority, Event granted);

/* Takes the units only if they are free and nobody waits. */
bool pool_try(Pool *pool, int64_t units);

/* Gives units back (at most pool_used, CHECK) and serves who waits. */
void pool_release(Pool *pool, int64_t units);

int64_t pool_capacity(const Pool *pool);
int64_t pool_used(const Pool *pool);
int64_t pool_peak(const Pool *pool); /* most units ever used at once */
int pool_waiting(const Pool *pool);  /* requests in the queue */

/* Time-weighted means since time 0 up to now. */
double pool_mean_used(const Pool *pool);
double pool_mean_waiting(const Pool *pool);

/* Records the units used into `series` (borrowed) whenever they change. */
void pool_observe(Pool *pool, Series *series);

#endif
