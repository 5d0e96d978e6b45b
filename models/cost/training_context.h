/*
 * training_context: what a context-parallel group does for one layer: its GPUs hold s/C tokens of every sequence and
 * the same weights, and pass their keys and values round in a ring while attention runs. How much is moved, and which
 * part of a layer's attention runs beside it.
 *
 * The ring is that of Liu et al. 2023 (Ring Attention, arXiv 2310.01889) as Transformer Engine runs it, which is
 * Megatron-LM's default (cp_comm_type p2p; AttnFuncWithCPAndKVP2P in context_parallel.py): rank r holds chunks r and
 * 2C - 1 - r of 2C, so that the causal work of every rank is equal in each of C steps. Forward, the keys and values of
 * one rank travel C - 1 times, each beside the attention of the step before the one that needs them: (C-1)/C of it.
 * Backward, C - 1 times again, and their gradients C - 1 times, a step behind: beside all of it. A full recomputation
 * is one more forward.
 *
 * Limits: the steps of a layer are taken as equally long, so the single transfers of the first and the last step of a
 * backward pass are not told from the double ones between; the partial products of the C steps are priced as one.
 * Around them Transformer Engine joins keys and values, cuts out half chunks, adds up partial outputs and gradients
 * (flash_attn_fwd_out_correction and what is beside it): whole tensors in the first step, on average three quarters
 * and half of a half in the others.
 */
#ifndef MODELS_COST_TRAINING_CONTEXT_H
#define MODELS_COST_TRAINING_CONTEXT_H

#include "models/cost/work_cost.h"
#include "models/plan/pipeline.h"
#include "models/plan/plan.h"

/* Bytes of keys and values of one micro-batch on one GPU: what it sends in one step of the ring. */
double training_context_block_bytes(const TrainingSpec *training);

/* Blocks that a GPU sends for one layer in one pass, recomputation included; 0 without context parallelism. */
double training_context_blocks(const PlanSpec *plan, PassKind kind);

/* Bytes read and written around the partial products of step `step` of a pass, of queries and of keys and values of
 * these bytes. */
double training_context_step_bytes(PassKind kind, int64_t step, double query_bytes, double key_value_bytes);

/* The part of `whole`, a layer's cost, in which its attention runs beside the ring; of it, `attention` is the device
 * time and `fraction` what runs while blocks travel. Host time is split as device time is. */
WorkCost training_context_cover(const WorkCost *whole, const WorkCost *attention, double fraction);

/* Of attention, what runs while blocks travel: 0..1; 0 without context parallelism. */
double training_context_cover_fraction(const PlanSpec *plan, PassKind kind);

#endif
