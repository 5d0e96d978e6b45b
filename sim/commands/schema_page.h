/*
 * schema_page: the schema printed as a reference page for people, at most 100 columns wide. It says only what
 * the rows say.
 */
#ifndef SIM_COMMANDS_SCHEMA_PAGE_H
#define SIM_COMMANDS_SCHEMA_PAGE_H

#include <stdio.h>

#include "scenarios/reader/schema_row.h"

/* The sections of the page in their order, by index from 0; NULL past the end. */
const SchemaTable *schema_page_section(int index);

/* The reference page, plain text, every table once. */
void schema_page_print(FILE *out);

/* The keys of a table and what each is. */
void schema_page_keys(FILE *out, const SchemaTable *table, Arena *arena);

#endif
