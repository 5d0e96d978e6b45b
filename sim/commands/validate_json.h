/*
 * validate_json: validations as one JSON value: {"files": [{"file", "rows": [...], "summary": {...}, ...}]}. Missing
 * numbers are null; errors are fractions.
 */
#ifndef SIM_COMMANDS_VALIDATE_JSON_H
#define SIM_COMMANDS_VALIDATE_JSON_H

#include <stdio.h>

#include "scenarios/experiment/validation.h"

void validate_json_write(FILE *out, const Validation *const *validations, int count);

#endif
