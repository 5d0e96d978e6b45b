/*
 * measured_row: one row of a measured-run table on its way into a spec: its cells by column name, the assumptions made
 * on the way, and the first reason why it cannot be run. A column that the table does not have reads as empty cells.
 */
#ifndef SCENARIOS_TABLES_MEASURED_ROW_H
#define SCENARIOS_TABLES_MEASURED_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "scenarios/reader/csv.h"

enum { MEASURED_MOST_ASSUMPTIONS = 32 };

typedef struct MeasuredRow {
    const CsvTable *table;
    const CsvRow *row;
    Arena *arena;
    const char *reason; /* why it cannot be run; NULL so far */
    const char *assumptions[MEASURED_MOST_ASSUMPTIONS];
    int assumption_count;
} MeasuredRow;

/* The cell without blanks around it, "" when it is empty or says so: "n/a", "-", "unknown". */
const char *measured_row_text(const MeasuredRow *row, const char *column);

/* The cell as a whole number >= 1; 0 when it is empty, or is something else, which is a reason. */
int64_t measured_row_count(MeasuredRow *row, const char *column);

/* As measured_row_count, of groups, stages and copies: at most a million. */
int64_t measured_row_parts(MeasuredRow *row, const char *column);

/* As measured_row_count; an empty cell is a reason. */
int64_t measured_row_needed_count(MeasuredRow *row, const char *column);

/* The cell as a number > 0; 0 when it is empty, or is something else, which is a reason. */
double measured_row_number(MeasuredRow *row, const char *column);

/* A text as a decimal number; 0 when it is none from 1e-12 to 1e12. */
double measured_row_decimal(const char *text);

/* Notes an assumption as a sentence; the same one again is not noted twice. */
void measured_row_assume(MeasuredRow *row, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Gives a reason; only the first is kept. */
void measured_row_refuse(MeasuredRow *row, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* True when all of `words`, parted by blanks, stand in the text as whole words; letters of either case. */
bool measured_row_has_words(const char *text, const char *words);

/* The same of the row's `source` or `note`, and of its `release` too. */
bool measured_row_names(const MeasuredRow *row, const char *words);
bool measured_row_mentions(const MeasuredRow *row, const char *words);

/* True when the text has the phrase without denying it ("no torch.compile", "torch.compile off"); a blank of the phrase
 * may be any one mark, or none. */
bool measured_row_affirms(const char *text, const char *phrase);

/* True when a word of the text is the family or begins with it and goes on without letters: Llama is in "LLAMA3-70B".
 */
bool measured_row_has_family(const char *text, const char *family);

#endif
