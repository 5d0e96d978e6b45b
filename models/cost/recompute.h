/*
 * recompute: which part of a job is computed again: of how many layers, and in which of them what. No communication.
 *
 * By layers (recompute: full with recompute_num_layers, Megatron-LM's transformer_block.py): by block so many of a
 * chunk are computed again; uniformly all are, in groups that keep the input of their first layer and hold the tensors
 * of all their layers while these run backward.
 *
 * By operator (recompute: by_operator), torchtitan's activation_checkpoint.mode selective with
 * selective_ac_option op: of a layer the outputs of attention and of every second matrix product are kept, those of the
 * reduce-scatters of a tensor group too, and what lies between is computed again. No attention core, which is kept.
 *
 * In the order of a layer's products, w_q w_k w_v w_o w_1 w_3 w_2 (_apply_ac_to_transformer_block of torchtitan's
 * parallelize_llama.py), the outputs of w_q, w_v, w_1 and w_2 are kept. The last goes into a sum and nothing asks for
 * it: eager PyTorch keeps it all the same, a compiler drops it. With one GPU per tensor group the output of w_o is
 * computed again, with more its reduce-scatter is kept. An MLP without a gate has no w_3, so that w_2 is an even one.
 * Computed again are norms, rotations, w_k, w_o, w_3 and what is between the MLP's products.
 *
 * Of what is kept by name (recompute: full with recompute_keeps), as by JAX's policies (save_only_these_names;
 * MaxText's save_qkv_proj, Praxis's SAVE_QKV_OUT_PROJ): the outputs of these products are not computed again, and not
 * what nobody asks for, the last product of a dense MLP (jax.checkpoint, partial evaluation: XLA never sees it). Norms,
 * positions, attention and the other products are.
 *
 * Limits: by operator dense layers with fused attention; by block all chunks are taken to have the mean number of
 * layers.
 */
#ifndef MODELS_COST_RECOMPUTE_H
#define MODELS_COST_RECOMPUTE_H

#include "models/cost/work_cost.h"
#include "models/plan/plan.h"

const char *recompute_method_name(RecomputeMethod method); /* block, uniform */
const char *recompute_keeps_name(RecomputeKeeps keeps);    /* input, qkv, qkv_out */

/* Fills in recompute_share. */
void recompute_resolve(TrainingSpec *training);

/* Of all layers those that are computed again from their input, 0..1, of a resolved plan. */
double recompute_full_share(const PlanSpec *plan);

/* Bytes that a layer keeps in the mean when it is computed again from its input of `input_bytes`, and otherwise keeps
 * `whole_bytes`; and what it holds then, and the layers of its group, beside what they keep. */
double recompute_full_kept_bytes(const PlanSpec *plan, double input_bytes, double whole_bytes);
double recompute_full_again_bytes(const PlanSpec *plan, double input_bytes, double whole_bytes);

/* Bytes that a layer keeps by name beside its input for one micro-batch on one GPU. */
double recompute_named_bytes(const TrainingSpec *training);

/* Bytes that a layer keeps by operator for one micro-batch on one GPU, its input included. */
double recompute_operators_kept_bytes(const TrainingSpec *training);

/* FLOPs of a layer for a sequence, on all GPUs, that what is kept by name spares. */
double recompute_named_flop(const TrainingSpec *training);

/* FLOPs that a layer computes again by operator for a sequence, on all GPUs. */
double recompute_operators_flop(const TrainingSpec *training);

/* Adds the products that are computed again by operator. */
void recompute_add_operator_products(KernelList *list, const TrainingSpec *training);

/* Adds an error, with `path` as prefix ("jobs[0]"), where a plan cannot have it. */
void recompute_check(const TrainingSpec *training, const char *path, ErrorList *errors);

#endif
