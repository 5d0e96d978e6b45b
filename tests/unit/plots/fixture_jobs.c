#include "tests/unit/plots/fixture_jobs.h"

#include <math.h>

#include "tests/unit/plots/fixture.h"

enum { GPUS = 8, STEPS = 3 };

static const SimTime ALONE = 2385000000;
static const SimTime WALL = 4 * 2385000000;

static const char *name_of(Arena *arena, int job) {
    static const char *const names[] = {"left", "right", "third/../x"};
    return job < 3 ? names[job] : arena_format(arena, "a job with quite a long name %d", job + 1);
}

static Results *job_of(Arena *arena, int index) {
    Results *job = ARENA_NEW(arena, Results);
    *job = *fixture_tiny(arena);
    SimTime start = (SimTime)index * 1000000000;
    SimTime *ends = ARENA_ARRAY(arena, STEPS, SimTime);
    ends[0] = start + ALONE;
    ends[1] = start + 3 * ALONE;
    ends[2] = start + WALL;
    job->name = name_of(arena, index);
    job->lesson = "";
    job->kind = "training";
    job->gpus = GPUS;
    job->start = start;
    job->wall = WALL;
    job->step = 2 * ALONE;
    job->step_count = STEPS;
    job->step_ends = ends;
    return job;
}

static void fill_row(const Contention *contention, int job, double *row) {
    double gpu_s = (double)WALL / 1e9 * GPUS;
    row[job] = 0.3 * gpu_s;
    row[contention->job_count] = 0.05 * gpu_s;
    if (contention->job_count > 1) {
        row[(job + 1) % contention->job_count] = 0.01 * gpu_s;
    }
}

static const Contention *contention_of(Arena *arena, int count) {
    Contention *contention = ARENA_NEW(arena, Contention);
    int owners = count + 2;
    const Results **jobs = ARENA_ARRAY(arena, count, const Results *);
    const char **names = ARENA_ARRAY(arena, owners, const char *);
    double *slowdown = ARENA_ARRAY(arena, count, double);
    double *exposed = ARENA_ARRAY(arena, count, double);
    double *due = ARENA_ARRAY(arena, count * owners, double);
    *contention = (Contention){.job_count = count,
                               .jobs = jobs,
                               .slowdown = slowdown,
                               .exposed_gpu_s = exposed,
                               .owner_count = owners,
                               .owners = names,
                               .due_gpu_s = due};
    for (int job = 0; job < count; job++) {
        jobs[job] = job_of(arena, job);
        names[job] = jobs[job]->name;
        slowdown[job] = (double)WALL / STEPS / (double)ALONE;
        fill_row(contention, job, &due[job * owners]);
        for (int owner = 0; owner < owners; owner++) {
            exposed[job] += due[job * owners + owner];
        }
    }
    names[count] = "backup";
    names[count + 1] = "links";
    return contention;
}

static const Metric JOBS_METRICS[] = {
    {"time.wall_s", 11.54, "s", "until the last job has ended"},
    {"jobs.left.slowdown", 1.333, "ratio", "its mean step over that of the job alone"},
};

const Results *fixture_jobs(Arena *arena, int count) {
    Results *results = ARENA_NEW(arena, Results);
    *results = (Results){.name = "together",
                         .lesson = "a lesson",
                         .kind = "jobs",
                         .verdict = "left runs 1.33 times as long as alone.",
                         .metrics = JOBS_METRICS,
                         .metric_count = 2,
                         .gpus = (int64_t)GPUS * count,
                         .wall = WALL + (SimTime)(count - 1) * 1000000000,
                         .step_count = 1,
                         .contention = contention_of(arena, count),
                         .seed = 7};
    results->step = results->wall;
    const int tenths[LEDGER_COUNT] = {[LEDGER_COMM_DATA] = 360, [LEDGER_IDLE] = 100};
    results->ledger = fixture_ledger(results->wall * results->gpus, tenths);
    return results;
}

const Results *fixture_jobs_too_big(Arena *arena) {
    Results *results = ARENA_NEW(arena, Results);
    Contention *contention = ARENA_NEW(arena, Contention);
    const Results **jobs = ARENA_ARRAY(arena, 2, const Results *);
    double *slowdown = ARENA_ARRAY(arena, 2, double);
    *results = *fixture_jobs(arena, 2);
    *contention = *results->contention;
    for (int job = 0; job < 2; job++) {
        Results *big = ARENA_NEW(arena, Results);
        *big = *fixture_too_big(arena);
        big->name = contention->owners[job];
        big->kind = "training";
        jobs[job] = big;
        slowdown[job] = NAN;
    }
    contention->jobs = jobs;
    contention->slowdown = slowdown;
    contention->due_gpu_s = ARENA_ARRAY(arena, 2 * contention->owner_count, double);
    contention->exposed_gpu_s = ARENA_ARRAY(arena, 2, double);
    results->contention = contention;
    results->status = RUN_OUT_OF_MEMORY;
    results->verdict = jobs[0]->verdict;
    results->ledger = (LedgerRow){{0}};
    return results;
}
