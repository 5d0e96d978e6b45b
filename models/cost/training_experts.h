/*
 * training_experts: how many tokens the experts of one layer see, and what is sent and kept for them, for one
 * micro-batch on one GPU. Kernels are expert_cost.h's, groups plan_experts.h's.
 *
 * A micro-batch of T tokens makes T * k pairs of a token and an expert. Its GPUs send each pair's hidden state to the
 * expert's rank and back (dispatch and combine, an all-to-all each, forward and again backward), 1/t of the tokens from
 * each of t tensor ranks; on arrival the GPUs that share an expert gather its pairs, and sum what it makes of them
 * (MoEAlltoAllTokenDispatcher of Megatron-Core). When the experts are loaded evenly, a GPU works on T * k pairs where
 * the tensor group shares experts, and on T * k / t where each GPU has whole ones.
 *
 * What an exchange sends is expert_dispatch.h's, what hides it pass_order.h's. Limit: the busiest rank's tensor group
 * gathers its pairs while all wait.
 *
 * Kept for the backward pass: the gathered pairs, what an expert's products make inside, and the router's probabilities
 * in fp32. Not the experts' outputs: Megatron-Core weights a pair inside its activation (weighted_bias_swiglu_impl of
 * experts.py, 2025); releases before keep them too, h / t elements a pair.
 */
#ifndef MODELS_COST_TRAINING_EXPERTS_H
#define MODELS_COST_TRAINING_EXPERTS_H

#include "models/plan/pipeline.h"
#include "models/plan/plan.h"

/* Pairs that a rank works on: the busiest one, and the mean of all. */
double training_busiest_pairs(const TrainingSpec *training);
double training_mean_pairs(const TrainingSpec *training);

/* Bytes of all pairs that one GPU has for its expert group before any is dropped: the buffer of the all-to-all. */
double training_pair_bytes(const TrainingSpec *training);

/* All-to-alls of each direction, dispatch and combine, for one layer in one pass; 0 without expert parallelism. */
double training_expert_exchanges(const PlanSpec *plan, PassKind kind);

/* Hidden states of a micro-batch in 16 bit that the tensor group sums for one layer in one pass, recomputation
 * included; with sequence_parallel half of a sum is gathered, in fp8 with half the bytes (element_bytes.h). */
double training_layer_sums(const TrainingSpec *training, PassKind kind);

/* Of them, those of the MLP, without recomputation. */
double training_mlp_sums(const TrainingSpec *training, PassKind kind);

/* What gathering a hidden state for a product moves of it in 16 bit, in sequence_parallel: gathered_share, but all
 * with tp_gathers_in_16_bit, and where adapters need the input in 16 bit (Megatron Bridge's
 * get_adapter_attributes_from_linear: return_layernorm_output_gathered). */
double training_gathered_share(const PlanSpec *plan, PassKind kind);

/* Bytes that the MLP of one layer keeps beside its input, on the busiest rank; a dense one's too. */
double training_mlp_activation_bytes(const TrainingSpec *training);

#endif
