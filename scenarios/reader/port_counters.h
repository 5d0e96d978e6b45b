/*
 * port_counters: the traffic of a port over time, out of a CSV file, for background flows: a column time_s, and either
 * bytes_per_s (from that time on) or bytes (counted so far, as switches do). Times are seconds from the `start` of the
 * flow.
 */
#ifndef SCENARIOS_READER_PORT_COUNTERS_H
#define SCENARIOS_READER_PORT_COUNTERS_H

#include "models/spec.h"
#include "sim/engine/arena.h"
#include "sim/engine/error.h"

/* Fills samples and sample_count from the file; false when an error was added. */
bool port_counters_read(const char *path, BackgroundSpec *flow, Arena *arena, ErrorList *errors);

#endif
