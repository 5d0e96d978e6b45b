/*
 * csv: one wide row a run, RFC 4180 with line feeds. A sweep puts the swept parameters in front and the error behind;
 * no column stands twice.
 */
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "plots/cell.h"
#include "plots/columns.h"
#include "plots/format.h"
#include "plots/ledger_view.h"

/* A swept seed stands in front already. */
static bool sweeps_seed(const SweepResults *sweep) {
    for (int i = 0; i < sweep->parameter_count; i++) {
        if (strcmp(sweep->parameters[i], "seed") == 0) {
            return true;
        }
    }
    return false;
}

static void write_names(FILE *out, const Columns *columns, bool with_seed) {
    fputs("status,gpus,longest_step_s", out);
    for (int i = 0; i < columns->metric_count; i++) {
        fputc(',', out);
        cell_csv_text(out, columns->metrics[i]);
    }
    for (int category = 0; category < LEDGER_COUNT; category++) {
        fprintf(out, ",ledger.%s_fraction", ledger_category_name((LedgerCategory)category));
    }
    fputs(with_seed ? ",seed,event_count,event_hash" : ",event_count,event_hash", out);
}

static void write_ledger(FILE *out, const Results *results) {
    for (int category = 0; category < LEDGER_COUNT; category++) {
        fputc(',', out);
        cell_number(out,
                    results != NULL ? ledger_view_fraction(&results->ledger, (LedgerCategory)category) : (double)NAN);
    }
}

static void write_facts(FILE *out, const Results *results, bool with_seed) {
    if (results == NULL) {
        fputs(with_seed ? ",NaN,NaN," : ",NaN,", out);
        return;
    }
    if (with_seed) {
        fprintf(out, ",%" PRIu64, results->seed);
    }
    fprintf(out, ",%" PRIu64 ",%016" PRIx64, results->event_count, results->event_hash);
}

static void write_values(FILE *out, const Columns *columns, const Results *results, bool with_seed) {
    bool ran = results != NULL && results->status == RUN_OK;
    fprintf(out, "%s,", columns_status(results));
    cell_number(out, results != NULL ? (double)results->gpus : (double)NAN);
    fputc(',', out);
    cell_number(out, ran ? (double)results->step / 1e9 : (double)NAN);
    for (int i = 0; i < columns->metric_count; i++) {
        fputc(',', out);
        cell_number(out, columns_metric(results, columns->metrics[i]));
    }
    write_ledger(out, results);
    write_facts(out, results, with_seed);
}

static void write_run(FILE *out, const Results *results) {
    Arena *arena = arena_create();
    Columns columns = columns_of_run(arena, results);
    fputs("name,", out);
    write_names(out, &columns, true);
    fputc('\n', out);
    cell_csv_text(out, results->name);
    fputc(',', out);
    write_values(out, &columns, results, true);
    fputc('\n', out);
    arena_destroy(arena);
}

static void write_sweep(FILE *out, const SweepFindings *findings) {
    const SweepResults *sweep = findings->sweep;
    Arena *arena = arena_create();
    Columns columns = columns_of_sweep(arena, sweep);
    for (int i = 0; i < sweep->parameter_count; i++) {
        cell_csv_text(out, sweep->parameters[i]);
        fputc(',', out);
    }
    bool with_seed = !sweeps_seed(sweep);
    write_names(out, &columns, with_seed);
    fputs(",error\n", out);
    for (int i = 0; i < sweep->point_count; i++) {
        const SweepPoint *point = &sweep->points[i];
        for (int p = 0; p < sweep->parameter_count; p++) {
            cell_csv_text(out, point->values[p]);
            fputc(',', out);
        }
        write_values(out, &columns, point->results, with_seed);
        fputc(',', out);
        cell_csv_text(out, point->error);
        fputc('\n', out);
    }
    arena_destroy(arena);
}

const Format format_csv = {
    .name = "csv",
    .summary = "one wide row a run: facts, metrics, the ledger as fractions",
    .file_extension = "csv",
    .write_run = write_run,
    .write_sweep = write_sweep,
};
