/*
 * metric_list: the summary of a result while it is written, metric by metric.
 */
#ifndef MODELS_ACCOUNT_METRIC_LIST_H
#define MODELS_ACCOUNT_METRIC_LIST_H

#include "models/results.h"
#include "sim/engine/arena.h"

typedef struct MetricList {
    Arena *arena;
    Metric *items;
    int count;
    int room;
} MetricList;

/* A list in the arena with room for at most so many. */
MetricList metric_list_create(Arena *arena, int room);

/* The texts are not copied. */
void metric_list_add(MetricList *list, const char *name, double value, const char *unit, const char *help);

/* The LEDGER_COUNT categories of the results' ledger, each as a fraction of all GPU time; NaN when they did not run. */
void metric_list_add_ledger(MetricList *list, const Results *results);

/* Makes the list the metrics of the results. */
void metric_list_finish(const MetricList *list, Results *results);

#endif
