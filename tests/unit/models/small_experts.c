#include "tests/unit/models/small_experts.h"

SimulationSpec small_experts(Arena *arena, int nodes, int gpus) {
    SimulationSpec spec = small_cluster(arena, nodes, gpus);
    TransformerSpec *model = &spec.jobs[0].training.model;
    model->gated = true;
    model->biases = false;
    model->dropout_fraction = 0;
    model->experts = 8;
    model->experts_per_token = 3;
    model->expert_ffn_hidden = 640;
    spec.cluster.node.gpu.kernels.moe =
        (GpuMoe){.start_s = 23.5e-6, .matrix_fraction = 0.943, .hidden_passes = 5.83, .inner_passes = 10.3};
    return spec;
}

SimulationSpec small_experts_spec(Arena *arena, const SmallExpertsLayout *layout) {
    SimulationSpec spec = small_experts(arena, layout->nodes, layout->gpus);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->tensor_parallel = layout->tensor;
    plan->sequence_parallel = layout->tensor > 1;
    plan->context_parallel = layout->context;
    plan->expert_parallel = layout->experts;
    plan->expert_tensor_parallel = layout->expert_tensor;
    plan->pipeline_parallel = layout->pipeline;
    plan->virtual_stages = layout->chunks;
    plan->gradient_accumulation = layout->micro_batches;
    plan->routing.imbalance = layout->imbalance;
    plan->flash_attention = true;
    return spec;
}

TrainingSpec small_experts_training(Arena *arena, int64_t experts) {
    SimulationSpec spec = small_experts(arena, 2, 4);
    spec.jobs[0].training.plan.expert_parallel = experts;
    small_cluster_resolve(arena, &spec);
    return spec.jobs[0].training;
}
