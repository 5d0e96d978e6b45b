/*
 * node_entry: one node of the catalogue by its name, for commands that need no scenario.
 */
#ifndef SCENARIOS_READER_NODE_ENTRY_H
#define SCENARIOS_READER_NODE_ENTRY_H

#include <stdbool.h>

#include "models/hardware/node.h"
#include "scenarios/reader/catalogue.h"

/* Fills in the node, with its texts in the arena; adds an error, for `path`, when there is none or it is not sound. */
bool node_entry_read(const Catalogue *catalogue, const char *name, const char *path, NodeSpec *node, ErrorList *errors);

#endif
