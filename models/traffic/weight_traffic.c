#include "models/traffic/weight_traffic.h"

#include "models/plan/parameter_bytes.h"
#include "models/plan/weight_owners.h"

/* Neighbours of a shard group that share the first one's node. */
static int ranks_on_a_node(const CopyTraffic *builder, const TensorSpan *span, int ranks) {
    int per_node = builder->network->gpus_per_node, count = 1;
    int node = copy_traffic_gpu(builder, span->stage, 0, span->first) / per_node;
    while (count < ranks && copy_traffic_gpu(builder, span->stage, count, span->first) / per_node == node)
        count++;
    return count;
}

static int chains_of(const CopyTraffic *builder, const TensorSpan *span, int owners) {
    int ranks = copy_groups_shard(builder->plan).ranks, width = ranks_on_a_node(builder, span, ranks);
    if (width == ranks || owners < 2)
        return owners;
    int chains = owners - owners / width;
    return chains > 1 ? chains : 1;
}

/* So many chains of what all owners have. */
static int open_chains(CopyTraffic *builder, const TensorSpan *span, int chains, double all_bytes) {
    CopyGroups shard = copy_groups_shard(builder->plan);
    return copy_traffic_open(builder, span, &shard, COLLECTIVE_BROADCAST, chains > 0 ? all_bytes / chains : 0);
}

WeightTraffic weight_traffic_open(CopyTraffic *builder, const TensorSpan *span) {
    WeightOwners owners = weight_owners_of_stage(builder->training, span->stage);
    double bytes = training_weight_bytes(builder->training);
    WeightTraffic weights = {.matrices_times = chains_of(builder, span, owners.with_matrices),
                             .vectors_times = chains_of(builder, span, owners.with_vectors)};
    weights.matrices =
        open_chains(builder, span, weights.matrices_times, owners.with_matrices * owners.matrix_parameters * bytes);
    weights.vectors =
        open_chains(builder, span, weights.vectors_times, owners.with_vectors * owners.vector_parameters * bytes);
    return weights;
}
