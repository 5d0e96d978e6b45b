/*
 * validate_interval_text: how many measured rows lie within the 80 % interval of their simulated step, as text.
 */
#ifndef SIM_COMMANDS_VALIDATE_INTERVAL_TEXT_H
#define SIM_COMMANDS_VALIDATE_INTERVAL_TEXT_H

#include <stdio.h>

#include "scenarios/validation/validation_set.h"

/* Writes nothing when no row has an interval. */
void validate_interval_text_write(FILE *out, const ValidationSet *set);

#endif
