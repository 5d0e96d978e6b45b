/*
 * expert_kernels: how many kernels an eager framework issues for the experts of one layer beside those of a dense
 * layer without its MLP's. Counted from Megatron-Core's code of 2025 (router.py, token_dispatcher.py, experts.py,
 * moe_utils.py); no time, no device.
 *
 * Router and the counts of tokens before an exchange: 72 kernels forward, 31 with fused routing (docs/discussions/
 * deepseek-v3-gb200-optimization of Megatron-LM); backward 30 and 12. Around the products: pairs are permuted for their
 * ranks and sorted by expert (a map of rows and the move of it, each), sorted back and put back; three copies tell the
 * host how many there are; one activation. Fused (moe_permute_fusion), forward 4 + 2 + 2 + 1 + 3 + 1, backward 11; in
 * PyTorch's operators 10 more forward, 12 backward. An exchange is three collectives: pairs, their probabilities, and
 * outputs. Grouped products are one kernel for each expert of the GPU from a loop of the host
 * (multi_stream_cublas_gemm of Transformer Engine), two forward and four backward; experts one after the other
 * (SequentialMLP) have 4 and 6. Two of those backward make weight gradients, of the shared experts as of each. With
 * DeepEP's dispatcher 17 kernels are in front of the exchange instead of 31 (the same page); then layout, dispatch, a
 * map of experts, permutation (4), activation, and back: 10 forward, 8 backward.
 *
 * Limits: newer grouped kernels (CUTLASS, CuTe DSL) are one for all experts; fp8 by current scaling casts every
 * expert's tokens by themselves; where the host waits for the counts it cannot run ahead.
 */
#ifndef MODELS_COST_EXPERT_KERNELS_H
#define MODELS_COST_EXPERT_KERNELS_H

#include "models/plan/plan.h"

/* Of a layer with experts, forward or backward: what comes on top of a dense layer; 0 of a dense model. */
int expert_kernels_issued(const TrainingSpec *training, bool backward);

/* Of those backward, the products of weight gradients that a schedule can split off; 0 of a dense model. */
int expert_kernels_of_weights(const TrainingSpec *training);

/* Kernels of the router and of the counts, which are short on the device. */
int expert_kernels_of_router(const PlanSpec *plan, bool backward);

#endif
