/*
 * rotary_cost: the kernels that turn queries and keys by their positions, in one direction: one that reads and writes
 * them. With eager_layers, unless rope_fusion, apply_rotary_pos_emb of Hugging Face (models/llama/modeling_llama.py),
 * for queries and keys apart: product with the cosine, minus of one half, concatenation, product with the sine, sum;
 * backward the products, the minus, halves written into zeros, and two sums of gradients. Tables of sines and cosines
 * are not counted.
 */
#ifndef MODELS_COST_ROTARY_COST_H
#define MODELS_COST_ROTARY_COST_H

#include "models/cost/work_cost.h"
#include "models/plan/plan.h"

/* rotary_bytes > 0: queries and keys of a micro-batch on one GPU. */
void rotary_cost_add(KernelList *list, const PlanSpec *plan, double rotary_bytes, bool backward);

/* Kernels that the host issues in one direction beyond the one. */
int rotary_cost_host_kernels(const TrainingSpec *training, bool backward);

#endif
