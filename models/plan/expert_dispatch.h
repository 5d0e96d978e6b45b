/*
 * expert_dispatch: what tokens on their way to experts send from GPU to GPU of an expert group. Two dispatchers:
 *
 * alltoall: every pair of a token and an expert travels by itself to the expert's rank (NCCL's all-to-all).
 * deepep: a token travels once to every other node that has one of its experts, to the GPU of its own place there, and
 * from there once to each GPU of that node with one of them; its outputs come back summed the same way (DeepEP, and
 * HybridEP of the same library).
 *
 * With k experts chosen evenly from E, a place with e of them is missed with C(E-e,k)/C(E,k). Node-limited routing
 * (DeepSeek-V2 and V3: n_group, topk_group) first chooses M of G groups of experts, evenly too: of the M, a place that
 * holds a part of a group is met or missed within M E / G experts; one that holds several has a hypergeometric number
 * of them.
 *
 * Limits: tokens travel in 16 bit (DeepEP can dispatch fp8); a node's copies of a token leave as they arrive, both ways
 * at the speed of the fullest link; the SMs that dispatch are not taken from compute; nodes that hold unequal parts of
 * the group get the alltoall.
 */
#ifndef MODELS_PLAN_EXPERT_DISPATCH_H
#define MODELS_PLAN_EXPERT_DISPATCH_H

#include "models/plan/plan.h"

/* Share of tokens that meet an expert of a place with so many of the model's: 0..1. */
double expert_dispatch_hit_fraction(const TransformerSpec *model, int64_t experts_there);

/* What each rank sends to each, [from * ranks + to], over its even share of all pairs; NULL when all is even: an
 * alltoall. `gpus` are those of one group, in order. */
const double *expert_dispatch_weights(const TrainingSpec *training, const int *gpus, int gpus_per_node, Arena *arena);

const char *expert_dispatcher_name(ExpertDispatcher dispatcher); /* alltoall, deepep */

#endif
