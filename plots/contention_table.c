#include "plots/contention_table.h"

#include <math.h>

#include "plots/contention_view.h"
#include "plots/tidy_row.h"

/* What all rows of a job share. */
typedef struct JobRows {
    FILE *out;
    Arena *arena;
    const char *run_id;
    const Contention *contention;
    int job;
} JobRows;

static void put(const JobRows *rows, const char *metric, double value, const char *unit) {
    tidy_row(rows->out, (TidyKey){rows->run_id, NAN, rows->contention->jobs[rows->job]->name, metric}, value, unit);
}

static void write_facts(const JobRows *rows) {
    const Results *job = rows->contention->jobs[rows->job];
    put(rows, "gpus", (double)job->gpus, "GPU");
    put(rows, "start", (double)job->start / 1e9, "s");
    put(rows, "end", (double)contention_view_end(job) / 1e9, "s");
    put(rows, "steps", (double)job->step_count, "count");
    put(rows, "step", contention_view_step_s(rows->contention, rows->job), "s");
    put(rows, "step_alone", contention_view_alone_s(rows->contention, rows->job), "s");
    put(rows, "slowdown", rows->contention->slowdown[rows->job], "ratio");
    put(rows, "exposed", rows->contention->exposed_gpu_s[rows->job], "GPU s");
    put(rows, "exposed", contention_view_exposed(rows->contention, rows->job), "fraction");
}

static void write_due(const JobRows *rows) {
    const Contention *contention = rows->contention;
    for (int owner = 0; owner < contention->owner_count; owner++) {
        const char *metric = arena_format(rows->arena, "due_to.%s", contention->owners[owner]);
        put(rows, metric, results_due_gpu_s(contention, rows->job, owner), "GPU s");
        put(rows, metric, contention_view_due(contention, rows->job, owner), "fraction");
    }
}

static void write_steps(const JobRows *rows) {
    const Results *job = rows->contention->jobs[rows->job];
    SimTime start = job->start;
    for (int64_t step = 0; job->step_ends != NULL && step < job->step_count; step++) {
        SimTime end = job->step_ends[step];
        tidy_row(rows->out, (TidyKey){rows->run_id, (double)end / 1e9, job->name, "step"}, (double)(end - start) / 1e9,
                 "s");
        start = end;
    }
}

void contention_table_rows(FILE *out, const char *run_id, const Results *results) {
    if (!contention_view_applies(results)) {
        return;
    }
    Arena *arena = arena_create();
    JobRows rows = {.out = out, .arena = arena, .run_id = run_id, .contention = results->contention};
    for (; rows.job < rows.contention->job_count; rows.job++) {
        write_facts(&rows);
        write_due(&rows);
    }
    for (rows.job = 0; rows.job < rows.contention->job_count; rows.job++) {
        write_steps(&rows);
    }
    arena_destroy(arena);
}

void contention_table_write(FILE *out, const Results *results) {
    tidy_header(out);
    contention_table_rows(out, results->name, results);
}
