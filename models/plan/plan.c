#include "models/plan/plan.h"

#include "models/hardware/gpu_power.h"
#include "models/plan/element_bytes.h"

static const char *const RECOMPUTE_NAMES[] = {"none", "selective", "by_operator", "full"};

const char *recompute_name(Recompute recompute) {
    return RECOMPUTE_NAMES[recompute];
}

PlanSpec plan_default(void) {
    return (PlanSpec){.tensor_parallel = 1,
                      .context_parallel = 1,
                      .expert_parallel = 1,
                      .routing = {.imbalance = 1},
                      .fused_routing = true,
                      .grouped_experts = true,
                      .pipeline_parallel = 1,
                      .virtual_stages = 1,
                      .micro_batch_seqs = 1,
                      .prefetch_layers = 1,
                      .reshard_after_forward = true,
                      .async_tensor_allreduce = true,
                      .overlap_slowdown = true,
                      .fused_optimizer = true,
                      .swiglu_fusion = true,
                      .bias_dropout_fusion = true,
                      .gelu_fusion = true,
                      .grad_reduce_in_fp32 = true,
                      .gradient_accumulation_fusion = true,
                      .recompute_share = 1,
                      .precision = PRECISION_FP16,
                      .schedule = "auto",
                      .collective = "auto"};
}

int64_t training_document_tokens(const TrainingSpec *training) {
    return training->document_tokens > 0 ? training->document_tokens : training->sequence_tokens;
}

int plan_zero_stage(const PlanSpec *plan) {
    return plan->zero_stage > 0 ? (int)plan->zero_stage : plan->distributed_optimizer;
}

int64_t plan_stage_gpus(const PlanSpec *plan) {
    return plan->tensor_parallel * plan->context_parallel;
}

int64_t plan_weight_copies(const PlanSpec *plan) {
    return plan->data_parallel * plan->context_parallel;
}

int64_t plan_micro_batch_tokens(const TrainingSpec *training) {
    return training->plan.micro_batch_seqs * (training->sequence_tokens / training->plan.context_parallel);
}

int64_t plan_shard_size(const PlanSpec *plan) {
    if (plan_zero_stage(plan) == 0)
        return 1;
    return plan->zero_shard_size > 0 ? plan->zero_shard_size : plan_weight_copies(plan);
}

GpuSpec plan_gpu(const PlanSpec *plan, const GpuSpec *gpu) {
    const GpuSpec usual = gpu_sustained(gpu), sustained = gpu_power_limited(&usual);
    int64_t replica = plan->tensor_parallel * plan->pipeline_parallel * plan->context_parallel;
    const GpuSpec slowest = gpu_slowest(&sustained, (double)(replica * plan->data_parallel));
    return plan->cuda_graphs ? gpu_in_graphs(&slowest) : slowest;
}

int64_t plan_micro_batches(const PlanSpec *plan) {
    return plan->gradient_accumulation;
}

double plan_accumulated_bytes(const PlanSpec *plan) {
    double micro_batches = (double)plan_micro_batches(plan);
    if (!plan->gradient_accumulation_fusion || micro_batches < 2)
        return 0;
    double fresh_bytes = activation_bytes(plan->precision);
    double kept_bytes = plan->grad_reduce_in_fp32 ? 4 : fresh_bytes;
    return kept_bytes - fresh_bytes + kept_bytes * (micro_batches - 1) / micro_batches;
}

ModelFamily training_family(const TrainingSpec *training) {
    return training->list.layers ? FAMILY_LAYERS : FAMILY_TRANSFORMER;
}

double training_model_parameters(const TrainingSpec *training) {
    return training_family(training) == FAMILY_LAYERS ? layer_list_parameters(&training->list)
                                                      : transformer_parameters(&training->model);
}

double plan_hidden_bytes(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    return (double)plan_micro_batch_tokens(training) * (double)training->model.hidden *
           activation_bytes(plan->precision);
}

double plan_rank_hidden_bytes(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    return plan_hidden_bytes(training) / (double)(plan->sequence_parallel ? plan->tensor_parallel : 1);
}

PipelineShape plan_shape(const PlanSpec *plan) {
    const PipelineSchedule *schedule = pipeline_find(plan->schedule);
    return (PipelineShape){(int)plan->pipeline_parallel, (int)plan->virtual_stages, (int)plan_micro_batches(plan),
                           schedule != NULL && schedule->v_shaped};
}

bool plan_splits_backward(const PlanSpec *plan) {
    const PipelineSchedule *schedule = pipeline_find(plan->schedule);
    return schedule != NULL && schedule->splits_backward;
}

int plan_virtual_stage(const PlanSpec *plan, int64_t stage, int64_t chunk) {
    PipelineShape shape = plan_shape(plan);
    return pipeline_virtual_stage(&shape, (int)stage, (int)chunk);
}
