/*
 * schema_tables: the tables that hang below one, each once, in the order in which they are met: a table, its other
 * form, then those of its rows. Tables of the same rows count as one.
 */
#ifndef SCENARIOS_READER_SCHEMA_TABLES_H
#define SCENARIOS_READER_SCHEMA_TABLES_H

#include "scenarios/reader/schema_row.h"

enum { SCHEMA_MOST_TABLES = 64 };

typedef struct SchemaTables {
    const SchemaTable *items[SCHEMA_MOST_TABLES];
    int count;
} SchemaTables;

/* The root comes first. */
SchemaTables schema_tables_below(const SchemaTable *root);

#endif
