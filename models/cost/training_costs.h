/*
 * training_costs: the work profiles of a training job: how long the passes of a chunk and the optimizer take on one
 * GPU, to the nanosecond, and what that time is spent on. A pass takes as long as the host needs to issue it, if that
 * is longer than what the device does, its collectives included: a collective is issued like a kernel, and only the
 * device waits for it (torch.distributed: all_reduce makes the stream wait, not the process).
 *
 * Beside a message between stages (overlap_p2p) products whose schedule is static run in two waves (gpu.h's
 * second_wave, overlap_slowdown.h): a pass is longer by m (1 - 1/(1 + s)) for m of messages, s = second_wave x the
 * products' share of the pass. What a pass sends and receives is taken to travel at the same time, beside the pass
 * after it.
 */
#ifndef MODELS_COST_TRAINING_COSTS_H
#define MODELS_COST_TRAINING_COSTS_H

#include "models/cost/tensor_overlap.h"
#include "models/cost/work_cost.h"
#include "models/cost/work_profile.h"
#include "models/plan/chunk_layers.h"
#include "models/plan/pipeline.h"

/* Of one layer. */
typedef struct LayerCosts {
    WorkCost forward;
    WorkCost backward; /* without weight if the schedule splits the backward pass */
    WorkCost weight;
    WorkCost recompute;
    WorkCost cover_forward;  /* of forward, backward and recompute: attention beside the exchange of keys and values */
    WorkCost cover_backward; /* (training_context.h) */
    WorkCost cover_recompute;
    WorkCost beside_forward[TENSOR_WINDOWS]; /* the same of products beside collectives (tensor_overlap.h) */
    WorkCost beside_backward[TENSOR_WINDOWS];
    WorkCost beside_recompute[TENSOR_WINDOWS];
    TensorWindows tensor_forward; /* without tp_comm_overlap all sums are open */
    TensorWindows tensor_backward;
    double forward_wait_s;  /* for the busiest rank of the expert group */
    double backward_wait_s; /* with the recomputation's */
    double weight_wait_s;   /* of weight gradients that the schedule splits off */
} LayerCosts;

/* Costs of the pieces, computed once per job. */
typedef struct TrainingCosts {
    LayerCosts layer[MLP_KIND_COUNT]; /* zeros of a kind that the model has not */
    WorkCost embedding_forward;
    WorkCost embedding_backward;
    WorkCost head_forward;
    WorkCost head_backward; /* without head_weight if it does */
    WorkCost head_weight;
    double byte_s;      /* device time of a byte that is read or written */
    double second_wave; /* 0..1; what products take longer beside messages between stages (gpu.h) */
} TrainingCosts;

/* All of it, or apart what runs beside nothing, beside an exchange of keys and values, and beside the collectives of
 * each window of the tensor group. */
typedef enum PassPart {
    PASS_WHOLE,
    PASS_ALONE,
    PASS_COVER,
    PASS_BESIDE,
    PASS_BESIDE_LAST = PASS_BESIDE + TENSOR_WINDOWS - 1
} PassPart;

/* What a pass, or a slice of one, goes through. */
typedef struct PassWork {
    PassKind kind;
    LayerCount layers;
    bool embedding;
    bool head;
    double host_s; /* of the host, while the device waits (shard_lists.h) */
    PassPart part;
    double sums_s;   /* collectives of the tensor group that the device waits for, and the host issues kernels beside */
    double bytes;    /* read and written on the device for collectives */
    double beside_s; /* of the host, beside the gathers that all of this waits for; not in its profile */
    double messages_s; /* of messages between stages that travel beside all of this */
} PassWork;

TrainingCosts training_costs_of(const TrainingSpec *training, const GpuSpec *gpu);

/* Of a layer, in a forward or a backward pass. */
const TensorWindows *training_tensor_windows(const LayerCosts *costs, PassKind kind);

/* Hidden states of the layers of a forward or backward pass whose sums nothing hides, and those that a window does. */
double training_open_sums(const TrainingCosts *costs, const PassWork *work);
double training_hidden_sums(const TrainingCosts *costs, const PassWork *work, int window);

/* Profile of a pass on a GPU of that speed; the extra time of a slow one is straggling. */
WorkProfile training_pass_profile(const TrainingCosts *costs, const PassWork *work, double speed_fraction);

/* Profile of so much work. */
WorkProfile training_work_profile(const WorkCost *cost, double speed_fraction);

/* Profile of the optimizer over the `parameters` that one GPU updates. */
WorkProfile training_optimizer_profile(const TrainingSpec *training, const GpuSpec *gpu, double parameters,
                                       double speed_fraction);

#endif
