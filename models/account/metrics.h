/*
 * metrics: the numbers of a run's summary. FLOPs are counted twice: model FLOPs (forward and backward, nothing twice;
 * gives MFU) and executed FLOPs, which add what recomputation runs again, as SC21 equation 3 does (gives HFU;
 * throughput.tflops_per_gpu is this one).
 */
#ifndef MODELS_ACCOUNT_METRICS_H
#define MODELS_ACCOUNT_METRICS_H

#include "models/results.h"
#include "models/spec.h"
#include "sim/engine/arena.h"

/* Fills results->metrics of a job from the spec and the rest of its results. */
void metrics_fill(const JobSpec *job, Arena *arena, Results *results);

#endif
