/*
 * training_parameters: how many parameters of a training job one GPU of a tensor group works with, whole: before ZeRO
 * splits them over replicas. A tied head on another stage than the embedding holds a copy of the table; key and value
 * heads that are fewer than the tensor group are held several times, and so are the matrices that compress for latent
 * attention. Of a list of layers, what is replicated.
 */
#ifndef MODELS_PLAN_TRAINING_PARAMETERS_H
#define MODELS_PLAN_TRAINING_PARAMETERS_H

#include "models/plan/chunk_layers.h"

/* Of a stage of a resolved plan, and of one chunk of it. */
double training_stage_parameters(const TrainingSpec *training, int stage);
double training_chunk_parameters(const TrainingSpec *training, int stage, int chunk);

/* The same of those that are trained: the adapters, where there are any (plan_lora.h). */
double training_stage_trained_parameters(const TrainingSpec *training, int stage);
double training_chunk_trained_parameters(const TrainingSpec *training, int stage, int chunk);

/* Of so many layers, the embedding and the head. */
double training_part_parameters(const TrainingSpec *training, LayerCount count, bool embedding, bool head);

/* Of one layer (training_with_mlp). */
double training_layer_parameters(const TrainingSpec *training);

/* Of a chunk's or a stage's, the experts that expert parallelism splits: 0 without it, when experts are weights like
 * others. */
double training_stage_expert_parameters(const TrainingSpec *training, int stage);
double training_chunk_expert_parameters(const TrainingSpec *training, int stage, int chunk);

/* The same of so many layers with experts. */
double training_expert_parameters(const TrainingSpec *training, int64_t layers);

/* Key and value heads held by a tensor group. */
double training_held_kv_heads(const TrainingSpec *training);

/* Their features of keys and of values, together. */
double training_held_key_value_features(const TrainingSpec *training);

/* Whether the head is tied to an embedding on another stage, and has a copy of it. */
bool training_copies_table(const TrainingSpec *training);

bool training_is_first_chunk(int stage, int chunk);
bool training_is_last_chunk(const PlanSpec *plan, int stage, int chunk);

#endif
