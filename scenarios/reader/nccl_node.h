/*
 * nccl_node: the node type of a scenario with the counts and bandwidths of the NCCL topology file that it names. The
 * file wins over a catalogue entry that the node is made from; saying the same thing twice in the scenario is a
 * mistake.
 */
#ifndef SCENARIOS_READER_NCCL_NODE_H
#define SCENARIOS_READER_NCCL_NODE_H

#include "models/hardware/node.h"
#include "scenarios/reader/yaml_node.h"

/* Changes the node when it names a file; false and errors when there is a mistake. */
bool nccl_node_apply(const YamlNode *tree, NodeSpec *node, Arena *arena, ErrorList *errors);

#endif
