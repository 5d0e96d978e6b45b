#include "models/account/metric_list.h"

#include <math.h>

#include "sim/engine/check.h"

MetricList metric_list_create(Arena *arena, int room) {
    return (MetricList){.arena = arena, .items = ARENA_ARRAY(arena, room, Metric), .room = room};
}

void metric_list_add(MetricList *list, const char *name, double value, const char *unit, const char *help) {
    CHECK(list->count < list->room);
    list->items[list->count++] = (Metric){name, value, unit, help};
}

void metric_list_add_ledger(MetricList *list, const Results *results) {
    double all_ns = (double)results->wall * (double)results->gpus;
    for (int category = 0; category < LEDGER_COUNT; category++) {
        const char *name =
            arena_format(list->arena, "ledger.%s_fraction", ledger_category_name((LedgerCategory)category));
        double fraction = results->status == RUN_OK ? (double)results->ledger.ns[category] / all_ns : (double)NAN;
        metric_list_add(list, name, fraction, "fraction", ledger_category_title((LedgerCategory)category));
    }
}

void metric_list_finish(const MetricList *list, Results *results) {
    results->metrics = list->items;
    results->metric_count = list->count;
}
