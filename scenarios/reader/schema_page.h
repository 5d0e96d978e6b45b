/*
 * schema_page: the schema printed as a reference page for people. It says only what the rows say.
 */
#ifndef SCENARIOS_READER_SCHEMA_PAGE_H
#define SCENARIOS_READER_SCHEMA_PAGE_H

#include <stdio.h>

#include "scenarios/reader/schema_row.h"

/* The sections of the page in their order, by index from 0; NULL past the end. */
const SchemaTable *schema_page_section(int index);

/* The reference page, plain text, every table once. */
void schema_print_page(FILE *out);

#endif
