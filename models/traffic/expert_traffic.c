#include "models/traffic/expert_traffic.h"

#include "models/cost/training_experts.h"
#include "models/plan/expert_dispatch.h"
#include "models/plan/plan_experts.h"

/* The groups of tensor ranks first .. end - 1 of neighbouring copies, from a replica on whose groups are whole; returns
 * the number of GPUs that are placed then. */
static int place_groups(CopyTraffic *builder, const TensorSpan *span, int replica, int placed) {
    int contexts = (int)builder->plan->context_parallel, first = replica * contexts;
    int end = first + (int)plan_expert_replicas(builder->plan) * contexts;
    for (int copy = first; copy < end; copy++)
        for (int tensor = span->first; tensor < span->end; tensor++)
            builder->gpus[placed++] = copy_traffic_gpu(builder, span->stage, copy, tensor);
    return placed;
}

static TrafficGroups groups_of(CopyTraffic *builder, const ExpertTeams *teams, int team, int stage) {
    const PlanSpec *plan = builder->plan;
    int tensors = (int)plan->tensor_parallel, placed = 0;
    bool whole = plan_expert_tensor(plan) < tensors; /* all tensor ranks are in one group */
    int copies = whole ? 1 : copy_traffic_side_by_side(builder, 0, tensors), step = whole ? tensors : copies;
    for (int replica = 0; replica < plan->data_parallel; replica += (int)plan_expert_replicas(plan))
        for (int tensor = 0; tensor < tensors && teams->team_of_replica[replica] == team; tensor += step)
            placed = place_groups(builder, &(TensorSpan){stage, tensor, whole ? tensors : tensor + 1}, replica, placed);
    return (TrafficGroups){.kind = COLLECTIVE_ALL_TO_ALL,
                           .bytes = training_pair_bytes(builder->training),
                           .ranks = (int)plan->expert_parallel,
                           .count = placed / (int)plan->expert_parallel,
                           .copies = copies};
}

/* What is dispatched, over an even share, times how unevenly it is routed; the groups' GPUs are placed. */
static const double *weights_of(CopyTraffic *builder, bool back) {
    int64_t ranks = builder->plan->expert_parallel;
    int gpus_per_node = cluster_gpus_per_node(&builder->spec->cluster);
    const double *routed = expert_routing_weights(&builder->plan->routing, ranks, back, builder->arena);
    const double *sent = expert_dispatch_weights(builder->training, builder->gpus, gpus_per_node, builder->arena);
    if (routed == NULL || sent == NULL)
        return sent == NULL ? routed : sent;
    double *both = ARENA_ARRAY(builder->arena, ranks * ranks, double);
    for (int64_t pair = 0; pair < ranks * ranks; pair++)
        both[pair] = routed[pair] * sent[pair];
    return both;
}

ExpertTraffic expert_traffic_open(CopyTraffic *builder, const ExpertTeams *teams, int team, int stage) {
    const PlanSpec *plan = builder->plan;
    int64_t ranks = plan->expert_parallel;
    if (ranks < 2)
        return (ExpertTraffic){NO_OPERATION, NO_OPERATION};
    TrafficGroups groups = groups_of(builder, teams, team, stage);
    groups.pair_weights = weights_of(builder, false);
    int dispatch = copy_traffic_add(builder, groups);
    if (expert_routing_weights(&plan->routing, ranks, false, builder->arena) == NULL)
        return (ExpertTraffic){dispatch, dispatch};
    groups.pair_weights = weights_of(builder, true);
    return (ExpertTraffic){dispatch, copy_traffic_add(builder, groups)};
}
