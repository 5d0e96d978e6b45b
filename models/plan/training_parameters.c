#include "models/plan/training_parameters.h"

#include "models/plan/layer_list_plan.h"
#include "models/plan/plan_experts.h"
#include "models/plan/plan_lora.h"
#include "models/plan/plan_stages.h"
#include "models/plan/training_flop.h"

bool training_is_first_chunk(int stage, int chunk) {
    return stage == 0 && chunk == 0;
}

bool training_is_last_chunk(const PlanSpec *plan, int stage, int chunk) {
    return plan_virtual_stage(plan, stage, chunk) == plan->pipeline_parallel * plan->virtual_stages - 1;
}

bool training_copies_table(const TrainingSpec *training) {
    const PlanSpec *plan = &training->plan;
    return training->model.tied_embeddings && plan->pipeline_parallel > 1 && !plan_shape(plan).v_shaped;
}

static double head_table_parameters(const TrainingSpec *training) {
    const TransformerSpec *model = &training->model;
    return training_copies_table(training) ? (double)model->vocab * (double)model->hidden
                                           : transformer_head_parameters(model);
}

double training_held_kv_heads(const TrainingSpec *training) {
    double heads = (double)transformer_kv_heads(&training->model), tensors = (double)training->plan.tensor_parallel;
    return heads < tensors ? tensors : heads;
}

double training_held_key_value_features(const TrainingSpec *training) {
    int64_t both_dims = transformer_head_dim(&training->model) + transformer_value_dim(&training->model);
    return training_held_kv_heads(training) * (double)both_dims;
}

/* What a tensor group holds of a layer, copies included. */
static double held_by_group(const TrainingSpec *training) {
    const TransformerSpec *model = &training->model;
    double copied_heads = training_held_kv_heads(training) - (double)transformer_kv_heads(model);
    double copies = copied_heads * 2 * (double)transformer_head_dim(model) * (double)model->hidden +
                    transformer_latent_parameters(model) * (double)(training->plan.tensor_parallel - 1);
    double elsewhere = transformer_expert_parameters(model) * (1 - 1 / (double)plan_expert_span(&training->plan));
    return transformer_layer_parameters(model) + copies - elsewhere + plan_lora_layer_parameters(training);
}

double training_layer_parameters(const TrainingSpec *training) {
    return held_by_group(training) / (double)training->plan.tensor_parallel;
}

double training_part_parameters(const TrainingSpec *training, LayerCount count, bool embedding, bool head) {
    const TransformerSpec *model = &training->model;
    double parameters = training_over_layers(training, count, held_by_group);
    if (embedding)
        parameters += transformer_embedding_parameters(model);
    if (head)
        parameters += head_table_parameters(training);
    return parameters / (double)training->plan.tensor_parallel;
}

double training_chunk_parameters(const TrainingSpec *training, int stage, int chunk) {
    if (training_family(training) == FAMILY_LAYERS)
        return layer_list_chunk(training, stage, chunk).parameters;
    return training_part_parameters(training, chunk_layers(training, (ChunkPart){stage, chunk, 0, 1, false}),
                                    training_is_first_chunk(stage, chunk),
                                    training_is_last_chunk(&training->plan, stage, chunk));
}

double training_stage_parameters(const TrainingSpec *training, int stage) {
    double parameters = 0;
    for (int chunk = 0; chunk < training->plan.virtual_stages; chunk++)
        parameters += training_chunk_parameters(training, stage, chunk);
    return parameters;
}

double training_chunk_trained_parameters(const TrainingSpec *training, int stage, int chunk) {
    double layers = (double)plan_stages_layers(training, stage, chunk);
    if (!plan_lora_is_there(&training->plan))
        return training_chunk_parameters(training, stage, chunk);
    return layers * plan_lora_layer_parameters(training) / (double)training->plan.tensor_parallel;
}

double training_stage_trained_parameters(const TrainingSpec *training, int stage) {
    double parameters = 0;
    for (int chunk = 0; chunk < training->plan.virtual_stages; chunk++)
        parameters += training_chunk_trained_parameters(training, stage, chunk);
    return parameters;
}

double training_expert_parameters(const TrainingSpec *training, int64_t layers) {
    const PlanSpec *plan = &training->plan;
    if (plan->expert_parallel < 2)
        return 0;
    return (double)layers * transformer_expert_parameters(&training->model) / (double)plan->expert_parallel /
           (double)plan_expert_tensor(plan);
}

double training_chunk_expert_parameters(const TrainingSpec *training, int stage, int chunk) {
    return training_expert_parameters(training, chunk_layers(training, (ChunkPart){stage, chunk, 0, 1, false}).experts);
}

double training_stage_expert_parameters(const TrainingSpec *training, int stage) {
    double parameters = 0;
    for (int chunk = 0; chunk < training->plan.virtual_stages; chunk++)
        parameters += training_chunk_expert_parameters(training, stage, chunk);
    return parameters;
}
