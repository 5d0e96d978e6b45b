/*
 * placement_marks: who meets whom. Two GPUs of a job have the same mark when the same other jobs, background flows and
 * links with events are on the node and on the leaf of each. Ranks with equal marks see the same fabric and can be
 * folded. Marks are hashes: two different surroundings look alike once in 4e9.
 */
#ifndef MODELS_CLUSTER_PLACEMENT_MARKS_H
#define MODELS_CLUSTER_PLACEMENT_MARKS_H

#include "models/hardware/network.h"
#include "models/spec.h"
#include "models/traffic/job_place.h"
#include "sim/engine/arena.h"

/* Fills the marks of places[0 .. job_count - 1], whose GPUs are known. */
void placement_marks_add(const SimulationSpec *spec, const Network *network, Arena *arena, JobPlace *places);

#endif
