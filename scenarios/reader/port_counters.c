#include "scenarios/reader/port_counters.h"

#include <math.h>

#include "scenarios/reader/csv.h"
#include "scenarios/reader/quantity.h"

/* Far outside anything built; a time of day is larger, and would mean that nothing ever begins. */
static const double MOST_SECONDS = 1e7;
static const double MOST_BYTES = 1e18;

/* A number within its limits in a cell; false and an error when it is none. */
static bool read_cell(const CsvTable *table, const CsvRow *row, int column, double *number, ErrorList *errors) {
    const char *rest = "";
    const char *cell = row->cells[column];
    double most = column == csv_column(table, "time_s") ? MOST_SECONDS : MOST_BYTES;
    if (quantity_read_number(cell, number, &rest) == QUANTITY_GOOD && *rest == '\0' && *number >= 0 && *number <= most)
        return true;
    error_list_add(errors, (ErrorPlace){table->file, row->line, 0}, table->columns[column],
                   "found \"%s\", expected a number from 0 to %g", cell, most);
    return false;
}

static bool read_rows(const CsvTable *table, int value_column, RateSample *samples, ErrorList *errors) {
    int before = errors->count, time_column = csv_column(table, "time_s");
    for (int i = 0; i < table->row_count; i++) {
        const CsvRow *row = &table->rows[i];
        bool good = read_cell(table, row, time_column, &samples[i].time_s, errors) &&
                    read_cell(table, row, value_column, &samples[i].bytes_per_s, errors);
        if (good && i > 0 && samples[i].time_s <= samples[i - 1].time_s)
            error_list_add(errors, (ErrorPlace){table->file, row->line, 0}, "time_s",
                           "found %g, expected more than the %g before it", samples[i].time_s, samples[i - 1].time_s);
    }
    return errors->count == before;
}

/* Counted bytes become rates; a counter that was reset starts from 0. */
static void counts_to_rates(RateSample *samples, int count) {
    for (int i = 0; i + 1 < count; i++) {
        double bytes = samples[i + 1].bytes_per_s - samples[i].bytes_per_s;
        if (bytes < 0)
            bytes = samples[i + 1].bytes_per_s;
        samples[i].bytes_per_s = bytes / (samples[i + 1].time_s - samples[i].time_s);
    }
    samples[count - 1].bytes_per_s = 0;
}

bool port_counters_read(const char *path, BackgroundSpec *flow, Arena *arena, ErrorList *errors) {
    const CsvTable *table = csv_read_file(path, arena, errors);
    if (table == NULL)
        return false;
    int rates = csv_column(table, "bytes_per_s"), counts = csv_column(table, "bytes");
    if (csv_column(table, "time_s") < 0 || (rates < 0) == (counts < 0) || table->row_count < 2) {
        error_list_add(errors, (ErrorPlace){table->file, 1, 0}, "counters",
                       "found other columns or fewer than 2 rows, expected time_s and one of bytes and bytes_per_s");
        return false;
    }
    RateSample *samples = ARENA_ARRAY(arena, table->row_count, RateSample);
    if (!read_rows(table, rates >= 0 ? rates : counts, samples, errors))
        return false;
    if (counts >= 0)
        counts_to_rates(samples, table->row_count);
    flow->samples = samples;
    flow->sample_count = table->row_count;
    return true;
}
