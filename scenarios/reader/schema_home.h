/*
 * schema_home: in which sections of a scenario a key is at home, for one that stands in another.
 */
#ifndef SCENARIOS_READER_SCHEMA_HOME_H
#define SCENARIOS_READER_SCHEMA_HOME_H

#include "scenarios/reader/schema_row.h"

/* "model", "fabric or graph_link": names of the tables that have the key, which `table` has not; NULL = none, more than
 * three, or one that stands for the table itself. */
const char *schema_home_names(const SchemaTable *root, const SchemaTable *table, const char *key, Arena *arena);

#endif
