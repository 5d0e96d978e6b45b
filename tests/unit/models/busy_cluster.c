#include "tests/unit/models/busy_cluster.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "sim/engine/engine.h"

SimulationSpec busy_cluster(Arena *arena, int nodes, int gpus, int nodes_per_leaf) {
    SimulationSpec spec = small_cluster(arena, nodes, gpus);
    JobSpec *jobs = ARENA_ARRAY(arena, BUSY_JOBS_MAX, JobSpec);
    /* What is trained stays in the last place, from where jobs copy it. */
    jobs[BUSY_JOBS_MAX - 1] = spec.jobs[0];
    spec.jobs = jobs;
    spec.job_count = 0;
    spec.background = ARENA_ARRAY(arena, BUSY_EVENTS_MAX, BackgroundSpec);
    spec.link_events = ARENA_ARRAY(arena, BUSY_EVENTS_MAX, LinkEventSpec);
    spec.cluster.fabric.nodes_per_leaf = nodes_per_leaf;
    return spec;
}

static JobSpec *add_job(SimulationSpec *spec, JobSpec job) {
    cr_assert_lt(spec->job_count, BUSY_JOBS_MAX - 1);
    spec->jobs[spec->job_count] = job;
    return &spec->jobs[spec->job_count++];
}

JobSpec *busy_cluster_add_collective(SimulationSpec *spec, const char *name, int gpus, const char *nodes) {
    JobSpec job = job_default();
    job.name = name;
    job.gpus = gpus;
    job.nodes = nodes;
    job.collective = (CollectiveSpec){.operation = "all_reduce",
                                      .algorithm = "ring",
                                      .from_bytes = 100e6,
                                      .to_bytes = 100e6,
                                      .factor = 2,
                                      .repeats = 2};
    return add_job(spec, job);
}

JobSpec *busy_cluster_add_training(SimulationSpec *spec, const char *name, int gpus, const char *nodes) {
    JobSpec job = spec->jobs[BUSY_JOBS_MAX - 1];
    job.name = name;
    job.gpus = gpus;
    job.nodes = nodes;
    return add_job(spec, job);
}

BackgroundSpec *busy_cluster_add_background(SimulationSpec *spec, const char *name, const char *from, const char *to) {
    BackgroundSpec *flow = &spec->background[spec->background_count++];
    *flow = background_default();
    flow->name = name;
    flow->from = from;
    flow->to = to;
    return flow;
}

LinkEventSpec *busy_cluster_add_event(SimulationSpec *spec, const char *link, double at_s, double for_s) {
    LinkEventSpec *event = &spec->link_events[spec->link_event_count++];
    *event = link_event_default();
    event->link = link;
    event->at_s = at_s;
    event->for_s = for_s;
    return event;
}

static void check_ledgers(const Results *results) {
    ledger_check(&results->ledger, results->wall * results->gpus);
    for (int i = 0; i < results->class_count; i++)
        ledger_check(&results->classes[i].ledger, results->wall);
}

static void check_row(const Contention *contention, int job) {
    double sum = 0, noise = 1e-6 * contention->exposed_gpu_s[job] + 1e-9;
    for (int owner = 0; owner < contention->owner_count; owner++) {
        double due = results_due_gpu_s(contention, job, owner);
        cr_assert_geq(due, -noise, "%s is owed %g GPU-s by %s", contention->jobs[job]->name, due,
                      contention->owners[owner]);
        sum += due;
    }
    cr_assert_float_eq(sum, contention->exposed_gpu_s[job], noise);
    check_ledgers(contention->jobs[job]);
}

const Results *busy_cluster_run(const SimulationSpec *spec, Arena *arena) {
    SimulationSpec copy = *spec;
    copy.jobs = ARENA_ARRAY(arena, spec->job_count, JobSpec);
    memcpy(copy.jobs, spec->jobs, (size_t)spec->job_count * sizeof *copy.jobs);
    copy.background = ARENA_ARRAY(arena, spec->background_count, BackgroundSpec);
    memcpy(copy.background, spec->background, (size_t)spec->background_count * sizeof *copy.background);
    small_cluster_resolve(arena, &copy);
    const Results *results = simulation_run(&copy, arena);
    if (results->status != RUN_OK)
        return results;
    check_ledgers(results);
    for (int job = 0; results->contention && job < results->contention->job_count; job++)
        check_row(results->contention, job);
    return results;
}

double busy_cluster_metric(const Results *results, const char *job, const char *name) {
    Arena *arena = arena_create();
    const char *path = arena_format(arena, "jobs.%s.%s", job, name);
    const Metric *metric = results_metric(results, path);
    cr_assert_not_null(metric, "%s", path);
    arena_destroy(arena);
    return metric->value;
}

double busy_cluster_slowdown(const Results *results, const char *job) {
    return busy_cluster_metric(results, job, "slowdown");
}
