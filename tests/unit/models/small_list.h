/*
 * small_list: jobs of models given by layers on the cluster of small_cluster.h, for tests without files.
 */
#ifndef TESTS_UNIT_MODELS_SMALL_LIST_H
#define TESTS_UNIT_MODELS_SMALL_LIST_H

#include "models/simulation.h"

/* A small convolutional net on `nodes` nodes of 4 GPUs: 17 samples a micro-batch; not resolved. */
SimulationSpec small_conv_net(Arena *arena, int nodes);

/* A small recommendation model: 7 sharded tables, two bottom layers, an interaction, two top layers; not resolved. */
SimulationSpec small_recommender(Arena *arena, int nodes);

#endif
