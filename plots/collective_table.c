#include "plots/collective_table.h"

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
    fprintf(out, "%14.0f %11.2f", row->bytes, row->seconds * US_PER_S);
    write_bandwidth(out, row->algorithm_bytes_per_s);
    write_bandwidth(out, row->bus_bytes_per_s);
    fprintf(out, "  %s\n", row->algorithm);
}

void collective_table_text(FILE *out, const CollectiveResults *results) {
    char title[128];
    snprintf(title, sizeof title, "%.60s%s%s on %d GPUs in %d node%s", results->name, results->name[0] ? ": " : "",
             results->kind, results->ranks, results->nodes, results->nodes > 1 ? "s" : "");
    text_layout_heading(out, title);
    fprintf(out, "%14s %11s %9s %9s  %s\n", "size", "time", "algbw", "busbw", "algorithm");
    fprintf(out, "%14s %11s %9s %9s\n", "(B)", "(us)", "(GB/s)", "(GB/s)");
    for (int i = 0; i < results->row_count; i++)
        write_row(out, &results->rows[i]);
}

void collective_table_csv(FILE *out, const CollectiveResults *results) {
    fputs("job,collective,ranks,nodes,size_bytes,time_s,algbw_bytes_per_s,busbw_bytes_per_s,algorithm\n", out);
    for (int i = 0; i < results->row_count; i++) {
        const CollectiveRow *row = &results->rows[i];
        const double values[] = {row->bytes, row->seconds, row->algorithm_bytes_per_s, row->bus_bytes_per_s};
        cell_csv_text(out, results->name);
        fprintf(out, ",%s,%d,%d,", results->kind, results->ranks, results->nodes);
        for (int j = 0; j < 4; j++) {
            cell_number(out, values[j]);
            fputc(',', out);
        }
        fprintf(out, "%s\n", row->algorithm);
    }
}

static void write_json_row(FILE *out, const CollectiveRow *row) {
    const char *const keys[] = {"size_bytes", "time_s", "algbw_bytes_per_s", "busbw_bytes_per_s"};
    const double values[] = {row->bytes, row->seconds, row->algorithm_bytes_per_s, row->bus_bytes_per_s};
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

void collective_table_json(FILE *out, const CollectiveResults *results, int indent) {
    fprintf(out, "%*s{\"job\": ", indent, "");
    cell_json_text(out, results->name);
    fputs(", \"collective\": ", out);
    cell_json_text(out, results->kind);
    fprintf(out, ", \"ranks\": %d, \"nodes\": %d, \"rows\": [", results->ranks, results->nodes);
    for (int i = 0; i < results->row_count; i++) {
        fprintf(out, "%s\n%*s", i > 0 ? "," : "", indent + 2, "");
        write_json_row(out, &results->rows[i]);
    }
    fputs("]}", out);
}
