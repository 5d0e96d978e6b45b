#include "models/account/shared_host.h"

#include "sim/engine/engine.h"

enum { OTHERS_MAX = 3 };

static const double NOTABLE_FRACTION = 0.01; /* of a job's time */

StepWaits shared_host_waits(const Results *job) {
    double steps = (double)job->step_count;
    double gpu_steps = steps * (double)job->gpus * 1e9;
    double loading_s = (double)job->ledger.ns[LEDGER_DATA_LOADING] / gpu_steps;
    double saving_s = (double)job->ledger.ns[LEDGER_CHECKPOINT] / gpu_steps;
    return (StepWaits){.step_s = sim_time_to_s(job->wall) / steps,
                       .waits_s = {[SHARED_STORAGE] = loading_s * job->input_fraction[INPUT_STORAGE] + saving_s,
                                   [SHARED_CPUS] = loading_s * job->input_fraction[INPUT_PREPARATION],
                                   [SHARED_MEMORY] = (double)job->ledger.ns[LEDGER_OFFLOAD] / gpu_steps}};
}

static bool uses(const JobSpec *job, SharedPart part) {
    switch (part) {
    case SHARED_STORAGE:
        return job->loader.workers > 0 || job->checkpoint.every_steps > 0;
    case SHARED_CPUS:
        return job->loader.workers > 0;
    case SHARED_MEMORY:
        return job->training.plan.offload_optimizer || job->training.plan.offload_activations_fraction > 0;
    case SHARED_PART_COUNT:
        break;
    }
    return false;
}

static const char *part_words(const SimulationSpec *spec, SharedPart part) {
    switch (part) {
    case SHARED_STORAGE:
        return spec->cluster.storage.local ? "the storage of the nodes" : "the shared storage";
    case SHARED_CPUS:
        return "the CPUs of the nodes";
    case SHARED_MEMORY:
        return "the host memory of the nodes";
    case SHARED_PART_COUNT:
        break;
    }
    return "";
}

/* ", which others use too: b (1.2 times as long), c (1 times as long) and 2 more" */
static const char *other_users(const SimulationSpec *spec, const Contention *contention, SharedPart part, int job,
                               Arena *arena) {
    const char *text = "";
    int count = 0;
    for (int other = 0; other < contention->job_count; other++) {
        if (other == job || !uses(&spec->jobs[other], part))
            continue;
        if (count++ < OTHERS_MAX)
            text =
                arena_format(arena, "%s%s%s (%.3g times as long)", text, count == 1 ? ", which others use too: " : ", ",
                             contention->jobs[other]->name, contention->slowdown[other]);
    }
    return count > OTHERS_MAX ? arena_format(arena, "%s and %d more", text, count - OTHERS_MAX) : text;
}

const char *shared_host_verdict(const SimulationSpec *spec, const Contention *contention, const StepWaits *alone,
                                int job, Arena *arena) {
    const Results *own = contention->jobs[job];
    StepWaits waits = shared_host_waits(own);
    int worst = 0;
    double most_s = 0;
    for (int part = 0; part < SHARED_PART_COUNT; part++) {
        double more_s = waits.waits_s[part] - alone[job].waits_s[part];
        if (more_s > most_s) {
            most_s = more_s;
            worst = part;
        }
    }
    double due_gpu_s = contention->exposed_gpu_s[job] - results_due_gpu_s(contention, job, job);
    double lost_s = due_gpu_s / ((double)own->gpus * (double)own->step_count);
    if (most_s <= NOTABLE_FRACTION * waits.step_s || most_s < lost_s)
        return NULL;
    return arena_format(arena, "%s runs %.3g times as long as alone: %.1f %% of its time it waits longer for %s%s.",
                        own->name, contention->slowdown[job], 100 * most_s / waits.step_s,
                        part_words(spec, (SharedPart)worst),
                        other_users(spec, contention, (SharedPart)worst, job, arena));
}
