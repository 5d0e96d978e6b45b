/*
 * field_value: one scalar of a tree into one field: a number with its unit, a flag, a text, a word of a menu. Structs,
 * lists and catalogue entries are read by fields.
 */
#ifndef SCENARIOS_READER_FIELD_VALUE_H
#define SCENARIOS_READER_FIELD_VALUE_H

#include "scenarios/reader/schema_row.h"
#include "scenarios/reader/yaml_node.h"

/* Stores the value in `field`, or leaves it and adds an error. */
void field_value_read(const SchemaRow *row, const YamlNode *node, const char *path, ErrorList *errors, void *field);

#endif
