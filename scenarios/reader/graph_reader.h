/*
 * graph_reader: what is written for the topology `graph`, in the scenario or in an edge list, as a fabric_graph. It
 * finds out what names mean; which graphs can be is the model's business.
 */
#ifndef SCENARIOS_READER_GRAPH_READER_H
#define SCENARIOS_READER_GRAPH_READER_H

#include "models/spec.h"
#include "scenarios/reader/yaml_node.h"

/*
 * Makes cluster->fabric.graph when the topology is `graph`, and cluster->nodes when the scenario says no number; groups
 * of hosts that name a type go to cluster->other_nodes, whose types are resolved. False and errors, of which some have
 * only a path, when there is a mistake.
 */
bool graph_reader_build(const YamlNode *tree, ClusterSpec *cluster, Arena *arena, ErrorList *errors);

#endif
