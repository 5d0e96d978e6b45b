/*
 * recompute: recomputation by operator (recompute: by_operator), torchtitan's activation_checkpoint.mode selective with
 * selective_ac_option op: of a layer the outputs of attention and of every second matrix product are kept, those of the
 * reduce-scatters of a tensor group too, and what lies between is computed again. No attention core, which is kept.
 *
 * In the order of a layer's products, w_q w_k w_v w_o w_1 w_3 w_2 (_apply_ac_to_transformer_block of torchtitan's
 * parallelize_llama.py), the outputs of w_q, w_v, w_1 and w_2 are kept. The last goes into a sum and nothing asks for
 * it: eager PyTorch keeps it all the same, a compiler drops it. With one GPU per tensor group the output of w_o is
 * computed again, with more its reduce-scatter is kept. An MLP without a gate has no w_3, so that w_2 is an even one.
 * Computed again are norms, rotations, w_k, w_o, w_3 and what is between the MLP's products.
 *
 * Limits: dense layers with fused attention.
 */
#ifndef MODELS_WORKLOAD_RECOMPUTE_H
#define MODELS_WORKLOAD_RECOMPUTE_H

#include "models/workload/plan.h"
#include "models/workload/work_cost.h"

/* Bytes that a layer keeps for one micro-batch on one GPU, its input included. */
double recompute_operators_kept_bytes(const TrainingSpec *training);

/* FLOPs that a layer computes again for a sequence, on all GPUs. */
double recompute_operators_flop(const TrainingSpec *training);

/* Adds the products that are computed again. */
void recompute_add_operator_products(KernelList *list, const TrainingSpec *training);

/* Adds an error, with `path` as prefix ("jobs[0]"), where a plan cannot have it. */
void recompute_check(const TrainingSpec *training, const char *path, ErrorList *errors);

#endif
