#include "models/input_resolve.h"

#include <inttypes.h>
#include <math.h>

#include "models/workload/loader.h"

static void check_loader(const SimulationSpec *spec, const JobSpec *job, const char *path, ErrorList *errors) {
    const LoaderSpec *loader = &job->loader;
    const char *key = arena_format(errors->arena, "%s.data_loader", path);
    if (job->kind == JOB_COLLECTIVE)
        error_list_add(errors, (ErrorPlace){0}, key, "found it beside `collective`, expected it beside `model`");
    if (loader->stored_bytes > 0 && spec->cluster.storage.read_bytes_per_s <= 0)
        error_list_add(errors, (ErrorPlace){0}, key,
                       "found samples to read in a cluster without storage, expected `cluster.storage`");
    if (loader->prefetch < loader->workers)
        error_list_add(errors, (ErrorPlace){0}, arena_format(errors->arena, "%s.prefetch", key),
                       "found %" PRId64 " micro-batches for %" PRId64 " workers, expected at least one for each",
                       loader->prefetch, loader->workers);
}

/* Results are means over steps that show how the loader goes on. */
static void raise_steps(JobSpec *job) {
    int64_t least = loader_shown_steps(job);
    job->steps = job->steps > least ? job->steps : least;
}

void input_resolve(const SimulationSpec *spec, JobSpec *job, const char *path, ErrorList *errors) {
    LoaderSpec *loader = &job->loader;
    if (loader->workers == 0)
        return;
    loader->prefetch = loader->prefetch > 0 ? loader->prefetch : 2 * loader->workers;
    loader->copied_bytes = isnan(loader->copied_bytes) ? loader->stored_bytes : loader->copied_bytes;
    int before = errors->count;
    check_loader(spec, job, path, errors);
    if (errors->count == before && simulation_spec_is_one_job(spec) && !spec->plans_open)
        raise_steps(job);
}
