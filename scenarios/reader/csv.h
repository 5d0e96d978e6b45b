/*
 * csv: a table of texts out of a CSV file (RFC 4180): a header line that names the columns, then rows of as many cells.
 * Cells may be quoted and then hold commas, doubled quotes and line breaks; lines end in LF or CRLF; lines without any
 * character are left out, as is a byte order mark. It knows no types and no units.
 *
 * Limits: 64 MiB, 1,000 columns, 4,000,000 cells, UTF-8 without NUL characters. A file with a mistake gives no table.
 */
#ifndef SCENARIOS_READER_CSV_H
#define SCENARIOS_READER_CSV_H

#include <stddef.h>

#include "sim/engine/arena.h"
#include "sim/engine/error.h"

enum { CSV_MOST_BYTES = 64 * 1024 * 1024, CSV_MOST_COLUMNS = 1000, CSV_MOST_CELLS = 4000000, CSV_MOST_ERRORS = 100 };

typedef struct CsvRow {
    int line;                 /* where it starts, 1.. */
    const char *const *cells; /* as many as the table has columns, unquoted, "" when empty */
} CsvRow;

typedef struct CsvTable {
    const char *file;
    const char *const *columns; /* names, each once */
    int column_count;           /* >= 1 */
    const CsvRow *rows;
    int row_count; /* >= 0 */
} CsvTable;

/* Reads a file; NULL and at least one error when there is a mistake. */
const CsvTable *csv_read_file(const char *path, Arena *arena, ErrorList *errors);

/* Reads a text of `bytes` bytes that stands in `file`. */
const CsvTable *csv_read_text(const char *text, size_t bytes, const char *file, Arena *arena, ErrorList *errors);

/* The index of a column, whatever the case of its name if no other has it as it is; -1 when there is none. */
int csv_column(const CsvTable *table, const char *name);

#endif
