/*
 * background: traffic between nodes that is no job's: constant, in bursts, or as port counters recorded it. Each pair
 * of nodes is an operation of the traffic over all NICs of both.
 */
#ifndef MODELS_CLUSTER_BACKGROUND_H
#define MODELS_CLUSTER_BACKGROUND_H

#include "models/cluster/run_ground.h"
#include "models/results.h"
#include "models/spec.h"

typedef struct Background Background;

/* Adds the operations of a resolved flow to the ground's traffic, which is not sealed yet; its activities are
 * `owner`'s. */
Background *background_create(RunGround *ground, const SimulationSpec *spec, const BackgroundSpec *flow,
                              uint32_t owner);

/* Schedules it; nothing new begins when no jobs are left. */
void background_start(Background *self);

/* When it was on, until the end of the run. */
Spans background_spans(const Background *self, SimTime end);

/* Ends what is under way. */
void background_stop(Background *self);

void background_destroy(Background *self);

#endif
