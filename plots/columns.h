/*
 * columns: the wide row of a run: facts, every metric, then every category of the ledger as a fraction (metrics named
 * ledger.* are those again, and left out). longest_step_s is that of Results.step, beside the mean, time.step_s. The
 * columns of a sweep are the union over its points, so that a point that lacks a metric has NaN there. Names do not
 * depend on values.
 */
#ifndef PLOTS_COLUMNS_H
#define PLOTS_COLUMNS_H

#include "models/results.h"
#include "sim/engine/arena.h"

typedef struct Columns {
    const char **metrics; /* names in order of first appearance */
    int metric_count;
} Columns;

Columns columns_of_run(Arena *arena, const Results *results);
Columns columns_of_sweep(Arena *arena, const SweepResults *sweep);

/* True for the metrics that repeat the ledger. */
bool columns_is_of_ledger(const Metric *metric);

/* "ok", "out_of_memory", "too_long" or, for a point without results, "failed". */
const char *columns_status(const Results *results);

/* The same for people: "does not fit", "does not end", "could not be run"; "" for a run that is ok. */
const char *columns_failure(const Results *results);

/* Model FLOP/s per GPU in TFLOP/s, recomputation not counted; NaN when the run has none. */
double columns_throughput(const Results *results);

/* The metric's value, NaN when the run has no such metric or there is no run. */
double columns_metric(const Results *results, const char *name);

#endif
