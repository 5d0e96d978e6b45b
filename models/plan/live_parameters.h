/*
 * live_parameters: what DeepSpeed's limit on whole parameters (plan.max_live_parameters) changes in ZeRO-3: when it
 * gathers ahead, and which weights it gathers once more for the recomputation. No collectives, no time.
 *
 * From partition_parameters.py and stage3.py of 2021: nothing is gathered ahead while the weights in use reach
 * stage3_max_live_parameters; a module drops its weights after its forward, also after the one that recomputes it,
 * unless it is used again within stage3_max_reuse_distance parameters. Both are 1e9 by default and one number here. In
 * a recomputed layer a weight is used again after twice the weights behind it, so the last ones stay.
 *
 * Before 2022 (zero_list_collectives) none of that came to pass: a hook of the whole model set the number of the module
 * back after that of its first one had counted, so all were off by one, nothing was gathered ahead and nothing kept
 * (DeepSpeed #1069, jfc4050, 2021-05-27; mended by #1453 in January 2022).
 *
 * Limits: a layer is the matrices of layer_weights.h; if the largest weight of any layer reaches the limit nothing is
 * gathered ahead, although DeepSpeed gathers what follows small ones.
 */
#ifndef MODELS_PLAN_LIVE_PARAMETERS_H
#define MODELS_PLAN_LIVE_PARAMETERS_H

#include "models/plan/plan.h"

/* Returns the layers that are gathered ahead: prefetch_layers, or 0 when a weight reaches the limit. */
int64_t live_parameters_prefetch_layers(const TrainingSpec *training);

/* Returns the share 0..1 of the parameters of a layer (training_with_mlp) that the backward pass gathers twice; 0
 * without a limit or a full recomputation. */
double live_parameters_again_fraction(const TrainingSpec *training);

#endif
