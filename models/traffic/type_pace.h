/*
 * type_pace: how fast the types of node that a training job uses are beside each other: the time of a layer's forward
 * and backward kernels (of all layers, when they differ) on the fastest type over that on each. It says who waits for
 * whom, not how long anything takes.
 */
#ifndef MODELS_TRAFFIC_TYPE_PACE_H
#define MODELS_TRAFFIC_TYPE_PACE_H

#include "models/spec.h"
#include "models/traffic/job_place.h"

typedef struct TypePace {
    const double *fraction; /* [type]; (0, 1], of the fastest type of the job; 0 = the job has none of it */
    int types;              /* that the job has, >= 1 */
} TypePace;

TypePace type_pace_of(Arena *arena, const ClusterSpec *cluster, const JobSpec *job, const JobPlace *place);

#endif
