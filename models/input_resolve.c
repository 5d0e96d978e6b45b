#include "models/input_resolve.h"

#include <inttypes.h>
#include <math.h>

#include "models/cluster_resolve.h"
#include "models/plan/parameter_bytes.h"
#include "models/workload/workload.h"

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

static void check_checkpoint(const SimulationSpec *spec, const JobSpec *job, const char *path, ErrorList *errors) {
    const char *key = arena_format(errors->arena, "%s.checkpoint", path);
    if (job->kind == JOB_COLLECTIVE)
        error_list_add(errors, (ErrorPlace){0}, key, "found it beside `collective`, expected it beside `model`");
    else if (spec->cluster.storage.write_bytes_per_s <= 0)
        error_list_add(errors, (ErrorPlace){0}, key,
                       "found checkpoints in a cluster without storage, expected `cluster.storage`");
}

/* Every type of node must say how fast its memory is. */
static void check_update(const SimulationSpec *spec, const char *key, ErrorList *errors) {
    for (int type = 0; type < cluster_type_count(&spec->cluster); type++)
        if (cluster_type(&spec->cluster, type)->host_memory_bytes_per_s <= 0)
            error_list_add(
                errors, (ErrorPlace){0}, key,
                "found true, expected %s.host_memory_bandwidth of %s, which the update is limited by: the memory "
                "channels of its CPUs times their speed, such as \"409.6 GB/s\" of 2x 8 DDR4-3200",
                cluster_type_path(&spec->cluster, type, errors->arena), cluster_type(&spec->cluster, type)->name);
}

static void check_offload(const SimulationSpec *spec, const JobSpec *job, const char *path, ErrorList *errors) {
    const PlanSpec *plan = &job->training.plan;
    const char *key = arena_format(errors->arena, "%s.plan.%s", path,
                                   plan->offload_optimizer ? "offload_optimizer" : "offload_activations");
    if (training_family(&job->training) == FAMILY_LAYERS)
        error_list_add(errors, (ErrorPlace){0}, key, "found it for a list of layers, expected a transformer");
    else if (plan->offload_activations_fraction > 0 && plan_splits_backward(plan))
        error_list_add(errors, (ErrorPlace){0}, arena_format(errors->arena, "%s.plan.offload_activations", path),
                       "found it with schedule %s, expected one whose backward passes are whole, such as 1f1b",
                       plan->schedule);
    if (plan->offload_optimizer && plan->expert_parallel > 1)
        error_list_add(errors, (ErrorPlace){0}, key, "found true with expert_parallel %" PRId64 ", expected 1",
                       plan->expert_parallel);
    if (plan->offload_optimizer && optimizer_needs_weights(&plan->optimizer, training_weight_bytes(&job->training)))
        error_list_add(errors, (ErrorPlace){0}, key,
                       "found true with main_params_dtype %s, expected main params that the CPUs can update alone",
                       main_params_name(plan->optimizer.main_params));
    if (plan->offload_optimizer)
        check_update(spec, key, errors);
}

/* As many as show what a loader does, in whole rounds from checkpoint to checkpoint. */
static void raise_steps(JobSpec *job) {
    int64_t least = job->loader.workers > 0 ? loader_shown_steps(job) : 1, every = job->checkpoint.every_steps;
    job->steps = job->steps > least ? job->steps : least;
    if (every > 0)
        job->steps = (job->steps + every - 1) / every * every;
}

void input_resolve(const SimulationSpec *spec, JobSpec *job, const char *path, ErrorList *errors) {
    LoaderSpec *loader = &job->loader;
    int before = errors->count;
    if (loader->workers > 0) {
        loader->prefetch = loader->prefetch > 0 ? loader->prefetch : 2 * loader->workers;
        loader->copied_bytes = isnan(loader->copied_bytes) ? loader->stored_bytes : loader->copied_bytes;
        check_loader(spec, job, path, errors);
    }
    if (job->checkpoint.every_steps > 0)
        check_checkpoint(spec, job, path, errors);
    if (job->kind == JOB_TRAINING && offload_is_there(&job->training.plan))
        check_offload(spec, job, path, errors);
    if (errors->count == before && workload_needs_host(job) && simulation_spec_is_one_job(spec) && !spec->plans_open)
        raise_steps(job);
}
