/* node_list: reads the text form of a list of nodes, "0-7, 12". */
#ifndef MODELS_CLUSTER_NODE_LIST_H
#define MODELS_CLUSTER_NODE_LIST_H

#include <stdint.h>

#include "sim/engine/arena.h"

/* The nodes in the order of the text, each 0 .. nodes - 1 and there once, in the arena; `count` is their number. NULL
 * when something is wrong; then `found` says what, as in "found ...". */
const int *node_list_read(const char *text, int64_t nodes, Arena *arena, int64_t *count, const char **found);

#endif
