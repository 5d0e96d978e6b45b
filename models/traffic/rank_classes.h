/*
 * rank_classes: which ranks of a job are equal. A replica without a slow GPU is like every other such replica; one with
 * a slow GPU stands for itself. Inside a replica each stage has one class of equal members of its tensor and context
 * group per GPU speed. So a regular job has one class per stage, and a slow GPU splits off its own replica and, on its
 * stage, its own tensor rank; nothing else. Replicas on nodes of different types (cluster_spec.h) are told apart, and
 * so are the ranks of a stage. Where the NIC decides the way through the fabric, tensor ranks are told apart, for the
 * rings of each collide with others, or where a link of one of them has events. Replicas whose marks differ
 * (placement.h) are told apart too, and so are those that exchange tokens with a replica of any of these kinds
 * (plan_expert_replicas). Unfolded, every rank is a class.
 *
 * Limits: ranks whose neighbours sit differently (a stage that ends inside a node, a replica that crosses a leaf) are
 * still one class: their common representative has the longest way of any of them. With a slow GPU the data-parallel
 * groups of all tensor ranks gather together, although only one of them waits for its optimizer or for compute that it
 * shares a GPU with: on an oversubscribed fabric a folded ZeRO step is up to 0.2 % longer.
 */
#ifndef MODELS_TRAFFIC_RANK_CLASSES_H
#define MODELS_TRAFFIC_RANK_CLASSES_H

#include "models/spec.h"
#include "models/traffic/job_place.h"
#include "sim/engine/arena.h"

typedef struct RankClass {
    const char *name; /* "stage 3", "stage 3 replica 5", "rank 17", "stage 3 on dgx-a100-80" */
    int stage;
    int replica_set;    /* index into RankClasses.replica_sets */
    const int *members; /* of the stage's tensor and context group (plan_stage_gpus), ascending */
    int member_count;
    int64_t first_rank;
    int64_t gpus;          /* ranks that it stands for */
    int node_type;         /* of cluster_type; 0 in a group */
    double speed_fraction; /* of the kernels' normal speed on its type of node */
    double pace_fraction;  /* the same, over the normal speed on the fastest type of node of the job */
} RankClass;

/* Replicas that behave alike, and their classes: those of stage s are class_of_stage[s] .. class_of_stage[s + 1] - 1.
 */
typedef struct ReplicaSet {
    const int *replicas; /* ascending */
    int replica_count;
    const int *class_of_stage;
    int slowest_class; /* that of the least pace when it is below 1, otherwise -1 */
} ReplicaSet;

typedef struct RankClasses {
    const RankClass *classes;
    int class_count;
    const ReplicaSet *replica_sets;
    int replica_set_count;
    bool splits_members; /* every member of a stage is in a class of its own */
    const int *rank_gpu; /* GPU of every rank */
} RankClasses;

RankClasses rank_classes_create(Arena *arena, const SimulationSpec *spec, const JobSpec *job, const JobPlace *place);

/* All ranks of a job that runs one collective after the other: one class. */
RankClasses rank_classes_of_group(Arena *arena, const JobSpec *job, const JobPlace *place);

/* rank = (stage * data_parallel + replica) * plan_stage_gpus + member, member = context * tensor_parallel + tensor. */
int64_t plan_rank(const PlanSpec *plan, int stage, int replica, int member);

#endif
