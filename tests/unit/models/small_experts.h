/* small_experts: small_cluster with a mixture of experts: 8 gated ones of 640 features, of which a token meets 3. */
#ifndef TESTS_UNIT_MODELS_SMALL_EXPERTS_H
#define TESTS_UNIT_MODELS_SMALL_EXPERTS_H

#include "tests/unit/models/small_cluster.h"

/* No dropout and no biases; constants of grouped products as H100's. */
SimulationSpec small_experts(Arena *arena, int nodes, int gpus);

/* GPUs and a plan for them, each >= 1 but expert_tensor, 0 = as plans have it. */
typedef struct SmallExpertsLayout {
    int nodes, gpus, tensor, context, experts, expert_tensor, pipeline, chunks, micro_batches;
    double imbalance; /* of the routing, >= 1 */
} SmallExpertsLayout;

/* Such a cluster with that plan, sequence parallel in tensor groups and with flash attention; not resolved. */
SimulationSpec small_experts_spec(Arena *arena, const SmallExpertsLayout *layout);

/* The resolved job of such a cluster of 2 nodes of 4 GPUs, with that expert parallelism. */
TrainingSpec small_experts_training(Arena *arena, int64_t experts);

#endif
