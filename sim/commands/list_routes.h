/*
 * list_routes: `list routes SCENARIO --from GPU --to GPU`: the way of a message through the scenario's network.
 */
#ifndef SIM_COMMANDS_LIST_ROUTES_H
#define SIM_COMMANDS_LIST_ROUTES_H

#include "sim/commands/command_line.h"

/* Reads the scenario that follows the word `routes`, prints, and returns the exit code. */
int list_routes(const CommandLine *line);

#endif
