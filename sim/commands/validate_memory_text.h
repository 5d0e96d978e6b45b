/*
 * validate_memory_text: how far the model's memory is from what was measured, as text: the peaks that rows of measured
 * runs print, and tables of memory by recomputation technique, row by row when there is no other file.
 */
#ifndef SIM_COMMANDS_VALIDATE_MEMORY_TEXT_H
#define SIM_COMMANDS_VALIDATE_MEMORY_TEXT_H

#include <stdio.h>

#include "scenarios/validation/validation_set.h"

/* Writes nothing when nothing of memory was measured. */
void validate_memory_text_write(FILE *out, const ValidationSet *set);

#endif
