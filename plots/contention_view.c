#include "plots/contention_view.h"

#include <math.h>

static double gpu_s(const Results *job) {
    return (double)job->wall * 1e-9 * (double)job->gpus;
}

bool contention_view_ran(const Contention *contention) {
    for (int job = 0; job < contention->job_count; job++) {
        if (contention->jobs[job]->status != RUN_OK || contention->jobs[job]->wall <= 0) {
            return false;
        }
    }
    return contention->job_count > 0;
}

bool contention_view_applies(const Results *results) {
    return results->contention != NULL && contention_view_ran(results->contention);
}

double contention_view_exposed(const Contention *contention, int job) {
    return contention->exposed_gpu_s[job] / gpu_s(contention->jobs[job]);
}

double contention_view_due(const Contention *contention, int job, int owner) {
    return results_due_gpu_s(contention, job, owner) / gpu_s(contention->jobs[job]);
}

double contention_view_lost(const Contention *contention, int job) {
    return contention_view_exposed(contention, job) - contention_view_due(contention, job, job);
}

double contention_view_step_s(const Contention *contention, int job) {
    const Results *results = contention->jobs[job];
    return (double)results->wall * 1e-9 / (double)results->step_count;
}

double contention_view_alone_s(const Contention *contention, int job) {
    return contention_view_step_s(contention, job) / contention->slowdown[job];
}

SimTime contention_view_end(const Results *job) {
    return job->start + job->wall;
}

/* The larger of what an owner lost as a job and what it took from others; below 0 when it is not worth a row. */
static double weight_of(const Contention *contention, int owner) {
    double taken = 0;
    for (int job = 0; job < contention->job_count; job++) {
        taken += job != owner ? contention_view_due(contention, job, owner) : 0;
    }
    bool is_job = owner < contention->job_count;
    bool is_links = owner == contention->owner_count - 1;
    return is_job ? fmax(taken, contention_view_lost(contention, owner)) : is_links && !(taken > 0) ? -1 : taken;
}

/* True when fewer than `most` of `count` owners weigh more, equal ones in their order. */
static bool is_picked(const double *weights, int count, int most, int owner) {
    int before = 0;
    for (int other = 0; other < count && before < most; other++) {
        before += other < owner ? weights[other] >= weights[owner] : weights[other] > weights[owner];
    }
    return weights[owner] >= 0 && before < most;
}

ContentionPick contention_view_pick(Arena *arena, const Contention *contention, int count, int most) {
    ContentionPick pick = {.owners = ARENA_ARRAY(arena, count, int)};
    bool ran = contention_view_ran(contention);
    double *weights = ARENA_ARRAY(arena, count, double);
    for (int owner = 0; owner < count; owner++) {
        weights[owner] = ran ? weight_of(contention, owner) : 0;
    }
    for (int owner = 0; owner < count; owner++) {
        if (is_picked(weights, count, most, owner)) {
            pick.owners[pick.count++] = owner;
            pick.job_count += owner < contention->job_count;
        }
    }
    return pick;
}

double contention_view_rest(const Contention *contention, int job, const ContentionPick *pick) {
    double rest = contention_view_exposed(contention, job);
    for (int i = 0; i < pick->count; i++) {
        rest -= contention_view_due(contention, job, pick->owners[i]);
    }
    return rest > 0 ? rest : 0;
}

static int insert(ContentionLoss *worst, int count, int most, ContentionLoss loss) {
    int place = count < most ? count : most - 1;
    if (count == most && worst[place].fraction >= loss.fraction) {
        return count;
    }
    for (; place > 0 && worst[place - 1].fraction < loss.fraction; place--) {
        worst[place] = worst[place - 1];
    }
    worst[place] = loss;
    return count < most ? count + 1 : count;
}

int contention_view_worst(const Contention *contention, int most, ContentionLoss *worst) {
    int count = 0;
    for (int job = 0; job < contention->job_count; job++) {
        for (int owner = 0; owner < contention->owner_count; owner++) {
            double fraction = contention_view_due(contention, job, owner);
            if (owner != job && fraction > 0) {
                count = insert(worst, count, most, (ContentionLoss){job, owner, fraction});
            }
        }
    }
    return count;
}
