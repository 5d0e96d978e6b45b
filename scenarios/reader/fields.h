/*
 * fields: values out of a tree into a struct, by the rows of a schema table. It collects every mistake it meets
 * (unknown key, key given twice by two names, missing key, wrong type, unit or range, unknown word) and never stops at
 * the first. Defaults are those of the struct as it is handed in.
 */
#ifndef SCENARIOS_READER_FIELDS_H
#define SCENARIOS_READER_FIELDS_H

#include "scenarios/reader/catalogue.h"
#include "scenarios/reader/schema_row.h"

/* Who reads: texts and arrays go into the arena, which must outlive the struct. */
typedef struct FieldReader {
    Arena *arena;
    ErrorList *errors;
    const Catalogue *catalogue;
} FieldReader;

/* The table that a mapping is written for: `table`, or its other one. */
const SchemaTable *fields_table(const SchemaTable *table, const YamlNode *mapping);

/* Reads a mapping into `object`, the struct of the table; `path` is "" at the top. */
void fields_read(const FieldReader *reader, const SchemaTable *table, YamlNode *node, const char *path, void *object);

/* Adds an error for every key that nobody asked for; call it when reading went well. */
void fields_report_unread(const YamlNode *root, ErrorList *errors);

#endif
