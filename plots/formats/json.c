/*
 * json: everything a run says about itself, keys in fixed order, numbers that read back exactly, null for missing. The
 * timeline is in `trace`, the time series are in `tidy`.
 */
#include <inttypes.h>
#include <math.h>

#include "plots/cell.h"
#include "plots/columns.h"
#include "plots/format.h"
#include "plots/json_run.h"

static void write_run(FILE *out, const Results *results) {
    json_run_write(out, results, 0);
    fputc('\n', out);
}

static void write_parameters(FILE *out, const SweepResults *sweep, const SweepPoint *point) {
    fputs("{", out);
    for (int i = 0; i < sweep->parameter_count; i++) {
        fputs(i > 0 ? ", " : "", out);
        cell_json_text(out, sweep->parameters[i]);
        fputs(": ", out);
        cell_json_text(out, point->values[i]);
    }
    fputs("}", out);
}

static void write_point(FILE *out, const SweepResults *sweep, const SweepPoint *point) {
    fputs("\n    {\n      \"parameters\": ", out);
    write_parameters(out, sweep, point);
    fprintf(out, ",\n      \"status\": \"%s\",\n      \"error\": ", columns_status(point->results));
    cell_json_text(out, point->error);
    fputs(",\n      \"results\": ", out);
    if (point->results != NULL) {
        json_run_write(out, point->results, 6);
    } else {
        fputs("null", out);
    }
    fputs("\n    }", out);
}

static void write_sweep(FILE *out, const SweepFindings *findings) {
    const SweepResults *sweep = findings->sweep;
    fputs("{\n  \"name\": ", out);
    cell_json_text(out, sweep->name);
    fputs(",\n  \"lesson\": ", out);
    cell_json_text(out, sweep->lesson);
    fputs(",\n  \"parameters\": [", out);
    for (int i = 0; i < sweep->parameter_count; i++) {
        fputs(i > 0 ? ", " : "", out);
        cell_json_text(out, sweep->parameters[i]);
    }
    fputs("],\n  \"points\": [", out);
    for (int i = 0; i < sweep->point_count; i++) {
        fputs(i > 0 ? "," : "", out);
        write_point(out, sweep, &sweep->points[i]);
    }
    fputs("\n  ]\n}\n", out);
}

const Format format_json = {
    .name = "json",
    .summary = "everything but the timeline and the time series, for programs",
    .file_extension = "json",
    .write_run = write_run,
    .write_sweep = write_sweep,
};
