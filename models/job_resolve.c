#include "models/job_resolve.h"

#include <inttypes.h>
#include <string.h>

#include "models/cluster/node_list.h"
#include "models/cost/layer_list_split.h"
#include "models/cost/recompute.h"
#include "models/cost/recompute_modules.h"
#include "models/cost/stage_split.h"
#include "models/input_resolve.h"
#include "models/memory/fsdp_memory.h"
#include "models/plan/layer_list_check.h"
#include "models/plan/layer_list_stages.h"
#include "models/plan/plan_experts.h"
#include "models/plan/plan_latent.h"
#include "models/plan/plan_lora.h"
#include "models/plan/plan_resolve.h"
#include "models/plan/plan_sharding.h"
#include "models/plan/plan_stages.h"
#include "models/plan/plan_switches.h"
#include "models/plan/shard_units.h"
#include "models/workload/collective_job.h"

enum { PAIR_RANKS_MAX = 2048 }; /* gather and scatter hold a table of all pairs */

static const double PASSES_MAX = 1e6;

static bool has_precision(const GpuSpec *gpu, Precision precision) {
    return gpu->peak_flop_per_s[precision] > 0 && gpu->kernels.matrix_fraction[precision] > 0;
}

static void check_precision_of_gpu(const GpuSpec *gpu, Precision precision, const char *where, const char *path,
                                   ErrorList *errors) {
    if (!has_precision(gpu, precision))
        error_list_add(errors, (ErrorPlace){0}, path,
                       "found %s, expected a precision for which %s%s has a `peak` and a `kernels.matrix`%s",
                       precision_name(precision), gpu->name, where, *where != '\0' ? ", or other `nodes`" : "");
    else if (precision == PRECISION_FP8 && !has_precision(gpu, PRECISION_BF16))
        error_list_add(errors, (ErrorPlace){0}, path,
                       "found fp8, expected a GPU that has bf16 too: attention needs it%s", where);
}

/* Nodes on which the job may be placed; NULL = all. */
static const int *nodes_of(const SimulationSpec *spec, const JobSpec *job, Arena *arena, int64_t *count) {
    const char *found;
    *count = spec->cluster.nodes;
    if (*job->nodes == '\0')
        return NULL;
    const int *nodes = node_list_read(job->nodes, spec->cluster.nodes, arena, count, &found);
    *count = nodes ? *count : spec->cluster.nodes;
    return nodes;
}

/* Every type of node on which the job may be placed must have it. */
static void check_precision(const SimulationSpec *spec, const JobSpec *job, const char *path, ErrorList *errors) {
    const ClusterSpec *cluster = &spec->cluster;
    const char *key = arena_format(errors->arena, "%s.plan.precision", path);
    bool *seen = ARENA_ARRAY(errors->arena, cluster_type_count(cluster), bool);
    int64_t count;
    const int *nodes = nodes_of(spec, job, errors->arena, &count);
    for (int64_t i = 0; i < count; i++) {
        int node = nodes ? nodes[i] : (int)i, type = cluster_type_of_node(cluster, node);
        const NodeSpec *found = cluster_type(cluster, type);
        const char *where = cluster->mix ? arena_format(errors->arena, " of node %d (%s)", node, found->name) : "";
        if (!seen[type])
            check_precision_of_gpu(&found->gpu, job->training.plan.precision, where, key, errors);
        seen[type] = true;
        if (!cluster->mix)
            break;
    }
}

/* A step of more passes than this would not fit into the memory of a usual machine. */
static void check_size(const SimulationSpec *spec, const JobSpec *job, const char *path, ErrorList *errors) {
    const PlanSpec *plan = &job->training.plan;
    double passes = (double)plan->pipeline_parallel * (double)plan->virtual_stages * (double)plan_micro_batches(plan);
    bool cut = plan_zero_stage(plan) >= 2 && !plan_sharding_once_per_step(plan);
    if (cut)
        passes *= shard_unit_most(&job->training);
    double slow = (double)spec->cluster.slow_gpu_count, replicas = (double)plan->data_parallel;
    /* Folded, every replica with a slow GPU is simulated by itself. */
    passes *= spec->fidelity == FIDELITY_UNFOLDED ? replicas * (double)plan_stage_gpus(plan)
              : slow < replicas                   ? 1 + slow
                                                  : replicas;
    if (passes > PASSES_MAX)
        error_list_add(errors, (ErrorPlace){0}, arena_format(errors->arena, "%s.plan", path),
                       "found %.3g passes to simulate (stages x chunks x micro-batches%s%s), expected at most %.3g: a "
                       "larger micro_batch, fewer virtual_stages or a smaller global_batch makes fewer",
                       passes, cut ? " x layers" : "", spec->fidelity == FIDELITY_UNFOLDED ? " x ranks, unfolded" : "",
                       PASSES_MAX);
}

static bool has_model(const JobSpec *job) {
    return job->training.model.layers > 0 || training_family(&job->training) == FAMILY_LAYERS;
}

static bool resolve_list(JobSpec *job, const char *path, ErrorList *errors) {
    bool good = layer_list_check(&job->training, path, errors);
    job->training.sequence_tokens = 1;
    return good;
}

/* On the first of its nodes. */
static void resolve_split(const SimulationSpec *spec, JobSpec *job, const char *path, ErrorList *errors) {
    TrainingSpec *training = &job->training;
    bool is_list = training_family(training) == FAMILY_LAYERS;
    int64_t count;
    if (training->plan.stage_split == STAGE_SPLIT_COST) {
        const int *nodes = nodes_of(spec, job, errors->arena, &count);
        const NodeSpec *node = cluster_node(&spec->cluster, nodes ? nodes[0] : 0);
        GpuSpec gpu = plan_gpu(&training->plan, &node->gpu);
        if (is_list)
            layer_list_split_resolve(training, node, errors->arena);
        else
            stage_split_resolve(training, &gpu, errors->arena);
    }
    if (is_list)
        layer_list_stages_resolve(training, errors->arena);
    else if (training->plan.stage_split == STAGE_SPLIT_COST)
        plan_stages_check_filled(training, "plan.pipeline_parallel", path, errors);
}

static void resolve_training(const SimulationSpec *spec, JobSpec *job, const char *path, ErrorList *errors) {
    bool is_list = training_family(&job->training) == FAMILY_LAYERS;
    int before = errors->count;
    if (!has_model(job))
        error_list_add(errors, (ErrorPlace){0}, path, "found neither `model` nor `collective`, expected one of them");
    if (is_list && !resolve_list(job, path, errors))
        return;
    if (has_model(job) && !job->training.sequence_tokens)
        error_list_add(errors, (ErrorPlace){0}, path, "found no `sequence_length`, expected it beside `model`");
    if (!has_model(job) || !job->training.sequence_tokens)
        return;
    check_precision(spec, job, path, errors);
    if (spec->plans_open || !plan_resolve(&job->training, job->gpus, path, errors))
        return;
    recompute_resolve(&job->training);
    plan_experts_check(&job->training, path, errors);
    recompute_check(&job->training, path, errors);
    recompute_modules_check(&job->training, path, errors);
    fsdp_memory_check(&job->training, path, errors);
    plan_switches_check(&job->training, path, errors);
    plan_latent_check(&job->training, path, errors);
    plan_lora_check(&job->training, path, errors);
    if (errors->count == before)
        resolve_split(spec, job, path, errors);
    check_size(spec, job, path, errors);
}

static void check_operation(const char *operation, const char *path, ErrorList *errors) {
    const char *all = "";
    for (int index = 0; collective_operation_name(index); index++) {
        const char *name = collective_operation_name(index);
        if (strcmp(name, operation) == 0)
            return;
        all = arena_format(errors->arena, "%s%s%s", all, index > 0 ? ", " : "", name);
    }
    error_list_add(errors, (ErrorPlace){0}, arena_format(errors->arena, "%s.collective.operation", path),
                   "found %s, expected one of %s", operation, all);
}

static void resolve_collective(const JobSpec *job, const char *path, ErrorList *errors) {
    const CollectiveSpec *collective = &job->collective;
    if (has_model(job))
        error_list_add(errors, (ErrorPlace){0}, path, "found `model` and `collective`, expected one of them");
    check_operation(collective->operation, path, errors);
    if (job->gpus < 2)
        error_list_add(errors, (ErrorPlace){0}, arena_format(errors->arena, "%s.gpus", path),
                       "found %" PRId64 ", expected at least 2 for a collective", job->gpus);
    else if (strcmp(collective->operation, "send_recv") == 0 && job->gpus != 2)
        error_list_add(errors, (ErrorPlace){0}, arena_format(errors->arena, "%s.gpus", path),
                       "found %" PRId64 ", expected 2 for a send_recv", job->gpus);
    bool of_pairs = strcmp(collective->operation, "gather") == 0 || strcmp(collective->operation, "scatter") == 0;
    if (of_pairs && job->gpus > PAIR_RANKS_MAX)
        error_list_add(errors, (ErrorPlace){0}, arena_format(errors->arena, "%s.gpus", path),
                       "found %" PRId64 ", expected at most %d for a %s", job->gpus, PAIR_RANKS_MAX,
                       collective->operation);
    if (collective->to_bytes < collective->from_bytes)
        error_list_add(errors, (ErrorPlace){0}, arena_format(errors->arena, "%s.collective.to", path),
                       "found less than `from`, expected at least as much");
    else if (collective_size_count(collective) > COLLECTIVE_SIZES_MAX)
        error_list_add(errors, (ErrorPlace){0}, arena_format(errors->arena, "%s.collective.to", path),
                       "found more than %d sizes, expected a larger `factor`", COLLECTIVE_SIZES_MAX);
}

/* GPUs of a job that does not say how many: those of its nodes, or all that there are. */
static int64_t all_gpus(const SimulationSpec *spec, const JobSpec *job, ErrorList *errors) {
    int64_t count, gpus = 0;
    const int *nodes = nodes_of(spec, job, errors->arena, &count);
    if (!spec->cluster.mix)
        return count * spec->cluster.node.gpus;
    for (int64_t i = 0; i < count; i++)
        gpus += cluster_node(&spec->cluster, nodes ? nodes[i] : (int)i)->gpus;
    return gpus;
}

void job_resolve(const SimulationSpec *spec, JobSpec *job, ErrorList *errors) {
    int before = errors->count;
    int64_t gpus = cluster_gpu_count(&spec->cluster);
    const char *path = arena_format(errors->arena, "jobs[%" PRId64 "]", job->index);
    job->kind = job->collective.operation ? JOB_COLLECTIVE : JOB_TRAINING;
    if (job->said_kind && strcmp(job->said_kind, job_kind_name(job->kind)) != 0)
        error_list_add(errors, (ErrorPlace){0}, arena_format(errors->arena, "%s.kind", path),
                       "found %s, expected %s: it has %s", job->said_kind, job_kind_name(job->kind),
                       job->kind == JOB_COLLECTIVE ? "`collective`" : "no `collective`");
    if (!job->gpus)
        job->gpus = all_gpus(spec, job, errors);
    if (job->gpus > gpus)
        error_list_add(errors, (ErrorPlace){0}, arena_format(errors->arena, "%s.gpus", path),
                       "found %" PRId64 ", expected at most the cluster's %" PRId64, job->gpus, gpus);
    switch (job->kind) {
    case JOB_TRAINING:
        resolve_training(spec, job, path, errors);
        break;
    case JOB_COLLECTIVE:
        resolve_collective(job, path, errors);
        break;
    }
    if (errors->count == before)
        input_resolve(spec, job, path, errors);
}
