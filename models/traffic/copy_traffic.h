/*
 * copy_traffic: collectives between copies of the weights of a training job (plan_weight_copies): which GPUs take part
 * and how many tensor ranks one operation stands for. What is moved and why is training_traffic.h's and
 * expert_traffic.h's.
 */
#ifndef MODELS_TRAFFIC_COPY_TRAFFIC_H
#define MODELS_TRAFFIC_COPY_TRAFFIC_H

#include "models/traffic/rank_classes.h"
#include "models/traffic/traffic.h"

enum { NO_OPERATION = -1 };

/* A job whose operations are being added to the traffic. */
typedef struct CopyTraffic {
    Arena *arena;
    const TrainingSpec *training;
    const PlanSpec *plan;
    const RankClasses *ranks;
    const SimulationSpec *spec;
    const Network *network;
    Traffic *traffic;
    int *gpus; /* scratch: the GPUs of the groups of an operation, twice as many as the job's */
} CopyTraffic;

/* Tensor ranks first .. end - 1 of a stage, each with its own data-parallel group. */
typedef struct TensorSpan {
    int stage;
    int first;
    int end;
} TensorSpan;

/* Copies of the weights that run a collective with each other: `ranks` of them, `stride` apart. */
typedef struct CopyGroups {
    int ranks;
    int stride;
} CopyGroups;

/* The copies of a shard group; the shards of one part of the weights, one in each shard group; the copies of the
 * experts of one GPU. */
CopyGroups copy_groups_shard(const PlanSpec *plan);
CopyGroups copy_groups_between_shards(const PlanSpec *plan);
CopyGroups copy_groups_experts(const PlanSpec *plan);

/* The GPU of a rank of a copy of the weights. */
int copy_traffic_gpu(const CopyTraffic *builder, int stage, int copy, int tensor);

/*
 * How many neighbouring tensor ranks, from a multiple of the answer on, sit in one node with a NIC each wherever they
 * are: what one of them sends to its peers, the others send beside it. On one way through the fabric, that is; flows
 * with ways of their own are counted one by one.
 */
int copy_traffic_side_by_side(const CopyTraffic *builder, int first, int end);

/* Adds an operation between the GPUs of the scratch table, by the plan's algorithm. */
int copy_traffic_add(CopyTraffic *builder, TrafficGroups groups);

/* One collective for each tensor rank of the span and each group of copies, all at the same time; NO_OPERATION for
 * groups of one and for nothing to move. */
int copy_traffic_open(CopyTraffic *builder, const TensorSpan *span, const CopyGroups *groups, CollectiveKind kind,
                      double bytes);

#endif
