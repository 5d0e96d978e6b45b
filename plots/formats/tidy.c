/*
 * tidy: one long table, run_id,time_s,entity,metric,value,unit, for R, pandas and the like. Whole-run values have no
 * instant: their time_s is NaN. Of several jobs each has
 * its own rows behind those of the run, with the run_id RUN/JOB. The run_id of a sweep's point lists its parameters.
 */
#include <math.h>

#include "models/sweep_findings.h"
#include "plots/cell.h"
#include "plots/columns.h"
#include "plots/contention_table.h"
#include "plots/format.h"
#include "plots/ledger_table.h"
#include "plots/tidy_row.h"
#include "sim/engine/arena.h"

static const char *const MEMORY_METRICS[] = {"memory.weights",     "memory.gradients", "memory.optimizer",
                                             "memory.activations", "memory.buffers",   "memory.total",
                                             "memory.capacity"};

static void write_metrics(FILE *out, const char *run_id, const Results *results) {
    for (int i = 0; i < results->metric_count; i++) {
        const Metric *metric = &results->metrics[i];
        TidyKey key = {run_id, NAN, "run", metric->name};
        tidy_row(out, key, metric->value, metric->unit);
    }
}

static void write_memory(FILE *out, const char *run_id, const Results *results) {
    for (int i = 0; i < results->memory_count; i++) {
        const MemoryResults *row = &results->memory[i];
        const double bytes[] = {row->weights_bytes, row->gradients_bytes, row->optimizer_bytes, row->activations_bytes,
                                row->buffers_bytes, row->total_bytes,     row->capacity_bytes};
        for (size_t m = 0; m < sizeof bytes / sizeof bytes[0]; m++) {
            TidyKey key = {run_id, NAN, row->gpu_class, MEMORY_METRICS[m]};
            tidy_row(out, key, bytes[m], "bytes");
        }
    }
}

static void write_series(FILE *out, Arena *arena, const char *run_id, const Results *results) {
    for (int i = 0; i < results->series_count; i++) {
        const SeriesSamples *series = &results->series[i];
        const char *mean = arena_format(arena, "%s.mean", series->metric);
        const char *max = arena_format(arena, "%s.max", series->metric);
        for (int s = 0; s < series->count; s++) {
            tidy_row(out, (TidyKey){run_id, series->time_s[s], series->entity, mean}, series->mean[s], series->unit);
            tidy_row(out, (TidyKey){run_id, series->time_s[s], series->entity, max}, series->max[s], series->unit);
        }
    }
}

/* A run without a step has a row of its status, so that its NaN are explained. */
static void write_status(FILE *out, const char *run_id, const Results *results) {
    if (results == NULL || results->status != RUN_OK) {
        tidy_row(out, (TidyKey){run_id, NAN, "run", columns_status(results)}, 1, "count");
    }
}

static void write_own_rows(FILE *out, Arena *arena, const char *run_id, const Results *results) {
    write_status(out, run_id, results);
    write_metrics(out, run_id, results);
    ledger_table_rows(out, run_id, results);
    write_memory(out, run_id, results);
    write_series(out, arena, run_id, results);
}

static void write_rows(FILE *out, Arena *arena, const char *run_id, const Results *results) {
    write_own_rows(out, arena, run_id, results);
    contention_table_rows(out, run_id, results);
    for (int i = 0; results->contention != NULL && i < results->contention->job_count; i++) {
        const Results *job = results->contention->jobs[i];
        write_own_rows(out, arena, arena_format(arena, "%s/%s", run_id, job->name), job);
    }
}

static void write_run(FILE *out, const Results *results) {
    Arena *arena = arena_create();
    tidy_header(out);
    write_rows(out, arena, results->name, results);
    arena_destroy(arena);
}

static void write_sweep(FILE *out, const SweepFindings *findings) {
    const SweepResults *sweep = findings->sweep;
    tidy_header(out);
    for (int i = 0; i < sweep->point_count; i++) {
        const SweepPoint *point = &sweep->points[i];
        Arena *arena = arena_create();
        const char *run_id = sweep_names_point(arena, sweep, point);
        if (point->results != NULL) {
            write_rows(out, arena, run_id, point->results);
        } else {
            write_status(out, run_id, NULL);
        }
        arena_destroy(arena);
    }
}

const Format format_tidy = {
    .name = "tidy",
    .summary = "one long table: run_id,time_s,entity,metric,value,unit",
    .file_extension = "csv",
    .write_run = write_run,
    .write_sweep = write_sweep,
};
