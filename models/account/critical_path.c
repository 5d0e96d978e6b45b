#include "models/account/critical_path.h"

#include <stdlib.h>

#include "models/account/attribution.h"

static TaskId last_task(const TaskGraph *graph) {
    TaskId last = TASK_NONE;
    SimTime end = -1;
    for (int task = 0; task < task_graph_count(graph); task++) {
        TaskRecord record = task_graph_record(graph, (TaskId)task);
        if (record.end > end) {
            end = record.end;
            last = (TaskId)task;
        }
    }
    return last;
}

static void add_task(const Step *step, TaskId id, SimTime ns, LedgerRow *rows) {
    const StepTask *task = &step->tasks[id];
    if (task->gpu_class < 0)
        return;
    LedgerRow *row = &rows[task->gpu_class];
    if (task->profile < 0) {
        ledger_add(row, task->category, ns);
        return;
    }
    for (int category = 0; category < LEDGER_COUNT; category++)
        ledger_add(row, (LedgerCategory)category, step->profiles[task->profile].row.ns[category]);
    ledger_add(row, step->slowing_category, attribution_slowed_ns(step, task, ns));
}

/* A part and its place before sorting, which decides between equal times. */
typedef struct Ranked {
    CriticalPart part;
    int order;
} Ranked;

static int compare(const void *left, const void *right) {
    const Ranked *a = left, *b = right;
    if (a->part.ns != b->part.ns)
        return a->part.ns < b->part.ns ? 1 : -1;
    return a->order - b->order;
}

static int collect(const Step *step, const LedgerRow *rows, Ranked *list) {
    int count = 0;
    for (int class = 0; class < step->ranks.class_count; class ++) {
        for (int category = 0; category < LEDGER_COUNT; category++) {
            if (rows[class].ns[category] == 0)
                continue;
            list[count].part.entity = step->ranks.classes[class].name;
            list[count].part.category = (LedgerCategory)category;
            list[count].part.ns = rows[class].ns[category];
            list[count].order = count;
            count++;
        }
    }
    return count;
}

int critical_path_of_step(const Step *step, Arena *arena, const CriticalPart **parts) {
    int classes = step->ranks.class_count;
    LedgerRow *rows = ARENA_ARRAY(arena, classes, LedgerRow);
    for (TaskId id = last_task(step->graph); id != TASK_NONE;) {
        TaskRecord record = task_graph_record(step->graph, id);
        add_task(step, id, record.end - record.start, rows);
        id = record.released_by;
    }
    Ranked *list = ARENA_ARRAY(arena, (size_t)classes * LEDGER_COUNT, Ranked);
    int count = collect(step, rows, list);
    qsort(list, (size_t)count, sizeof *list, compare);
    CriticalPart *sorted = ARENA_ARRAY(arena, count, CriticalPart);
    for (int i = 0; i < count; i++)
        sorted[i] = list[i].part;
    *parts = sorted;
    return count;
}
