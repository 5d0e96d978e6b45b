#include "sim/commands/validate_json.h"

#include <inttypes.h>
#include <math.h>

#include "plots/cell.h"

static const char *const STATUS_NAMES[] = {"ok", "out_of_memory", "not_run"};

static void write_number(FILE *out, const char *before, double value) {
    fputs(before, out);
    cell_json_number(out, value);
}

static void write_text(FILE *out, const char *before, const char *text) {
    fputs(before, out);
    cell_json_text(out, text);
}

static void write_plan(FILE *out, const JobSpec *job) {
    const PlanSpec *plan = &job->training.plan;
    fprintf(out, ", \"gpus\": %" PRId64 ", \"tensor_parallel\": %" PRId64 ", \"pipeline_parallel\": %" PRId64,
            job->gpus, plan->tensor_parallel, plan->pipeline_parallel);
    fprintf(out, ", \"context_parallel\": %" PRId64, plan->context_parallel);
    fprintf(out, ", \"data_parallel\": %" PRId64 ", \"virtual_stages\": %" PRId64 ", \"micro_batch\": %" PRId64,
            plan->data_parallel, plan->virtual_stages, plan->micro_batch_seqs);
    fprintf(out, ", \"global_batch\": %" PRId64 ", \"recompute\": \"%s\"", plan->global_batch_seqs,
            recompute_name(plan->recompute));
}

static void write_row(FILE *out, const ValidationRow *row) {
    fprintf(out, "        {\"line\": %d", row->run.line);
    write_text(out, ", \"model\": ", row->run.model);
    write_text(out, ", \"status\": ", STATUS_NAMES[row->status]);
    write_text(out, ", \"reason\": ", row->run.reason);
    if (row->status != VALIDATION_NOT_RUN)
        write_plan(out, &row->run.spec.jobs[0]);
    write_number(out, ", \"measured_s\": ", row->run.step_s > 0 ? row->run.step_s : NAN);
    write_number(out, ", \"simulated_s\": ", row->simulated_s);
    write_number(out, ", \"error_fraction\": ", row->error_fraction);
    write_number(out, ", \"null_s\": ", row->null_s);
    write_number(out, ", \"null_error_fraction\": ", row->null_error_fraction);
    write_number(out, ", \"peak_bytes\": ", row->peak_bytes);
    write_number(out, ", \"capacity_bytes\": ", row->capacity_bytes);
    fputc('}', out);
}

static void write_errors(FILE *out, const char *name, const ValidationErrors *errors) {
    fprintf(out, "\"%s\": {\"rows\": %d", name, errors->rows);
    write_number(out, ", \"mean_absolute_fraction\": ", errors->mean_absolute_fraction);
    write_number(out, ", \"median_absolute_fraction\": ", errors->median_absolute_fraction);
    write_number(out, ", \"bias_fraction\": ", errors->bias_fraction);
    write_number(out, ", \"worst_fraction\": ", errors->worst_fraction);
    fputc('}', out);
}

static void write_lists(FILE *out, const Validation *validation) {
    fputs("      \"assumptions\": [", out);
    for (int i = 0; i < validation->assumption_count; i++) {
        write_text(out, i > 0 ? ", {\"sentence\": " : "{\"sentence\": ", validation->assumptions[i].sentence);
        fprintf(out, ", \"rows\": %d}", validation->assumptions[i].rows);
    }
    fputs("],\n      \"unread_columns\": [", out);
    for (int i = 0; i < validation->unread_column_count; i++)
        write_text(out, i > 0 ? ", " : "", validation->unread_columns[i]);
    fputs("]\n", out);
}

static void write_file(FILE *out, const Validation *validation) {
    write_text(out, "    {\"file\": ", validation->file);
    fputs(",\n      \"rows\": [\n", out);
    for (int i = 0; i < validation->row_count; i++) {
        write_row(out, &validation->rows[i]);
        fputs(i + 1 < validation->row_count ? ",\n" : "\n", out);
    }
    const int *counts = validation->counts;
    fprintf(out, "      ],\n      \"summary\": {\"ok\": %d, \"out_of_memory\": %d, \"not_run\": %d, ",
            counts[VALIDATION_RAN], counts[VALIDATION_OUT_OF_MEMORY], counts[VALIDATION_NOT_RUN]);
    write_errors(out, "simulated", &validation->ours);
    fputs(", ", out);
    write_errors(out, "null_model", &validation->null);
    fputs("},\n", out);
    write_lists(out, validation);
    fputs("    }", out);
}

void validate_json_write(FILE *out, const Validation *const *validations, int count) {
    fputs("{\n  \"files\": [\n", out);
    for (int i = 0; i < count; i++) {
        write_file(out, validations[i]);
        fputs(i + 1 < count ? ",\n" : "\n", out);
    }
    fputs("  ]\n}\n", out);
}
