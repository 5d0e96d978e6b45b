#include "models/account/input_cause.h"

#include <inttypes.h>
#include <string.h>

#include "sim/engine/engine.h"

static const char *const ADVICE[INPUT_CAUSE_COUNT] = {
    [INPUT_STORAGE] = "faster storage, smaller samples, or drives in the nodes",
    [INPUT_PREPARATION] = "more workers if there are cores for them, or samples that are prepared beforehand",
    [INPUT_COPY] = "smaller prepared samples, or a faster PCIe slot"};

static const char *const IDEAL[INPUT_CAUSE_COUNT] = {
    [INPUT_STORAGE] = "storage", [INPUT_PREPARATION] = "preparation", [INPUT_COPY] = "copies"};

static int place_of(const Results *results) {
    for (int i = 0; i < results->cause_count; i++)
        if (results->causes[i].category == LEDGER_DATA_LOADING)
            return i;
    return -1;
}

bool input_cause_is_there(const Results *results) {
    return place_of(results) >= 0;
}

InputCause input_cause_main(const Results *results) {
    int best = 0;
    for (int cause = 1; cause < INPUT_CAUSE_COUNT; cause++)
        if (results->input_fraction[cause] > results->input_fraction[best])
            best = cause;
    return (InputCause)best;
}

void input_cause_remove(JobSpec *job, InputCause cause) {
    LoaderSpec *loader = &job->loader;
    switch (cause) {
    case INPUT_STORAGE:
        loader->stored_bytes = 0;
        break;
    case INPUT_PREPARATION:
        loader->prepare_core_s = 0;
        break;
    case INPUT_COPY:
        loader->copied_bytes = 0;
        break;
    case INPUT_CAUSE_COUNT:
        break;
    }
}

static double mean_step_s(const Results *results) {
    return sim_time_to_s(results->wall) / (double)results->step_count;
}

/* "the storage, which reads 2.0 GB/s" */
static const char *limit_of(const SimulationSpec *spec, const JobSpec *job, const Results *results, Arena *arena) {
    const LoaderSpec *loader = &job->loader;
    double samples_per_s = (double)job->training.plan.global_batch_seqs / mean_step_s(results);
    switch (input_cause_main(results)) {
    case INPUT_STORAGE:
        return arena_format(arena, "the storage, which gives the job %.3g GB/s and %s %.3g GB/s",
                            samples_per_s * loader->stored_bytes / 1e9,
                            spec->cluster.storage.local ? "has in every node" : "has",
                            spec->cluster.storage.read_bytes_per_s / 1e9);
    case INPUT_PREPARATION:
        return arena_format(arena, "the CPUs: %" PRId64 " workers of a replica prepare %.4g samples/s", loader->workers,
                            samples_per_s / (double)job->training.plan.data_parallel);
    case INPUT_COPY:
        return arena_format(arena, "copies over PCIe, %.3g GB/s for a replica",
                            samples_per_s / (double)job->training.plan.data_parallel * loader->copied_bytes / 1e9);
    case INPUT_CAUSE_COUNT:
        break;
    }
    return "";
}

/* "; with ideal storage a step takes 0.185 s instead of 0.451 s, and most is lost to kernel inefficiency" */
static const char *proof(const Results *results, const Results *ideal, Arena *arena) {
    if (ideal->status != RUN_OK)
        return "";
    const char *then = "";
    if (ideal->cause_count > 0) {
        const char *title = ledger_category_title(ideal->causes[0].category);
        then = arena_format(arena, ", and most is lost to %c%s", title[0] + ('a' - 'A'), title + 1);
    }
    return arena_format(arena, "; with ideal %s a step takes %.3g s instead of %.3g s%s",
                        IDEAL[input_cause_main(results)], mean_step_s(ideal), mean_step_s(results), then);
}

void input_cause_tell(const SimulationSpec *spec, const JobSpec *job, const Results *ideal, Arena *arena,
                      Results *results) {
    int place = place_of(results);
    Cause *causes = ARENA_ARRAY(arena, results->cause_count, Cause);
    memcpy(causes, results->causes, (size_t)results->cause_count * sizeof *causes);
    causes[place].advice = ADVICE[input_cause_main(results)];
    causes[place].sentence = arena_format(arena, "%s, %.1f %% of GPU time: GPUs wait for samples, mostly for %s%s.",
                                          ledger_category_title(LEDGER_DATA_LOADING), 100 * causes[place].fraction,
                                          limit_of(spec, job, results, arena), proof(results, ideal, arena));
    results->causes = causes;
}
