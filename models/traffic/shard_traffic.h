/*
 * shard_traffic: the collectives of the units of ZeRO-2 and 3 (shard_units.h): gathers of parameters and reductions of
 * gradients inside shard groups, sums of shards between them, and those of experts between their own copies. When they
 * run is training_shards.h's.
 */
#ifndef MODELS_TRAFFIC_SHARD_TRAFFIC_H
#define MODELS_TRAFFIC_SHARD_TRAFFIC_H

#include "models/traffic/copy_traffic.h"

/* Of one unit, of which each runs `times` times; NO_OPERATION where there is nothing to do. */
typedef struct UnitTraffic {
    int gather;        /* parameters inside the shard group; ZeRO-3 */
    int scatter;       /* gradients inside the shard group */
    int sum;           /* shards of gradients between shard groups */
    int expert_gather; /* the same of the experts that expert parallelism splits, between their copies */
    int expert_scatter;
    double times;
} UnitTraffic;

/* Of all chunks. */
typedef struct ShardTraffic {
    const UnitTraffic *items; /* of a chunk from first_unit on: [unit * tensor_groups + group]; NULL below ZeRO-2 */
    const int *first_unit;    /* [stage * chunks + chunk] */
    int chunks;               /* of a stage */
    int tensor_groups;
} ShardTraffic;

/* Adds the operations of all units; units of a stage that are alike share theirs. */
ShardTraffic shard_traffic_open(CopyTraffic *builder, int tensor_groups);

const UnitTraffic *shard_traffic_at(const ShardTraffic *traffic, int stage, int chunk, int unit, int group);

#endif
