/*
 * validate_text: a validation as a page of text: the verdict, a table of all rows that were simulated, the errors
 * beside the null model's, what was assumed, and which rows were not run and why.
 */
#ifndef SIM_COMMANDS_VALIDATE_TEXT_H
#define SIM_COMMANDS_VALIDATE_TEXT_H

#include <stdio.h>

#include "scenarios/validation/validation.h"

void validate_text_write(FILE *out, const Validation *validation);

/* What rows of a ZeRO stage are called, 0 .. ZERO_STAGES - 1. */
const char *validate_text_stage(int stage);

#endif
