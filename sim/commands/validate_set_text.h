/*
 * validate_set_text: a comparison with measurements as text. One table of runs alone is shown row by row
 * (validate_text.h); several are shown file by file. Memory and what planners use follow.
 */
#ifndef SIM_COMMANDS_VALIDATE_SET_TEXT_H
#define SIM_COMMANDS_VALIDATE_SET_TEXT_H

#include <stdio.h>

#include "scenarios/validation/validation_set.h"

/* The whole page. */
void validate_set_text_write(FILE *out, const ValidationSet *set);

/* The first sentence. */
const char *validate_set_text_verdict(const ValidationSet *set, Arena *arena);

#endif
