#include "models/account/bottleneck.h"

#include <math.h>
#include <string.h>

#include "models/account/contention.h"

double bottleneck_link_fraction(const Results *results, LinkKind kind) {
    double sum_ns = 0;
    for (int category = 0; category < LEDGER_COUNT; category++)
        sum_ns += (double)results->comm_ns[category][kind];
    double all_ns = (double)ledger_sum(&results->ledger);
    return all_ns > 0 ? sum_ns / all_ns : (double)NAN;
}

LinkKind bottleneck_link(const Results *results) {
    int most = 0;
    for (int kind = 1; kind < LINK_KIND_COUNT; kind++)
        if (bottleneck_link_fraction(results, (LinkKind)kind) > bottleneck_link_fraction(results, (LinkKind)most))
            most = kind;
    return (LinkKind)most;
}

static double fraction_of(const Contention *contention, int job, int owner) {
    double gpu_s = (double)ledger_sum(&contention->jobs[job]->ledger) * 1e-9;
    return gpu_s > 0 ? results_due_gpu_s(contention, job, owner) / gpu_s : 0;
}

static int find_owner(const Contention *contention, const char *name) {
    for (int owner = 0; owner < contention->owner_count; owner++)
        if (strcmp(contention->owners[owner], name) == 0)
            return owner;
    return -1;
}

double bottleneck_loss_fraction(const Contention *contention, const char *job, const char *owner) {
    int row = find_owner(contention, job);
    int column = find_owner(contention, owner);
    bool known = row >= 0 && row < contention->job_count && column >= 0;
    return known ? fraction_of(contention, row, column) : 0;
}

Bottleneck bottleneck_of_jobs(const Contention *contention) {
    int job = contention_worst_job(contention);
    int owner = contention_worst_owner(contention, job);
    Bottleneck bottleneck = {.job = contention->owners[job],
                             .owner = contention->owners[owner],
                             .fraction = fraction_of(contention, job, owner),
                             .own_fraction = fraction_of(contention, job, job)};
    for (int i = 0; i < contention->owner_count; i++)
        bottleneck.exposed_fraction += fraction_of(contention, job, i);
    return bottleneck;
}
