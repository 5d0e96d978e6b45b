#include "models/account/job_gpus.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "models/hardware/gpu_power.h"
#include "models/memory/training_memory.h"
#include "models/plan/pass_order.h"

/* GPUs of the job by type of node. */
static int64_t *count_types(const JobGpus *gpus, Arena *arena) {
    int64_t *counts = ARENA_ARRAY(arena, cluster_type_count(gpus->cluster), int64_t);
    if (!gpus->cluster->mix)
        counts[0] = gpus->job->gpus;
    for (int64_t rank = 0; rank < gpus->job->gpus && gpus->cluster->mix; rank++)
        counts[cluster_type_of_gpu(gpus->cluster, gpus->rank_gpu[rank])]++;
    return counts;
}

/* Types with GPUs of one name count as the first of them. */
static void join_names(const ClusterSpec *cluster, int64_t *counts) {
    for (int type = 1; type < cluster_type_count(cluster); type++)
        for (int first = 0; first < type && counts[type] > 0; first++)
            if (counts[first] > 0 &&
                strcmp(cluster_type(cluster, first)->gpu.name, cluster_type(cluster, type)->gpu.name) == 0) {
                counts[first] += counts[type];
                counts[type] = 0;
            }
}

static const char *words_of(const ClusterSpec *cluster, const int64_t *counts, Arena *arena) {
    int last = 0;
    const char *words = "";
    for (int type = 0; type < cluster_type_count(cluster); type++)
        last = counts[type] > 0 ? type : last;
    for (int type = 0; type <= last; type++) {
        const char *joint = words[0] == '\0' ? "" : type == last ? " and " : ", ";
        if (counts[type] > 0)
            words = arena_format(arena, "%s%s%" PRId64 " %s", words, joint, counts[type],
                                 cluster_type(cluster, type)->gpu.name);
    }
    return words;
}

void job_gpus_name(const JobGpus *gpus, Arena *arena, Results *results) {
    const ClusterSpec *cluster = gpus->cluster;
    Precision precision = gpus->job->training.plan.precision;
    int64_t *counts = count_types(gpus, arena);
    double sum = 0;
    for (int type = 0; type < cluster_type_count(cluster); type++) {
        const GpuSpec *gpu = &cluster_type(cluster, type)->gpu;
        sum += (double)counts[type] * gpu->peak_flop_per_s[precision];
        results->power_limited |= counts[type] > 0 && gpu_power_is_limited(gpu);
    }
    results->mean_peak_flop_per_s =
        cluster->mix ? sum / (double)gpus->job->gpus : cluster->node.gpu.peak_flop_per_s[precision];
    join_names(cluster, counts);
    for (int type = 0; type < cluster_type_count(cluster); type++)
        results->gpu_kinds += counts[type] > 0;
    results->gpu_words = words_of(cluster, counts, arena);
}

/* Of the GPUs of a stage, the one with the least memory. */
static const GpuSpec *smallest_gpu(const JobGpus *gpus, int stage) {
    const PlanSpec *plan = &gpus->job->training.plan;
    int64_t ranks = plan->data_parallel * plan_stage_gpus(plan), first = stage * ranks;
    const GpuSpec *smallest = NULL;
    for (int64_t rank = first; rank < first + ranks; rank++) {
        const GpuSpec *gpu =
            &cluster_type(gpus->cluster, cluster_type_of_gpu(gpus->cluster, gpus->rank_gpu[rank]))->gpu;
        smallest = !smallest || gpu->hbm_bytes < smallest->hbm_bytes ? gpu : smallest;
        if (!gpus->cluster->mix)
            break;
    }
    return smallest;
}

static StageMemory *list_memory(const TrainingSpec *training, Arena *arena) {
    StageMemory *stages = ARENA_ARRAY(arena, training->plan.pipeline_parallel, StageMemory);
    bool in_order = training_family(training) != FAMILY_LAYERS;
    PipelinePass *orders = in_order ? pass_order_list(&training->plan) : NULL;
    training_memory_of_stages(training, orders, stages);
    free(orders);
    return stages;
}

bool job_gpus_memory(const JobGpus *gpus, Arena *arena, Results *results) {
    const TrainingSpec *training = &gpus->job->training;
    int stages = (int)training->plan.pipeline_parallel;
    const StageMemory *list = list_memory(training, arena);
    MemoryResults *rows = ARENA_ARRAY(arena, stages, MemoryResults);
    bool fits = true;
    for (int stage = 0; stage < stages; stage++) {
        StageMemory memory = list[stage];
        const GpuSpec *gpu = smallest_gpu(gpus, stage);
        rows[stage] = (MemoryResults){.gpu_class = arena_format(arena, "stage %d", stage),
                                      .gpu = gpu->name,
                                      .weights_bytes = memory.weights_bytes,
                                      .gradients_bytes = memory.gradients_bytes,
                                      .optimizer_bytes = memory.optimizer_bytes,
                                      .activations_bytes = memory.activations_bytes,
                                      .buffers_bytes = memory.buffers_bytes + memory.process_bytes,
                                      .allocated_bytes = stage_memory_allocated_bytes(&memory),
                                      .reserved_bytes = stage_memory_allocated_bytes(&memory) + memory.cached_bytes,
                                      .total_bytes = stage_memory_total_bytes(&memory),
                                      .capacity_bytes = gpu->hbm_bytes};
        fits = fits && rows[stage].total_bytes <= gpu->hbm_bytes;
    }
    results->memory = rows;
    results->memory_count = stages;
    return fits;
}
