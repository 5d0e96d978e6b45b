#include "plots/collective_table.h"

#include <inttypes.h>
#include <math.h>

#include "plots/cell.h"
#include "plots/text_layout.h"

static const double US_PER_S = 1e6;
static const double BYTES_PER_GB = 1e9;

/* Ten columns. */
static void write_bandwidth(FILE *out, double bytes_per_s) {
    if (isnan(bytes_per_s))
        fprintf(out, " %9s", "-");
    else
        fprintf(out, " %9.2f", bytes_per_s / BYTES_PER_GB);
}

static void write_row(FILE *out, const CollectiveRow *row) {
    fprintf(out, "%14.0f %11.2f", row->bytes, row->time_s * US_PER_S);
    write_bandwidth(out, row->algorithm_bytes_per_s);
    write_bandwidth(out, row->bus_bytes_per_s);
    fprintf(out, "  %s\n", row->algorithm);
}

void collective_table_text(FILE *out, const Results *results) {
    char title[128];
    snprintf(title, sizeof title, "%s on %" PRId64 " GPUs", results->operation, results->gpus);
    text_layout_heading(out, title);
    fprintf(out, "%14s %11s %9s %9s  %s\n", "size", "time", "algbw", "busbw", "algorithm");
    fprintf(out, "%14s %11s %9s %9s\n", "(B)", "(us)", "(GB/s)", "(GB/s)");
    for (int i = 0; i < results->size_count; i++)
        write_row(out, &results->sizes[i]);
}

void collective_table_csv(FILE *out, const Results *results) {
    fputs("job,collective,ranks,size_bytes,time_s,algbw_bytes_per_s,busbw_bytes_per_s,algorithm\n", out);
    for (int i = 0; i < results->size_count; i++) {
        const CollectiveRow *row = &results->sizes[i];
        const double values[] = {row->bytes, row->time_s, row->algorithm_bytes_per_s, row->bus_bytes_per_s};
        cell_csv_text(out, results->name);
        fprintf(out, ",%s,%" PRId64 ",", results->operation, results->gpus);
        for (int j = 0; j < 4; j++) {
            cell_number(out, values[j]);
            fputc(',', out);
        }
        fprintf(out, "%s\n", row->algorithm);
    }
}

static void write_json_row(FILE *out, const CollectiveRow *row) {
    const char *const keys[] = {"size_bytes", "time_s", "algbw_bytes_per_s", "busbw_bytes_per_s"};
    const double values[] = {row->bytes, row->time_s, row->algorithm_bytes_per_s, row->bus_bytes_per_s};
    fputc('{', out);
    for (int i = 0; i < 4; i++) {
        fprintf(out, "\"%s\": ", keys[i]);
        cell_json_number(out, values[i]);
        fputs(", ", out);
    }
    fputs("\"algorithm\": ", out);
    cell_json_text(out, row->algorithm);
    fputc('}', out);
}

void collective_table_json(FILE *out, const Results *results, int indent) {
    fputs("{\"operation\": ", out);
    cell_json_text(out, results->operation);
    fputs(", \"rows\": [", out);
    for (int i = 0; i < results->size_count; i++) {
        fprintf(out, "%s\n%*s", i > 0 ? "," : "", indent + 2, "");
        write_json_row(out, &results->sizes[i]);
    }
    fputs("]}", out);
}
