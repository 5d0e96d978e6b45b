/*
 * graph_file: an edge list in CSV as a plan for a fabric_graph. One row a link; columns from, to, bandwidth, and as one
 * likes latency, count, duplex, with the units and meanings of a scenario's links. Hosts are the ends whose name begins
 * with a given text; they and the switches are numbered as they appear. Mistakes are errors with file and line.
 */
#ifndef SCENARIOS_READER_GRAPH_FILE_H
#define SCENARIOS_READER_GRAPH_FILE_H

#include "models/hardware/graph_plan.h"

/* Fills in vertices and cables of the plan; false and errors when there is a mistake. */
bool graph_file_read(const char *file, const char *host_names, GraphPlan *plan, Arena *arena, ErrorList *errors);

#endif
