/*
 * one_chunk: units of ZeRO-2 and 3 of a model that is one chunk, by their number.
 */
#ifndef TESTS_UNIT_MODELS_ONE_CHUNK_H
#define TESTS_UNIT_MODELS_ONE_CHUNK_H

#include "models/plan/shard_units.h"

/* The address of unit `index`, for as long as the block that it is written in. */
#define ONE_CHUNK_UNIT(training, index) ((const ShardUnit[]){shard_unit_at(training, 0, 0, index)})

#endif
