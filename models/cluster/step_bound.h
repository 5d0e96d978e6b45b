/*
 * step_bound: a time that no simulated step of a training job can beat, without running it. For every stage s
 *
 *     way there + micro-batches x work of s + the longer of: way back to stage 0; reduction of the last gradients of s
 *
 * and after the last of them the optimizer and the gathering of parameters. Way there: no pass runs on s before a
 * micro-batch went forward through the stages before it; way back: the last pass on s is the backward pass of the first
 * chunk of a micro-batch, which goes back through the stages before it. Passes of weight gradients may all be later
 * than that: they count as work where the way back does not, and not where it does. Work is compute at the sustained
 * clock on a GPU of normal speed, of the fastest type of node, and the collectives and messages that hold the same
 * stream, each alone on its links.
 *
 * Of a list of layers exchanges of pooled vectors count as nothing. With ZeRO-2 and 3 the stream of their collectives
 * is as long as all of them, if that is longer.
 *
 * It holds for every order of passes. It is exact for equal stages whose messages cost nothing; what it leaves out only
 * takes longer: waits for messages, links shared with others, slow GPUs. tests/unit/models/test_step_bound.c compares
 * it with runs.
 */
#ifndef MODELS_CLUSTER_STEP_BOUND_H
#define MODELS_CLUSTER_STEP_BOUND_H

#include "models/spec.h"

/* Of the only job of a resolved spec, a training job. With compute_only communication counts as nothing: a lower bound
 * for a thousandth of the price. INFINITY when the step would not end. */
double step_bound_s(const SimulationSpec *spec, bool compute_only);

#endif
