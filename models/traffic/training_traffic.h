/*
 * training_traffic: the communication operations of a training job: tensor-parallel collectives of a stage, blocks
 * of keys and values in its context groups, messages between neighbouring stages, gradient and parameter collectives of
 * a chunk, and the sum of tied embedding gradients. It says which ranks talk and how many bytes; traffic.h turns that
 * into loads.
 *
 * Without sequence parallelism a tensor group sums hidden states (all-reduce); with it the same bytes go as
 * reduce-scatter and all-gather. Between stages each tensor rank sends its 1/t of the hidden state (scatter/gather of
 * Narayanan et al., SC21, 4.1). The second gathering of inputs in the backward pass of sequence parallelism
 * (Korthikanti et al. 2022, 4.2.2) is taken as hidden behind compute; with tp_comm_overlap it counts
 * (tensor_overlap.h).
 *
 * With ZeRO, unless weights stay whole, gradients are reduce-scattered and parameters gathered inside every shard group
 * at the same time, and what is left of the gradients is all-reduced between the groups: rank i of each with rank i of
 * the others. Owners of whole weights broadcast one after the other: NCCL runs the collectives of a communicator in
 * order, and as its rings go through a node in different orders (NVIDIA/nccl issue 514), in one of them the next owner
 * is last. What ZeRO-2 and 3 move during the passes is shard_traffic.h's. Experts are reduced and gathered
 * between their own copies (plan_experts.h). Limit: every slice of a chunk carries an equal share of its gradients,
 * dense layers or not.
 */
#ifndef MODELS_TRAFFIC_TRAINING_TRAFFIC_H
#define MODELS_TRAFFIC_TRAINING_TRAFFIC_H

#include "models/traffic/copy_traffic.h"
#include "models/traffic/expert_traffic.h"
#include "models/traffic/layer_list_traffic.h"
#include "models/traffic/shard_traffic.h"
#include "models/traffic/weight_traffic.h"

/* Into how many slices the gradients of a chunk fall at most: each is reduced when it is ready, the last one beside
 * nothing. Frameworks have more buckets: InternEvo's 512 Mi parameters are 15 of 7 B, Megatron-Core's 40 M 40 of a
 * chunk of 1.6 B. */
enum { TRAINING_SLICES_MAX = 16 };

typedef struct TrainingTraffic {
    int stages;
    int chunks;
    int tensor_groups; /* data-parallel groups that are told apart: tensor_parallel when the classes split tensors, else
                          1 */
    const int *tensor; /* [set * stages + stage]: one hidden state summed over the tensor group */
    const int *context;    /* [set * stages + stage]: a block of keys and values to the next of the context group */
    const int *forward;    /* [set * stages + stage]: to the next stage; NO_OPERATION where there is none */
    const int *backward;   /* [set * stages + stage]: to the stage before */
    const int *gradients;  /* [(stage * chunks + chunk) * tensor_groups + group]: gradients of a slice of a chunk;
                              NO_OPERATION from ZeRO-2 on */
    const int *parameters; /* the same for the parameters of a chunk that are gathered after the optimizer: ZeRO-1, 2;
                              one of as many pieces as its gradients have with overlap_param_gather */
    const int *shard_sums; /* the same for what a slice of gradients leaves between shard groups */
    const WeightTraffic *weights; /* [stage * tensor_groups + group]; NULL without zero_whole_weights */
    const int *expert_gradients;  /* as gradients, of the experts that expert parallelism splits */
    const int *expert_parameters; /* as parameters, of the same */
    const ExpertTeams *teams;
    const ExpertTraffic *experts; /* [team * stages + stage] */
    ShardTraffic units;           /* of ZeRO-2 and 3 */
    ListTraffic list;             /* of a list of layers, messages between stages included */
    const int *embedding;         /* [group]: tied embedding gradients of the first and the last stage */
} TrainingTraffic;

/* Slices into which the last backward pass of a chunk is cut so that its gradients can leave early; at most
 * TRAINING_SLICES_MAX. */
int training_gradient_slices(const TrainingSpec *training, int stage);

/* Collectives, >= 1, in which a slice of gradients of a chunk is reduced: see gradient_bucket_parameters. */
int training_gradient_buckets(const TrainingSpec *training, int stage, int chunk);

/* The message of a pass on a replica set; NO_OPERATION without one. */
int training_message(const TrainingTraffic *traffic, const PipelineShape *shape, int set, int stage,
                     const PipelinePass *pass);

/* Adds all operations of the job to the traffic, which is not sealed yet. */
TrainingTraffic training_traffic_create(Arena *arena, const SimulationSpec *spec, const JobSpec *job,
                                        const RankClasses *ranks, Traffic *traffic);

#endif
