/*
 * weight_owners: which of the parameters of a stage one GPU of a shard group updates. ZeRO cuts them into equal parts.
 * With zero_whole_weights no weight is cut: sorted by size, each goes to the owner that has the fewest parameters so
 * far, and every owner broadcasts what it has, as one buffer: the sorted-greedy partition of PyTorch's
 * ZeroRedundancyOptimizer, and _partition_param_list of InternLM's and InternEvo's hybrid_zero_optim.py. It knows no
 * time and no links.
 *
 * Weights are the matrices as these frameworks keep them (query, key and value together, gate and up apart), the
 * tables, and the vectors of norms and biases, all vectors of a layer taken as equally long.
 */
#ifndef MODELS_PLAN_WEIGHT_OWNERS_H
#define MODELS_PLAN_WEIGHT_OWNERS_H

#include "models/plan/plan.h"

/* The owners of a shard group, of whole weights. */
typedef struct WeightOwners {
    int with_matrices;         /* owners that have a matrix, >= 1 */
    int with_vectors;          /* owners that have vectors only, >= 0 */
    double matrix_parameters;  /* of an owner with a matrix, on average */
    double vector_parameters;  /* of one with vectors only, on average; 0 without any */
    double busiest_parameters; /* of the owner that has the most */
} WeightOwners;

/* Of a stage of a resolved plan with zero_whole_weights. */
WeightOwners weight_owners_of_stage(const TrainingSpec *training, int stage);

/* Parameters of a stage whose optimizer state one GPU holds and that it updates; the busiest one's. */
double weight_owners_parameters(const TrainingSpec *training, int stage);

#endif
