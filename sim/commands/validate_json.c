#include "sim/commands/validate_json.h"

#include <inttypes.h>
#include <math.h>

#include "plots/cell.h"
#include "sim/commands/validate_planner_json.h"

static const char *const STATUS_NAMES[] = {"ok", "out_of_memory", "not_run"};

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
    cell_json_text_behind(out, ", \"model\": ", row->run.model);
    cell_json_text_behind(out, ", \"status\": ", STATUS_NAMES[row->status]);
    cell_json_text_behind(out, ", \"reason\": ", row->run.reason);
    if (row->status != VALIDATION_NOT_RUN)
        write_plan(out, &row->run.spec.jobs[0]);
    cell_json_number_behind(out, ", \"measured_s\": ", row->run.step_s > 0 ? row->run.step_s : NAN);
    cell_json_number_behind(out, ", \"simulated_s\": ", row->simulated_s);
    cell_json_number_behind(out, ", \"low_s\": ", row->high_s > 0 ? row->low_s : NAN);
    cell_json_number_behind(out, ", \"high_s\": ", row->high_s > 0 ? row->high_s : NAN);
    cell_json_number_behind(out, ", \"error_fraction\": ", row->error_fraction);
    cell_json_number_behind(out, ", \"null_s\": ", row->null_s);
    cell_json_number_behind(out, ", \"null_error_fraction\": ", row->null_error_fraction);
    cell_json_number_behind(out, ", \"compared_bytes\": ", row->compared_bytes);
    cell_json_number_behind(out, ", \"peak_bytes\": ", row->peak_bytes);
    cell_json_number_behind(out, ", \"capacity_bytes\": ", row->capacity_bytes);
    cell_json_number_behind(out, ", \"memory_error_fraction\": ", row->memory_error_fraction);
    fputc('}', out);
}

static void write_errors(FILE *out, const char *name, const ValidationErrors *errors) {
    fprintf(out, "\"%s\": {\"rows\": %d", name, errors->rows);
    cell_json_number_behind(out, ", \"mean_absolute_fraction\": ", errors->mean_absolute_fraction);
    cell_json_number_behind(out, ", \"median_absolute_fraction\": ", errors->median_absolute_fraction);
    cell_json_number_behind(out, ", \"tenth_fraction\": ", errors->tenth_fraction);
    cell_json_number_behind(out, ", \"bias_fraction\": ", errors->bias_fraction);
    cell_json_number_behind(out, ", \"worst_fraction\": ", errors->worst_fraction);
    fputc('}', out);
}

static void write_lists(FILE *out, const Validation *validation) {
    fputs("      \"assumptions\": [", out);
    for (int i = 0; i < validation->assumption_count; i++) {
        cell_json_text_behind(out,
                              i > 0 ? ", {\"sentence\": " : "{\"sentence\": ", validation->assumptions[i].sentence);
        fprintf(out, ", \"rows\": %d}", validation->assumptions[i].rows);
    }
    fputs("],\n      \"unread_columns\": [", out);
    for (int i = 0; i < validation->unread_column_count; i++)
        cell_json_text_behind(out, i > 0 ? ", " : "", validation->unread_columns[i]);
    fputs("]\n", out);
}

static void write_summary(FILE *out, const int *counts, const ValidationErrors *ours, const ValidationErrors *null,
                          const ValidationErrors *memory) {
    fprintf(out, "\"summary\": {\"ok\": %d, \"out_of_memory\": %d, \"not_run\": %d, ", counts[VALIDATION_RAN],
            counts[VALIDATION_OUT_OF_MEMORY], counts[VALIDATION_NOT_RUN]);
    write_errors(out, "simulated", ours);
    fputs(", ", out);
    write_errors(out, "null_model", null);
    fputs(", ", out);
    write_errors(out, "peak_memory", memory);
    fputc('}', out);
}

static void write_file(FILE *out, const ValidationFile *file) {
    const Validation *validation = file->runs;
    cell_json_text_behind(out, "    {\"file\": ", validation->file);
    fputs(",\n      \"rows\": [\n", out);
    for (int i = 0; i < validation->row_count; i++) {
        write_row(out, &validation->rows[i]);
        fputs(i + 1 < validation->row_count ? ",\n" : "\n", out);
    }
    fputs("      ],\n      ", out);
    write_summary(out, validation->counts, &validation->ours, &validation->null, &validation->memory);
    fputs(",\n", out);
    validate_planner_json_write(out, file);
    write_lists(out, validation);
    fputs("    }", out);
}

static void write_memory_row(FILE *out, const MemoryRow *row) {
    fprintf(out, "{\"line\": %d", row->line);
    cell_json_text_behind(out, ", \"model\": ", row->model);
    cell_json_text_behind(out, ", \"mode\": ", row->mode);
    cell_json_text_behind(out, ", \"reason\": ", row->reason);
    cell_json_number_behind(out, ", \"state_error_fraction\": ", row->state_error_fraction);
    cell_json_number_behind(out, ", \"activations\": ", row->activations);
    cell_json_text_behind(out, ", \"unit\": ", row->is_percent ? "percent" : "GiB");
    cell_json_number_behind(out, ", \"simulated\": ", row->ours);
    cell_json_number_behind(out, ", \"error_fraction\": ", row->error_fraction);
    fputc('}', out);
}

static void write_memory_table(FILE *out, const MemoryTable *memory) {
    cell_json_text_behind(out, "    {\"file\": ", memory->file);
    fputs(", ", out);
    write_errors(out, "activations", &memory->activations);
    fputs(", ", out);
    write_errors(out, "state", &memory->state);
    fputs(",\n      \"rows\": [", out);
    for (int i = 0; i < memory->row_count; i++) {
        fputs(i > 0 ? ",\n        " : "\n        ", out);
        write_memory_row(out, &memory->rows[i]);
    }
    fputs("]}", out);
}

static void write_left_out(FILE *out, const ValidationFile *file) {
    cell_json_text_behind(out, "    {\"file\": ", file->path);
    cell_json_text_behind(out, ", \"reason\": ", file->skipped);
    fputc('}', out);
}

static bool is_memory(const ValidationFile *file) {
    return file->memory != NULL;
}

static bool is_left_out(const ValidationFile *file) {
    return file->skipped != NULL;
}

static bool is_runs(const ValidationFile *file) {
    return file->runs != NULL;
}

static void write_memory(FILE *out, const ValidationFile *file) {
    write_memory_table(out, file->memory);
}

/* One of the lists of the set: the files that belong, with commas between them. */
static void write_list(FILE *out, const char *name, const ValidationSet *set, bool (*belongs)(const ValidationFile *),
                       void (*write)(FILE *, const ValidationFile *)) {
    bool first = true;
    fprintf(out, "  \"%s\": [", name);
    for (int i = 0; i < set->file_count; i++) {
        if (!belongs(&set->files[i]))
            continue;
        fputs(first ? "\n" : ",\n", out);
        write(out, &set->files[i]);
        first = false;
    }
    fputs(first ? "],\n" : "\n  ],\n", out);
}

void validate_json_write(FILE *out, const ValidationSet *set) {
    const ValidationSum *all = &set->all;
    fputs("{\n", out);
    write_list(out, "files", set, is_runs, write_file);
    write_list(out, "memory_tables", set, is_memory, write_memory);
    write_list(out, "left_out", set, is_left_out, write_left_out);
    fprintf(out, "  \"all\": {\"files\": %d, \"rows\": %d, ", all->files, all->rows);
    write_summary(out, all->counts, &all->ours, &all->null, &all->memory);
    fputs("}\n}\n", out);
}
