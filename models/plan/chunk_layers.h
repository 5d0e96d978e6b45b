/*
 * chunk_layers: which layers of the model a chunk holds, and how many of them have experts. Layers are dealt out in the
 * order of a forward pass (plan_virtual_stage).
 */
#ifndef MODELS_PLAN_CHUNK_LAYERS_H
#define MODELS_PLAN_CHUNK_LAYERS_H

#include "models/plan/plan.h"

/* A part of a chunk of a resolved plan; all of it is part 0 of 1. */
typedef struct ChunkPart {
    int64_t stage;  /* 0 .. pipeline_parallel - 1 */
    int64_t chunk;  /* 0 .. virtual_stages - 1 */
    int64_t part;   /* 0 .. parts - 1 */
    int64_t parts;  /* >= 1 */
    bool from_last; /* parts are counted from the last layer on, as a backward pass meets them */
} ChunkPart;

/* Layers first .. first + layers - 1 of the model. */
typedef struct LayerSpan {
    int64_t first;
    int64_t layers;
} LayerSpan;

typedef struct LayerCount {
    int64_t layers;  /* >= 0 */
    int64_t experts; /* 0 .. layers; of them, those with experts */
} LayerCount;

LayerCount chunk_layers(const TrainingSpec *training, ChunkPart part);

/* All layers of a chunk, and what of them is in a part of it: for many parts of the same chunk. */
LayerSpan chunk_span(const TrainingSpec *training, int64_t stage, int64_t chunk);
LayerCount chunk_span_part(const TrainingSpec *training, LayerSpan span, const ChunkPart *part);

/* Whether a stage holds layers of that kind. */
bool chunk_layers_of_stage_have(const TrainingSpec *training, int64_t stage, MlpKind kind);

#endif
