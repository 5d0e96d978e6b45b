#include "models/account/host_memory.h"

#include "models/memory/training_memory.h"
#include "models/plan/training_parameters.h"
#include "models/workload/checkpoint.h"
#include "models/workload/offload.h"

/* What one GPU of a stage keeps there. */
static HostMemoryResults of_gpu(const JobSpec *job, int stage) {
    HostMemoryResults gpu = {0};
    if (job->checkpoint.every_steps > 0 && job->checkpoint.asynchronous)
        gpu.checkpoint_bytes = checkpoint_gpu_bytes(job, stage);
    if (job->training.plan.offload_optimizer)
        gpu.optimizer_bytes = offload_kept_bytes(&job->training.plan, training_stage_parameters(&job->training, stage));
    gpu.activations_bytes = training_stage_offloaded_bytes(&job->training, stage);
    gpu.total_bytes = gpu.optimizer_bytes + gpu.activations_bytes + gpu.checkpoint_bytes;
    return gpu;
}

static void add(HostMemoryResults *node, const HostMemoryResults *gpu) {
    node->optimizer_bytes += gpu->optimizer_bytes;
    node->activations_bytes += gpu->activations_bytes;
    node->checkpoint_bytes += gpu->checkpoint_bytes;
    node->total_bytes += gpu->total_bytes;
}

/* The sums of every node; 0 where the job has no GPU. */
static const HostMemoryResults *of_nodes(const SimulationSpec *spec, const JobSpec *job, const JobPlace *place,
                                         Arena *arena) {
    const PlanSpec *plan = &job->training.plan;
    HostMemoryResults *nodes = ARENA_ARRAY(arena, spec->cluster.nodes, HostMemoryResults);
    int64_t stage_ranks = plan->data_parallel * plan_stage_gpus(plan), rank = 0;
    int per_node = cluster_gpus_per_node(&spec->cluster);
    for (int stage = 0; stage < plan->pipeline_parallel; stage++) {
        HostMemoryResults gpu = of_gpu(job, stage);
        for (int64_t end = rank + stage_ranks; rank < end; rank++)
            add(&nodes[place->rank_gpu[rank] / per_node], &gpu);
    }
    return nodes;
}

bool host_memory_fill(const SimulationSpec *spec, const JobSpec *job, const JobPlace *place, Arena *arena,
                      Results *results) {
    if (of_gpu(job, 0).total_bytes <= 0)
        return true;
    const HostMemoryResults *nodes = of_nodes(spec, job, place, arena);
    HostMemoryResults *fullest = ARENA_NEW(arena, HostMemoryResults);
    for (int node = 0; node < spec->cluster.nodes; node++) {
        const NodeSpec *type = cluster_node(&spec->cluster, node);
        bool is_fuller = fullest->node == NULL || nodes[node].total_bytes / type->host_memory_bytes >
                                                      fullest->total_bytes / fullest->capacity_bytes;
        if (!is_fuller)
            continue;
        *fullest = nodes[node];
        fullest->node = type->name;
        fullest->capacity_bytes = type->host_memory_bytes;
    }
    results->host_memory = fullest;
    return fullest->total_bytes <= fullest->capacity_bytes;
}
