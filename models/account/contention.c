#include "models/account/contention.h"

#include <math.h>

#include "sim/engine/engine.h"

static const char *const *owner_names(const SimulationSpec *spec, int owners, Arena *arena) {
    const char **names = ARENA_ARRAY(arena, owners, const char *);
    for (int64_t i = 0; i < spec->job_count; i++)
        names[i] = spec->jobs[i].name;
    for (int64_t i = 0; i < spec->background_count; i++)
        names[spec->job_count + i] = spec->background[i].name;
    names[owners - 1] = OWNER_OF_LINKS;
    return names;
}

static double exposed_gpu_s(const Results *results) {
    double sum_ns = 0;
    for (int category = 0; category < LEDGER_COUNT; category++)
        if (ledger_is_communication((LedgerCategory)category))
            sum_ns += (double)results->ledger.ns[category];
    return sum_ns * 1e-9;
}

/* A row of the matrix: what is nobody else's is the job's own. */
static void fill_row(const Contention *contention, const double *lost_s, int job, double *row) {
    double others = 0;
    for (int owner = 0; owner < contention->owner_count; owner++) {
        row[owner] = owner == job ? 0 : lost_s[owner];
        others += row[owner];
    }
    row[job] = contention->exposed_gpu_s[job] - others;
}

const Contention *contention_of(const SimulationSpec *spec, const ClusterOutcome *outcome, const StepWaits *alone,
                                Arena *arena, Results **results) {
    Contention *contention = ARENA_NEW(arena, Contention);
    int jobs = (int)spec->job_count, owners = (int)(spec->job_count + spec->background_count + 1);
    double *slowdown = ARENA_ARRAY(arena, jobs, double), *exposed = ARENA_ARRAY(arena, jobs, double);
    double *due = ARENA_ARRAY(arena, (size_t)jobs * (size_t)owners, double);
    *contention = (Contention){.job_count = jobs,
                               .jobs = (const Results *const *)results,
                               .slowdown = slowdown,
                               .exposed_gpu_s = exposed,
                               .owner_count = owners,
                               .owners = owner_names(spec, owners, arena),
                               .due_gpu_s = due,
                               .present = outcome->present};
    for (int job = 0; job < jobs; job++) {
        slowdown[job] = NAN;
        if (!outcome->done)
            continue;
        exposed[job] = exposed_gpu_s(results[job]);
        slowdown[job] = sim_time_to_s(results[job]->wall) / (double)results[job]->step_count / alone[job].step_s;
        fill_row(contention, outcome->lost_s[job], job, &due[(size_t)job * (size_t)owners]);
    }
    return contention;
}

int contention_worst_job(const Contention *contention) {
    int worst = 0;
    for (int job = 1; job < contention->job_count; job++)
        worst = contention->slowdown[job] > contention->slowdown[worst] ? job : worst;
    return worst;
}

int contention_worst_owner(const Contention *contention, int job) {
    int worst = job == 0 ? 1 : 0;
    for (int owner = 0; owner < contention->owner_count; owner++)
        if (owner != job && results_due_gpu_s(contention, job, owner) > results_due_gpu_s(contention, job, worst))
            worst = owner;
    return worst;
}
