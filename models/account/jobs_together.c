#include "models/account/jobs_together.h"

#include <math.h>

#include "models/account/contention.h"
#include "models/account/job_facts.h"
#include "models/account/metric_list.h"
#include "models/account/verdict.h"
#include "sim/engine/engine.h"

enum { METRICS_PER_JOB = 3, METRICS_OF_RUN = 3 };

static const double NOTABLE_FRACTION = 0.05; /* of a job's exposed communication, to be named in the verdict */

/* GPU time of the cluster: that of the jobs, and idle what no job has or has yet. */
static void fill_ledger(const SimulationSpec *spec, Results **jobs, Results *results) {
    int64_t used_ns = 0;
    for (int64_t i = 0; i < spec->job_count; i++) {
        ledger_accumulate(&results->ledger, &jobs[i]->ledger, 1);
        used_ns += jobs[i]->wall * jobs[i]->gpus;
        for (int j = 0; j < LEDGER_COUNT * LINK_KIND_COUNT; j++)
            results->comm_ns[j / LINK_KIND_COUNT][j % LINK_KIND_COUNT] +=
                jobs[i]->comm_ns[j / LINK_KIND_COUNT][j % LINK_KIND_COUNT];
    }
    ledger_add(&results->ledger, LEDGER_IDLE, results->wall * results->gpus - used_ns);
    ledger_check(&results->ledger, results->wall * results->gpus);
}

static double gpu_seconds(const Results *results) {
    return sim_time_to_s(results->wall) * (double)results->gpus;
}

static const char *verdict_of(const SimulationSpec *spec, const Results *results, const StepWaits *alone,
                              Arena *arena) {
    const Contention *contention = results->contention;
    int job = contention_worst_job(contention), owner = contention_worst_owner(contention, job);
    double exposed = contention->exposed_gpu_s[job], due = results_due_gpu_s(contention, job, owner);
    const char *name = contention->jobs[job]->name;
    const char *of_hosts = shared_host_verdict(spec, contention, alone, job, arena);
    if (of_hosts)
        return of_hosts;
    if (due <= exposed * NOTABLE_FRACTION)
        return arena_format(arena, "Nobody hurts anybody much: at worst %s runs %.3f times as long as alone.", name,
                            contention->slowdown[job]);
    return arena_format(arena,
                        "%s runs %.3g times as long as alone: %.0f %% of its exposed communication, %.1f %% of its GPU "
                        "time, is due to %s.",
                        name, contention->slowdown[job], 100 * due / exposed,
                        100 * due / gpu_seconds(contention->jobs[job]), results_owner_title(contention->owners[owner]));
}

/* The first job that cannot be run or does not end; NULL when all have ended. */
static const Results *trouble_of(Results **jobs, int64_t count) {
    for (int64_t i = 0; i < count; i++)
        if (jobs[i]->status != RUN_OK && jobs[i]->status != RUN_STOPPED)
            return jobs[i];
    return NULL;
}

/* "jobs.NAME.slowdown" and what else is known of each job. */
static void add_job(MetricList *list, const Results *results, int job) {
    const Contention *contention = results->contention;
    const Results *own = contention->jobs[job];
    bool ran = results->status == RUN_OK;
    metric_list_add(list, arena_format(list->arena, "jobs.%s.step_s", own->name),
                    results_metric(own, "time.step_s")->value, "s", "mean wall time of its steps");
    metric_list_add(list, arena_format(list->arena, "jobs.%s.slowdown", own->name), contention->slowdown[job], "ratio",
                    "its mean step over that of the job alone");
    metric_list_add(list, arena_format(list->arena, "jobs.%s.exposed_fraction", own->name),
                    ran ? contention->exposed_gpu_s[job] / gpu_seconds(own) : NAN, "fraction",
                    "of its GPU time: exposed communication");
    for (int owner = 0; owner < contention->owner_count; owner++)
        metric_list_add(list,
                        arena_format(list->arena, "jobs.%s.due_to.%s_fraction", own->name, contention->owners[owner]),
                        ran ? results_due_gpu_s(contention, job, owner) / gpu_seconds(own) : NAN, "fraction",
                        owner == job ? "of its GPU time: exposed by itself" : "of its GPU time: lost to that one");
}

static void fill_metrics(Results *results, Arena *arena) {
    const Contention *contention = results->contention;
    int per_job = METRICS_PER_JOB + contention->owner_count;
    int most = METRICS_OF_RUN + contention->job_count * per_job + LEDGER_COUNT;
    MetricList list = metric_list_create(arena, most);
    bool ran = results->status == RUN_OK;
    metric_list_add(&list, "time.wall_s", ran ? sim_time_to_s(results->wall) : NAN, "s",
                    "until the last job has ended");
    metric_list_add(&list, "cluster.gpus", (double)results->gpus, "GPU", "GPUs of the cluster");
    metric_list_add(&list, "jobs.slowdown_max", contention->slowdown[contention_worst_job(contention)], "ratio",
                    "of the job that suffers most");
    for (int job = 0; job < contention->job_count; job++)
        add_job(&list, results, job);
    metric_list_add_ledger(&list, results);
    metric_list_finish(&list, results);
}

/* What somebody who reads of all jobs together would not expect. */
static void fill_assumptions(const SimulationSpec *spec, Arena *arena, Results *results) {
    const char **list = ARENA_ARRAY(arena, spec->job_count, const char *);
    for (int64_t i = 0; i < spec->job_count; i++) {
        const char *missed = job_facts_missed_checkpoint(&spec->jobs[i], arena);
        if (missed)
            list[results->assumption_count++] = arena_format(arena, "%s: %s", spec->jobs[i].name, missed);
    }
    results->assumptions = list;
}

const Results *jobs_together(const SimulationSpec *spec, const ClusterOutcome *outcome, const StepWaits *alone,
                             Arena *arena, Results **jobs) {
    Results *results = ARENA_NEW(arena, Results);
    *results = (Results){.name = spec->name,
                         .lesson = spec->lesson,
                         .kind = "jobs",
                         .status = RUN_OK,
                         .gpus = cluster_gpu_count(&spec->cluster),
                         .seed = spec->seed,
                         .wall = outcome->end,
                         .step_count = 1,
                         .step = outcome->end,
                         .links = outcome->links,
                         .link_count = outcome->link_count,
                         .event_count = jobs[0]->event_count,
                         .event_hash = jobs[0]->event_hash};
    const Results *trouble = trouble_of(jobs, spec->job_count);
    if (trouble) {
        results->status = trouble->status;
        results->memory = trouble->memory;
        results->memory_count = trouble->memory_count;
    }
    results->contention = contention_of(spec, outcome, alone, arena, jobs);
    if (results->status == RUN_OK)
        fill_ledger(spec, jobs, results);
    fill_metrics(results, arena);
    fill_assumptions(spec, arena, results);
    results->verdict = trouble ? arena_format(arena, "%s: %s", trouble->name, trouble->verdict)
                               : verdict_of(spec, results, alone, arena);
    return results;
}
