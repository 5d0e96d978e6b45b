/*
 * residual_cost: the kernels at one of a layer's two residuals, with the norm behind it (norm_cost.h), in one
 * direction. Bias, dropout and the sum are one kernel that reads the residual and a branch and writes the residual;
 * backward the norm's gradient is added to the residual's, dropout and the bias have kernels of their own. A compiler
 * makes one kernel of it (layer_cost.h). Under autocast the residual is in fp32 and a branch gets its gradient cast
 * (autocast_cost.h). What they are without the one kernel forward is unfused_cost.h's.
 */
#ifndef MODELS_COST_RESIDUAL_COST_H
#define MODELS_COST_RESIDUAL_COST_H

#include "models/cost/layer_tensors.h"
#include "models/cost/work_cost.h"

/* Adds the kernels of one residual and norm of a layer whose tensors are `t`. */
void residual_cost_add_forward(KernelList *list, const TrainingSpec *training, const LayerTensors *t);
void residual_cost_add_backward(KernelList *list, const TrainingSpec *training, const LayerTensors *t);

#endif
