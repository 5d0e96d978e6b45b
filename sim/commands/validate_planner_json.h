/*
 * validate_planner_json: what planners ask of a table of measured runs, as members of its JSON object: "interval",
 * "plans", "scaling" and "what_ifs".
 */
#ifndef SIM_COMMANDS_VALIDATE_PLANNER_JSON_H
#define SIM_COMMANDS_VALIDATE_PLANNER_JSON_H

#include <stdio.h>

#include "scenarios/validation/validation_set.h"

/* Lines of members, each with a comma behind it. */
void validate_planner_json_write(FILE *out, const ValidationFile *file);

#endif
