#include "plots/columns.h"

#include <math.h>
#include <string.h>

static bool is_known(const Columns *columns, const char *name) {
    for (int i = 0; i < columns->metric_count; i++) {
        if (strcmp(columns->metrics[i], name) == 0) {
            return true;
        }
    }
    return false;
}

bool columns_is_of_ledger(const Metric *metric) {
    return strncmp(metric->name, "ledger.", strlen("ledger.")) == 0;
}

static void add_new(Columns *columns, const Results *results) {
    for (int i = 0; results != NULL && i < results->metric_count; i++) {
        if (!columns_is_of_ledger(&results->metrics[i]) && !is_known(columns, results->metrics[i].name)) {
            columns->metrics[columns->metric_count++] = results->metrics[i].name;
        }
    }
}

Columns columns_of_run(Arena *arena, const Results *results) {
    Columns columns = {.metrics = ARENA_ARRAY(arena, results->metric_count, const char *)};
    add_new(&columns, results);
    return columns;
}

Columns columns_of_sweep(Arena *arena, const SweepResults *sweep) {
    int most = 0;
    for (int i = 0; i < sweep->point_count; i++) {
        const Results *results = sweep->points[i].results;
        most += results != NULL ? results->metric_count : 0;
    }
    Columns columns = {.metrics = ARENA_ARRAY(arena, most, const char *)};
    for (int i = 0; i < sweep->point_count; i++) {
        add_new(&columns, sweep->points[i].results);
    }
    return columns;
}

double columns_throughput(const Results *results) {
    return columns_metric(results, "throughput.model_tflops_per_gpu");
}

const char *columns_status(const Results *results) {
    static const char *const WORDS[] = {
        [RUN_OK] = "ok", [RUN_OUT_OF_MEMORY] = "out_of_memory", [RUN_TOO_LONG] = "too_long", [RUN_STOPPED] = "stopped"};
    return results != NULL ? WORDS[results->status] : "failed";
}

const char *columns_failure(const Results *results) {
    static const char *const WORDS[] = {[RUN_OK] = "",
                                        [RUN_OUT_OF_MEMORY] = "does not fit",
                                        [RUN_TOO_LONG] = "does not end",
                                        [RUN_STOPPED] = "was stopped"};
    return results != NULL ? WORDS[results->status] : "could not be run";
}

double columns_metric(const Results *results, const char *name) {
    const Metric *metric = results != NULL ? results_metric(results, name) : NULL;
    return metric != NULL ? metric->value : NAN;
}
