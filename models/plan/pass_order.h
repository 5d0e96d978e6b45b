/*
 * pass_order: the passes of one stage in the order in which a plan runs them: those of its schedule, or, with
 * overlap_expert_comm, with every forward pass one place earlier among the backward passes.
 *
 * Megatron-Core (overlap_moe_expert_parallel_comm) runs the forward pass of one micro-batch merged with the backward
 * pass of another, so that tokens of one travel while the other computes; its interleaved schedule warms up with one
 * micro-batch more. DeepSeek-V3's DualPipe does the same from both ends of a pipeline. Here a pass whose next pass is
 * of the other direction leaves its exchange to a stream of its own; the others, first and last ones, wait for it.
 *
 * Limits: the host's extra work for two interleaved passes is not counted (NVIDIA turns the switch off where the host
 * is the limit, Megatron-Bridge pull request 1760). What the exchange takes from compute is overlap_slowdown.h's.
 */
#ifndef MODELS_PLAN_PASS_ORDER_H
#define MODELS_PLAN_PASS_ORDER_H

#include "models/plan/pipeline.h"
#include "models/plan/plan.h"

/* Fills passes[0 .. pipeline_pass_count - 1] of a resolved plan. */
void pass_order_of_stage(const PlanSpec *plan, int stage, PipelinePass *passes);

/* The same of all stages, sooner than one by one: [stage * pipeline_pass_count + i]. */
void pass_order_of_all(const PlanSpec *plan, PipelinePass *passes);

/* pass_order_of_all in room of its own, which the caller frees. */
PipelinePass *pass_order_list(const PlanSpec *plan);

/* Whether the exchange of pass `index` of `count` runs beside the next one. */
bool pass_order_hides_exchange(const PlanSpec *plan, const PipelinePass *passes, int count, int index);

#endif
