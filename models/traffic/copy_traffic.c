#include "models/traffic/copy_traffic.h"

#include "models/plan/plan_experts.h"
#include "models/traffic/rank_gpus.h"

CopyGroups copy_groups_shard(const PlanSpec *plan) {
    return (CopyGroups){(int)plan_shard_size(plan), 1};
}

CopyGroups copy_groups_between_shards(const PlanSpec *plan) {
    int shard = (int)plan_shard_size(plan);
    return (CopyGroups){(int)plan_weight_copies(plan) / shard, shard};
}

CopyGroups copy_groups_experts(const PlanSpec *plan) {
    return (CopyGroups){(int)plan_expert_copies(plan), (int)plan_expert_span(plan)};
}

int copy_traffic_gpu(const CopyTraffic *builder, int stage, int copy, int tensor) {
    int contexts = (int)builder->plan->context_parallel, tensors = (int)builder->plan->tensor_parallel;
    return rank_gpus_at(builder->ranks, builder->plan, stage, copy / contexts, copy % contexts * tensors + tensor);
}

int copy_traffic_add(CopyTraffic *builder, TrafficGroups groups) {
    groups.gpus = builder->gpus;
    groups.algorithm = builder->plan->collective;
    return traffic_add(builder->traffic, &groups);
}

int copy_traffic_side_by_side(const CopyTraffic *builder, int first, int end) {
    const ClusterSpec *cluster = &builder->spec->cluster;
    int tensors = (int)builder->plan->tensor_parallel;
    bool folded = builder->spec->fidelity == FIDELITY_FOLDED && !builder->network->splits_flows;
    bool aligned = folded && cluster_nodes_divide_by(cluster, tensors) &&
                   (cluster->nodes == 1 || cluster_has_nic_per_gpu(cluster));
    return aligned ? end - first : 1;
}

int copy_traffic_open(CopyTraffic *builder, const TensorSpan *span, const CopyGroups *groups, CollectiveKind kind,
                      double bytes) {
    int weight_copies = (int)plan_weight_copies(builder->plan), placed = 0, block = groups->ranks * groups->stride;
    int copies = copy_traffic_side_by_side(builder, span->first, span->end);
    if (groups->ranks < 2 || bytes <= 0)
        return NO_OPERATION;
    for (int tensor = span->first; tensor < span->end; tensor += copies)
        for (int i = 0; i < weight_copies; i++) {
            int member = i % groups->ranks, offset = i / groups->ranks;
            int copy = offset / groups->stride * block + offset % groups->stride + member * groups->stride;
            builder->gpus[placed++] = copy_traffic_gpu(builder, span->stage, copy, tensor);
        }
    return copy_traffic_add(
        builder,
        (TrafficGroups){
            .kind = kind, .bytes = bytes, .ranks = groups->ranks, .count = placed / groups->ranks, .copies = copies});
}
