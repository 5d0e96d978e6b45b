/*
 * catalogue_node: nodes as the catalogue has them, so that measurements judge the constants that users get.
 */
#ifndef TESTS_VALIDATION_CATALOGUE_NODE_H
#define TESTS_VALIDATION_CATALOGUE_NODE_H

#include "models/hardware/node.h"
#include "sim/engine/arena.h"

/* The entry scenarios/hardware/NAME.yaml, read by the scenario reader; fails the test when it cannot be. Texts belong
 * to the arena. */
NodeSpec catalogue_node(Arena *arena, const char *name);

#endif
