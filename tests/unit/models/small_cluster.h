/*
 * small_cluster: a resolved spec for tests of the models, without files: 2-GPU or larger nodes of an A100-like GPU
 * under one leaf, and a small GPT. Fields are changed by the test and resolved with small_cluster_resolve.
 */
#ifndef TESTS_UNIT_MODELS_SMALL_CLUSTER_H
#define TESTS_UNIT_MODELS_SMALL_CLUSTER_H

#include "models/simulation.h"

/* `nodes` nodes of `gpus` GPUs; an 8-layer GPT of hidden size 1024 and 8 heads, sequences of 512, micro-batch 1. The
 * job lives in `arena`. */
SimulationSpec small_cluster(Arena *arena, int nodes, int gpus);

/* Parts the nodes into leaves of `nodes_per_leaf` below an uplink of 1 / 3.5 of what their NICs carry; 0 = one leaf. */
void small_cluster_leaves(SimulationSpec *spec, int nodes_per_leaf);

/* Resolves the spec; stops the test with the first error when it cannot be. */
void small_cluster_resolve(Arena *arena, SimulationSpec *spec);

/* Resolves and runs the spec, which ends well. */
const Results *small_cluster_run(Arena *arena, SimulationSpec *spec);

/* Resolves a spec that has exactly one mistake: there, and told so. */
void small_cluster_expect_error(SimulationSpec *spec, const char *path, const char *message);

/* Resolves and runs the spec; bytes that leave all NICs together in its step. */
double small_cluster_sent_bytes(Arena *arena, SimulationSpec *spec);

#endif
