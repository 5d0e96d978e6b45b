/*
 * graph_names: the groups, links and names of a GraphSpec as numbers: which vertices "leaf" or "leaf[3]" stands for,
 * and all cables that a link between two groups is. Mistakes carry paths below cluster.fabric and no place.
 */
#ifndef SCENARIOS_READER_GRAPH_NAMES_H
#define SCENARIOS_READER_GRAPH_NAMES_H

#include "models/hardware/graph_plan.h"
#include "models/hardware/graph_spec.h"

/* Fills in vertices and cables of the plan; false and errors when a name is wrong. */
bool graph_names_read(const GraphSpec *spec, GraphPlan *plan, Arena *arena, ErrorList *errors);

#endif
