/*
 * training_gather: parameters that ZeRO-1 gathers beside the first forward passes of the next step, instead of behind
 * the optimizer (plan.overlap_param_gather, Megatron-Core's --overlap-param-gather). A step here begins with them,
 * which in a row of equal steps is the same.
 *
 * With one chunk per stage, as in Megatron-Core's forward hooks (param_and_grad_buffer.py, finish_param_sync): the
 * first pass of a stage waits for the parameters of its first layers, whose gather begins when its input is there; each
 * further gather begins when the layers before it begin to compute. So every stage waits for one gather of its own.
 * Pieces are those of the gradients (training_gradient_slices).
 *
 * With more chunks, as NeMo's and Megatron Bridge's recipes align them (align_param_gather, comm_overlap.py, wherever
 * there are virtual stages): all stages begin with the chunks 0 and 1, and with chunk c when chunk c - 1 is about to
 * begin on the first stage (schedules.py, forward_step_helper_preprocess). A chunk goes as a whole, its last layers
 * first, so its first pass waits for all of it; only the first chunk's gather is in the open.
 *
 * Limits: a gather beside the optimizer's update of other chunks (overlap_param_gather_with_optimizer_step) is not
 * modelled. What gathers take from compute is overlap_slowdown.h's. Messages meet gathers: with a slow GPU on an
 * oversubscribed fabric, where replicas of a set share uplinks with it or not, a folded step is up to 0.3 % off.
 */
#ifndef MODELS_WORKLOAD_TRAINING_GATHER_H
#define MODELS_WORKLOAD_TRAINING_GATHER_H

#include "models/workload/training_build.h"

/* Slices of a pass of a transformer, >= 1, that wait for parameters one after the other. */
int training_gather_slices(const Build *build, int stage, const PipelinePass *pass);

/* Adds the gathers of all stages, if the plan has any of these; the passes are there, and nothing else is on the
 * streams of data-parallel collectives. */
void training_gather_add(Build *build);

#endif
