/*
 * stage_split: deals the layers of a transformer out over the chunks of its stages by what they cost, so that the stage
 * with the most to do has as little as can be, the embedding and the head counted as what they are. Equal layers go one
 * by one to the stage with the least to do, and there to the chunk with the least; among equals to the last, which
 * holds its activations for the shortest time. With equal layers no other numbers have a shorter longest stage.
 *
 * Cost: all passes of a micro-batch on one GPU (training_costs.h), recomputation included. Layers cost what they cost
 * in the mean; dense ones in front of those with experts (dense_first) count as a part of the first chunk.
 *
 * Limits: communication is not counted: where tensor groups sum or tokens go to their experts, a layer takes longer
 * than it says here, and the head has less layers' worth.
 */
#ifndef MODELS_COST_STAGE_SPLIT_H
#define MODELS_COST_STAGE_SPLIT_H

#include "models/plan/plan.h"

/* Fills split_layers, in the arena, of a plan of STAGE_SPLIT_COST in which all else is resolved. */
void stage_split_resolve(TrainingSpec *training, const GpuSpec *gpu, Arena *arena);

/* Whether the chunks divide the layers, for ENDS together with the ends. */
bool stage_split_divides(const TrainingSpec *training, StageSplit split);

/* Whether every chunk of a resolved plan holds as many layers as with another split, which is not COST. */
bool stage_split_is_like(const TrainingSpec *training, StageSplit other);

#endif
