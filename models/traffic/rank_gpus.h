/*
 * rank_gpus: the GPUs on which ranks of a job sit, by stage, replica and member, as the operations of hosts and of the
 * fabric want them. Which ranks are equal is rank_classes.h's.
 */
#ifndef MODELS_TRAFFIC_RANK_GPUS_H
#define MODELS_TRAFFIC_RANK_GPUS_H

#include "models/traffic/rank_classes.h"

/* The same members of a stage in every replica of a set. */
typedef struct StageRanks {
    int replica_set; /* index into RankClasses.replica_sets */
    int stage;
    const int *members; /* [member_count]; NULL = from 0 on */
    int member_count;
} StageRanks;

/* The GPU of one rank. */
int rank_gpus_at(const RankClasses *ranks, const PlanSpec *plan, int stage, int replica, int member);

/* Fills `gpus`, replica by replica; returns their number. */
int rank_gpus_of(const RankClasses *ranks, const PlanSpec *plan, const StageRanks *which, int *gpus);

#endif
