/*
 * attention_cost: the kernels of attention itself, behind what makes queries, keys and values and in front of the
 * projection: scores, softmax, dropout and context, or the one fused kernel of the plan. For one layer and micro-batch
 * on one GPU of the tensor group; no communication.
 *
 * Unfused, the score matrix is written and read (score_cost.h). In a context group a GPU has the queries of its own
 * tokens and all keys. Fused attention computes half of the square, writes no scores and takes the time of the plan's
 * attention_kernel (attention.h), with what a context group adds to its steps. Heads whose values are narrower than
 * their keys (transformer.h) count as heads of the mean; backward that is 4 % off for DeepSeek's 192 and 128.
 */
#ifndef MODELS_COST_ATTENTION_COST_H
#define MODELS_COST_ATTENTION_COST_H

#include "models/cost/work_cost.h"
#include "models/plan/plan.h"

void attention_cost_add_forward(KernelList *list, const TrainingSpec *training);
void attention_cost_add_backward(KernelList *list, const TrainingSpec *training);

#endif
