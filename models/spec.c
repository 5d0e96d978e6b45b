#include "models/spec.h"

#include <inttypes.h>
#include <string.h>

static const char *const PLACEMENT_NAMES[] = {"packed", "spread"};
static const char *const FIDELITY_NAMES[] = {"folded", "unfolded"};

static const double PASSES_MAX = 5e6;
static const double GPUS_MAX = 4e6;

/* Index of `name` among two names, -1 when it is neither. */
static int find_name(const char *const names[2], const char *name) {
    for (int i = 0; i < 2; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

const char *placement_name(Placement placement) {
    return PLACEMENT_NAMES[placement];
}

bool placement_find(const char *name, Placement *placement) {
    int index = find_name(PLACEMENT_NAMES, name);
    if (index >= 0)
        *placement = (Placement)index;
    return index >= 0;
}

const char *fidelity_name(Fidelity fidelity) {
    return FIDELITY_NAMES[fidelity];
}

bool fidelity_find(const char *name, Fidelity *fidelity) {
    int index = find_name(FIDELITY_NAMES, name);
    if (index >= 0)
        *fidelity = (Fidelity)index;
    return index >= 0;
}

ClusterSpec cluster_default(void) {
    return (ClusterSpec){.nodes = 1, .fabric = fabric_default()};
}

JobSpec job_default(void) {
    return (JobSpec){.name = "job", .training = {.model = transformer_default(), .plan = plan_default()}};
}

SimulationSpec simulation_spec_default(void) {
    return (SimulationSpec){.name = "", .lesson = "", .seed = 1, .cluster = cluster_default()};
}

static void check_slow_gpus(const ClusterSpec *cluster, ErrorList *errors) {
    int64_t gpus = cluster->nodes * cluster->node.gpus;
    bool *seen = ARENA_ARRAY(errors->arena, gpus, bool);
    for (int64_t i = 0; i < cluster->slow_gpu_count; i++) {
        int64_t gpu = cluster->slow_gpus[i].gpu;
        const char *path = arena_format(errors->arena, "cluster.slow_gpus[%" PRId64 "].gpu", i);
        if (gpu >= gpus)
            error_list_add(errors, (ErrorPlace){0}, path, "found %" PRId64 ", expected a GPU in 0 .. %" PRId64, gpu,
                           gpus - 1);
        else if (seen[gpu])
            error_list_add(errors, (ErrorPlace){0}, path, "found GPU %" PRId64 " again, expected each once", gpu);
        else
            seen[gpu] = true;
    }
}

static void check_network(const ClusterSpec *cluster, ErrorList *errors) {
    if (cluster->node.in_network_reduction && cluster->node.nvlink.bytes_per_s <= 0)
        error_list_add(errors, (ErrorPlace){0}, "cluster.node.in_network_reduction",
                       "found true on a node without NVLink, expected `nvlink`, whose switch reduces");
    if (cluster->nodes > 1 && cluster->node.nics < 1)
        error_list_add(errors, (ErrorPlace){0}, "cluster.nodes",
                       "found %" PRId64 " nodes without NICs, expected 1 node, or a node type with `nics`",
                       cluster->nodes);
    if (cluster->node.nics > 0 && cluster->node.nic.bytes_per_s <= 0)
        error_list_add(errors, (ErrorPlace){0}, "cluster.node.nics",
                       "found %d NICs without a bandwidth, expected `nic`", cluster->node.nics);
    Fabric fabric = network_fabric(&cluster->node, &cluster->fabric, (int)cluster->nodes);
    TopologyFault fault = fabric_fault(&fabric);
    if (fault.key)
        error_list_add(errors, (ErrorPlace){0}, arena_format(errors->arena, "cluster.fabric.%s", fault.key),
                       "found %s for %" PRId64 " nodes with %d NICs, expected %s", cluster->fabric.topology,
                       cluster->nodes, cluster->node.nics, fault.expected);
}

static bool has_precision(const GpuSpec *gpu, Precision precision) {
    return gpu->peak_flop_per_s[precision] > 0 && gpu->kernels.matrix_fraction[precision] > 0;
}

static void check_precision(const GpuSpec *gpu, Precision precision, const char *path, ErrorList *errors) {
    if (!has_precision(gpu, precision))
        error_list_add(errors, (ErrorPlace){0}, arena_format(errors->arena, "%s.plan.precision", path),
                       "found %s, expected a precision for which %s has a `peak` and a `kernels.matrix`",
                       precision_name(precision), gpu->name);
    else if (precision == PRECISION_FP8 && !has_precision(gpu, PRECISION_BF16))
        error_list_add(errors, (ErrorPlace){0}, arena_format(errors->arena, "%s.plan.precision", path),
                       "found fp8, expected a GPU that has bf16 too: attention needs it");
}

/* A step of more passes than this would not fit into the memory of a usual machine. */
static void check_size(const SimulationSpec *spec, const JobSpec *job, const char *path, ErrorList *errors) {
    const PlanSpec *plan = &job->training.plan;
    double passes = (double)plan->pipeline_parallel * (double)plan->virtual_stages * (double)plan_micro_batches(plan);
    double slow = (double)spec->cluster.slow_gpu_count, replicas = (double)plan->data_parallel;
    /* Folded, every replica with a slow GPU is simulated by itself. */
    passes *= spec->fidelity == FIDELITY_UNFOLDED ? replicas * (double)plan->tensor_parallel
              : slow < replicas                   ? 1 + slow
                                                  : replicas;
    if (passes > PASSES_MAX)
        error_list_add(errors, (ErrorPlace){0}, arena_format(errors->arena, "%s.plan", path),
                       "found %.3g passes to simulate (stages x chunks x micro-batches%s), expected at most %.3g",
                       passes, spec->fidelity == FIDELITY_UNFOLDED ? " x ranks, unfolded" : "", PASSES_MAX);
}

static void resolve_job(const SimulationSpec *spec, JobSpec *job, int64_t index, ErrorList *errors) {
    const ClusterSpec *cluster = &spec->cluster;
    int64_t gpus = cluster->nodes * cluster->node.gpus;
    const char *path = arena_format(errors->arena, "jobs[%" PRId64 "]", index);
    if (!job->gpus)
        job->gpus = gpus;
    if (job->gpus > gpus)
        error_list_add(errors, (ErrorPlace){0}, arena_format(errors->arena, "%s.gpus", path),
                       "found %" PRId64 ", expected at most the cluster's %" PRId64, job->gpus, gpus);
    check_precision(&cluster->node.gpu, job->training.plan.precision, path, errors);
    if (plan_resolve(&job->training, job->gpus, path, errors))
        check_size(spec, job, path, errors);
}

bool simulation_spec_resolve(SimulationSpec *spec, ErrorList *errors) {
    int before = errors->count;
    double gpus = (double)spec->cluster.nodes * (double)spec->cluster.node.gpus;
    if (gpus > GPUS_MAX) {
        error_list_add(errors, (ErrorPlace){0}, "cluster.nodes", "found %.3g GPUs, expected at most %.3g", gpus,
                       GPUS_MAX);
        return false;
    }
    spec->cluster.fabric.seed = spec->seed;
    check_network(&spec->cluster, errors);
    check_slow_gpus(&spec->cluster, errors);
    if (spec->job_count != 1)
        error_list_add(errors, (ErrorPlace){0}, "jobs", "found %" PRId64 " jobs, expected exactly 1", spec->job_count);
    for (int64_t i = 0; i < spec->job_count; i++)
        resolve_job(spec, &spec->jobs[i], i, errors);
    return errors->count == before;
}
