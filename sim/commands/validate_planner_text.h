/*
 * validate_planner_text: what planners ask of a comparison with measurements, as text: are plans put in the right
 * order, where does throughput fall, and does a change go the way it was measured to go.
 */
#ifndef SIM_COMMANDS_VALIDATE_PLANNER_TEXT_H
#define SIM_COMMANDS_VALIDATE_PLANNER_TEXT_H

#include <stdio.h>

#include "scenarios/validation/validation_set.h"

/* Writes a section for each of the three that has something to say. */
void validate_planner_text_write(FILE *out, const ValidationSet *set);

#endif
