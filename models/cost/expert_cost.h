/*
 * expert_cost: the kernels of the experts of one layer for one micro-batch on one GPU of a tensor group, where a dense
 * layer has its MLP: router, permutation, grouped products, activation, and the shared experts. No communication.
 *
 * Products are batches of one per expert of the GPU, each with its share of the pairs, at the shares of peak that
 * grouped products reach (GpuMoe, times the GPU's sustained clock); what is moved around them is GpuMoe's passes over
 * hidden states (permutation and its reverse, forward as backward) and inner layers (5/3 as much backward, as in a
 * dense gated MLP). Measured H100 layers back this form against ordinary products with the least that must be moved: of
 * bf16 rows with 64 pairs per expert and more, its median error is 8-12 % where the other's is 12-16 %, and 13-28 %
 * where the other's is 33-50 % with one or two experts on the GPU. Those are inference kernels: nothing measured is at
 * hand for the backward pass, whose products are taken to run at the same share. A GPU without GpuMoe constants gets
 * the other form, and so do experts that work one after the other (grouped_experts: false, Megatron-Core's
 * SequentialMLP): ordinary products, one for each, and a copy that puts their outputs together.
 *
 * A schedule that splits the backward pass leaves to it the products of the experts' weight gradients, as
 * Megatron-Core's delay_wgrad_compute (MoELayer.backward_dw: experts and shared experts, not the router) and
 * DeepSeek-V3's DualPipe do; permutation, casts, activation and router stay, and so do the exchanges
 * (training_experts.h). What the busiest rank has more of them is waited for at the next exchange, so it counts in
 * their own pass: the same rank is the busiest in every layer.
 *
 * Limits: experts of a GPU are loaded evenly; the host waits for the counts of pairs in no other way than for kernels;
 * a fused accumulation writes gradients of weights but does not read them, which few tokens for many weights feel: of
 * Grok-1 on H100 a GPU with 4 experts is further from the measured step than one with a single expert.
 */
#ifndef MODELS_COST_EXPERT_COST_H
#define MODELS_COST_EXPERT_COST_H

#include "models/cost/work_cost.h"
#include "models/plan/plan.h"

/* Adds the kernels of the mean rank. The backward pass has no products of weight gradients but the router's when the
 * schedule splits them off: those, of routed and shared experts, are expert_cost_add_weights'. */
void expert_cost_add_forward(KernelList *list, const TrainingSpec *training);
void expert_cost_add_backward(KernelList *list, const TrainingSpec *training);
void expert_cost_add_weights(KernelList *list, const TrainingSpec *training);

/* Adds the activation of routed experts alone, which the plan computes again. */
void expert_cost_add_activation(KernelList *list, const TrainingSpec *training);

/* Device time by which the busiest rank is later than the mean one: all wait for it. 0 without expert parallelism. That
 * of the weight gradients is part of the backward one's unless the schedule splits them off. */
double expert_cost_forward_wait_s(const TrainingSpec *training, const GpuSpec *gpu);
double expert_cost_backward_wait_s(const TrainingSpec *training, const GpuSpec *gpu);
double expert_cost_weight_wait_s(const TrainingSpec *training, const GpuSpec *gpu);

#endif
