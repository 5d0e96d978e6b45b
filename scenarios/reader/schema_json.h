/*
 * schema_json: the schema as a JSON Schema (draft 7) that editors check and complete scenarios with. It says only what
 * the rows say.
 */
#ifndef SCENARIOS_READER_SCHEMA_JSON_H
#define SCENARIOS_READER_SCHEMA_JSON_H

#include <stdio.h>

/* The JSON Schema of a scenario file. */
void schema_print_json(FILE *out);

#endif
