/*
 * nccl_node: a node type of a scenario with the counts and bandwidths of the NCCL topology file that it names. The
 * file wins over a catalogue entry that the node is made from; saying the same thing twice in the scenario is a
 * mistake.
 */
#ifndef SCENARIOS_READER_NCCL_NODE_H
#define SCENARIOS_READER_NCCL_NODE_H

#include "models/hardware/node.h"
#include "scenarios/reader/yaml_node.h"

/* A node type and where the scenario says it: "cluster.node". */
typedef struct NcclNode {
    NodeSpec *node;
    const char *path;
} NcclNode;

/* Changes the node when it names a file; false and errors when there is a mistake. */
bool nccl_node_apply(const YamlNode *tree, NcclNode which, Arena *arena, ErrorList *errors);

#endif
