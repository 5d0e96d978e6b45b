/*
 * graph_check: what can be wrong with a plan of hosts, switches and cables: cables to nowhere, given twice or without
 * a bandwidth, hosts without a cable, switches that no host reaches, hosts that do not reach each other. Each mistake
 * is an error at the place where its part was written; a group is named once.
 */
#ifndef MODELS_HARDWARE_GRAPH_CHECK_H
#define MODELS_HARDWARE_GRAPH_CHECK_H

#include "models/hardware/graph_plan.h"

/* Each cable by itself, and all against each other; false and errors when there is a mistake. */
bool graph_check_cables(const GraphPlan *plan, ErrorList *errors);

/* What hangs together; needs sound cables. */
bool graph_check_parts(const GraphPlan *plan, ErrorList *errors);

#endif
