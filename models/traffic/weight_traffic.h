/*
 * weight_traffic: the broadcasts of owners of whole weights (weight_owners.h) after the optimizer, one after the other
 * in rank order (broadcast_params of InternLM's hybrid_zero_optim.py). An owner starts when it has what the one before
 * it sent. NCCL's channels go through a node in different orders (logs in NVIDIA/nccl issue 1876), so the next owner on
 * the same node is at the end of the chain on one of them; the first owner of the next node is near its beginning on
 * all, and what it sends follows on at once, as part of the same chain. So with w ranks of a group on a node n owners
 * make n - n/w chains. It knows no time. Limit: chains of equal length stand for all.
 */
#ifndef MODELS_TRAFFIC_WEIGHT_TRAFFIC_H
#define MODELS_TRAFFIC_WEIGHT_TRAFFIC_H

#include "models/traffic/copy_traffic.h"

typedef struct WeightTraffic {
    int matrices; /* by owners with a matrix, and by those with vectors only; NO_OPERATION where there is none */
    int vectors;
    int matrices_times; /* chains one after the other, >= 0 */
    int vectors_times;
} WeightTraffic;

/* Of a stage of a plan with zero_whole_weights. */
WeightTraffic weight_traffic_open(CopyTraffic *builder, const TensorSpan *span);

#endif
