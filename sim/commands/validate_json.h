/*
 * validate_json: a comparison with measurements as one JSON value: {"files": [{"file", "rows": [...], "summary": {...},
 * "plans": {...}, "scaling": [...], "what_ifs": {...}, ...}], "memory_tables": [...], "left_out": [...], "all": {...}}.
 * Missing numbers are null; errors are fractions.
 */
#ifndef SIM_COMMANDS_VALIDATE_JSON_H
#define SIM_COMMANDS_VALIDATE_JSON_H

#include <stdio.h>

#include "scenarios/validation/validation_set.h"

void validate_json_write(FILE *out, const ValidationSet *set);

#endif
