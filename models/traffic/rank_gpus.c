#include "models/traffic/rank_gpus.h"

int rank_gpus_at(const RankClasses *ranks, const PlanSpec *plan, int stage, int replica, int member) {
    return ranks->rank_gpu[plan_rank(plan, stage, replica, member)];
}

int rank_gpus_of(const RankClasses *ranks, const PlanSpec *plan, const StageRanks *which, int *gpus) {
    const ReplicaSet *set = &ranks->replica_sets[which->replica_set];
    int count = 0;
    for (int i = 0; i < set->replica_count; i++)
        for (int j = 0; j < which->member_count; j++)
            gpus[count++] =
                rank_gpus_at(ranks, plan, which->stage, set->replicas[i], which->members ? which->members[j] : j);
    return count;
}
