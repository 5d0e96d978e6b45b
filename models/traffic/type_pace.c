#include "models/traffic/type_pace.h"

#include "models/cost/layer_cost.h"
#include "models/cost/layer_list_cost.h"

static double layer_s(const TrainingSpec *training, const NodeSpec *node) {
    const GpuSpec gpu = plan_gpu(&training->plan, &node->gpu);
    if (training_family(training) == FAMILY_LAYERS) {
        WorkCost whole = layer_list_whole_cost(training, &gpu);
        return work_cost_seconds(&whole);
    }
    WorkCost cost = layer_forward_cost(training, &gpu), backward = layer_backward_cost(training, &gpu);
    work_cost_add(&cost, &backward, 1);
    return work_cost_seconds(&cost);
}

static void mark_used(const ClusterSpec *cluster, const JobSpec *job, const JobPlace *place, double *fraction) {
    if (!cluster->mix)
        fraction[0] = 1;
    for (int64_t rank = 0; rank < job->gpus && cluster->mix; rank++)
        fraction[cluster_type_of_gpu(cluster, place->rank_gpu[rank])] = 1;
}

TypePace type_pace_of(Arena *arena, const ClusterSpec *cluster, const JobSpec *job, const JobPlace *place) {
    int types = cluster_type_count(cluster), used = 0;
    double *fraction = ARENA_ARRAY(arena, types, double), fastest_s = 0;
    mark_used(cluster, job, place, fraction);
    for (int type = 0; type < types; type++)
        used += fraction[type] > 0;
    for (int type = 0; type < types && used > 1; type++) {
        if (fraction[type] == 0)
            continue;
        fraction[type] = layer_s(&job->training, cluster_type(cluster, type));
        fastest_s = fastest_s == 0 || fraction[type] < fastest_s ? fraction[type] : fastest_s;
    }
    for (int type = 0; type < types && used > 1; type++)
        fraction[type] = fraction[type] > 0 ? fastest_s / fraction[type] : 0;
    return (TypePace){fraction, used};
}
