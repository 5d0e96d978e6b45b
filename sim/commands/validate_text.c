#include "sim/commands/validate_text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "plots/text_layout.h"
#include "scenarios/reader/yaml_node.h"

enum { MODEL_COLUMNS = 18, PLAN_BYTES = 64 };

/* "8x35x9 c2 v3": tensor, pipeline, data, context, model chunks per stage. */
static const char *plan_text(const PlanSpec *plan, char text[PLAN_BYTES]) {
    int bytes = snprintf(text, PLAN_BYTES, "%" PRId64 "x%" PRId64 "x%" PRId64, plan->tensor_parallel,
                         plan->pipeline_parallel, plan->data_parallel);
    if (plan->context_parallel > 1)
        bytes += snprintf(text + bytes, (size_t)(PLAN_BYTES - bytes), " c%" PRId64, plan->context_parallel);
    if (plan->virtual_stages > 1)
        snprintf(text + bytes, (size_t)(PLAN_BYTES - bytes), " v%" PRId64, plan->virtual_stages);
    return text;
}

/* Ten columns: a difference, with its sign. */
static void write_difference(FILE *out, double fraction) {
    if (isnan(fraction))
        fprintf(out, "%10s", "-");
    else
        fprintf(out, "%+8.1f %%", 100 * fraction);
}

/* Ten columns: a size, without a sign. */
static void write_size(FILE *out, double fraction) {
    if (isnan(fraction))
        fprintf(out, "%10s", "-");
    else
        fprintf(out, "%8.1f %%", 100 * fraction);
}

static void write_outcome(FILE *out, const ValidationRow *row) {
    fprintf(out, " %10.3f", row->run.step_s);
    if (row->status == VALIDATION_OUT_OF_MEMORY) {
        fprintf(out, "  out of memory in the model: %.1f of %.1f GiB\n", row->peak_bytes / 0x1p30,
                row->capacity_bytes / 0x1p30);
        return;
    }
    fprintf(out, " %10.3f", row->simulated_s);
    write_difference(out, row->error_fraction);
    write_difference(out, row->null_error_fraction);
    fputc('\n', out);
}

static void write_row(FILE *out, const ValidationRow *row, Arena *arena) {
    const JobSpec *job = &row->run.spec.jobs[0];
    const PlanSpec *plan = &job->training.plan;
    char text[PLAN_BYTES];
    const char *model = yaml_node_shown_text(row->run.model, arena);
    fprintf(out, "%5d  %-*.*s %6" PRId64 "  %-14s %3" PRId64 "  %-9s", row->run.line, MODEL_COLUMNS, MODEL_COLUMNS,
            model, job->gpus, plan_text(plan, text), plan->micro_batch_seqs, recompute_name(plan->recompute));
    write_outcome(out, row);
}

static void write_table(FILE *out, const Validation *validation, Arena *arena) {
    text_layout_heading(out, "Step time, measured and simulated");
    fprintf(out, "%5s  %-*s %6s  %-14s %3s  %-9s %10s %10s%10s%10s\n", "line", MODEL_COLUMNS, "model", "GPUs",
            "t x p x d", "b", "recompute", "measured s", "simulated", "error", "null");
    for (int i = 0; i < validation->row_count; i++)
        if (validation->rows[i].status != VALIDATION_NOT_RUN)
            write_row(out, &validation->rows[i], arena);
    fputc('\n', out);
    text_layout_wrap(out, "",
                     "Plan: t tensor, p pipeline, d data parallel, v model chunks on each stage, b sequences in "
                     "a micro-batch. Error: (simulated - measured) / measured.");
}

const char *validate_text_stage(int stage) {
    static const char *const NAMES[ZERO_STAGES] = {"without ZeRO", "ZeRO-1", "ZeRO-2", "ZeRO-3, FSDP"};
    return NAMES[stage];
}

static void write_error(FILE *out, const char *name, const ValidationErrors *errors) {
    fprintf(out, "%-14s %5d", name, errors->rows);
    write_size(out, errors->mean_absolute_fraction);
    write_size(out, errors->median_absolute_fraction);
    write_size(out, errors->tenth_fraction);
    write_difference(out, errors->bias_fraction);
    write_difference(out, errors->worst_fraction);
    fputc('\n', out);
}

/* Where a file has rows of several ZeRO stages, each by itself. */
static void write_stages(FILE *out, const Validation *validation) {
    for (int stage = 0; stage < ZERO_STAGES; stage++) {
        const ValidationErrors *ours = &validation->ours_of_stage[stage];
        if (ours->rows == 0 || ours->rows == validation->ours.rows)
            continue;
        fprintf(out, "%s\n", validate_text_stage(stage));
        write_error(out, "  simulated", ours);
        write_error(out, "  null model", &validation->null_of_stage[stage]);
    }
}

static void write_summary(FILE *out, const Validation *validation) {
    text_layout_heading(out, "Errors of the step time");
    fprintf(out, "%-14s %5s%10s%10s%10s%10s%10s\n", "", "rows", "mean", "median", "9 in 10", "bias", "worst");
    write_error(out, "simulated", &validation->ours);
    write_error(out, "null model", &validation->null);
    write_stages(out, validation);
    fputc('\n', out);
    text_layout_wrap(
        out, "",
        "Mean, median and 9 in 10 are of absolute errors, bias is the mean with sign. The null model gives "
        "each row the median MFU of the file's other rows.");
}

static void write_assumptions(FILE *out, const Validation *validation, Arena *arena) {
    if (validation->assumption_count > 0)
        text_layout_heading(out, "Assumed (rows)");
    for (int i = 0; i < validation->assumption_count; i++) {
        const ValidationAssumption *assumption = &validation->assumptions[i];
        text_layout_wrap(out, arena_format(arena, "%5d  ", assumption->rows), assumption->sentence);
    }
}

static bool has_reason(const ValidationRow *row, const char *reason) {
    return row->status == VALIDATION_NOT_RUN && strcmp(row->run.reason, reason) == 0;
}

/* "22-27, 31": the lines of the rows with that reason; runs of neighbouring rows are joined. */
static const char *lines_text(const Validation *validation, const char *reason, Arena *arena) {
    const char *text = "";
    for (int i = 0; i < validation->row_count; i++) {
        if (!has_reason(&validation->rows[i], reason))
            continue;
        int first = i;
        while (i + 1 < validation->row_count && has_reason(&validation->rows[i + 1], reason))
            i++;
        int from = validation->rows[first].run.line, to = validation->rows[i].run.line;
        text = to > from ? arena_format(arena, "%s%s%d-%d", text, text[0] != '\0' ? ", " : "", from, to)
                         : arena_format(arena, "%s%s%d", text, text[0] != '\0' ? ", " : "", from);
    }
    return text;
}

static bool is_first_with_reason(const Validation *validation, int index) {
    const ValidationRow *row = &validation->rows[index];
    bool first = row->status == VALIDATION_NOT_RUN;
    for (int i = 0; first && i < index; i++)
        first = !has_reason(&validation->rows[i], row->run.reason);
    return first;
}

static void write_not_run(FILE *out, const Validation *validation, Arena *arena) {
    if (validation->counts[VALIDATION_NOT_RUN] > 0)
        text_layout_heading(out, "Not run (rows)");
    for (int i = 0; i < validation->row_count; i++) {
        if (!is_first_with_reason(validation, i))
            continue;
        const char *reason = validation->rows[i].run.reason;
        int rows = 0;
        for (int j = i; j < validation->row_count; j++)
            rows += has_reason(&validation->rows[j], reason);
        text_layout_wrap(out, arena_format(arena, "%5d  ", rows),
                         arena_format(arena, "%s: lines %s", reason, lines_text(validation, reason, arena)));
    }
}

static void write_unread(FILE *out, const Validation *validation, Arena *arena) {
    const char *text = "";
    for (int i = 0; i < validation->unread_column_count; i++)
        text = arena_format(arena, "%s%s%s", text, i > 0 ? ", " : "",
                            yaml_node_shown_text(validation->unread_columns[i], arena));
    if (validation->unread_column_count > 0) {
        fputc('\n', out);
        text_layout_wrap(out, "", arena_format(arena, "Columns that were not read: %s.", text));
    }
}

static void write_verdict(FILE *out, const Validation *validation, Arena *arena) {
    const int *counts = validation->counts;
    const char *error = "no row could be compared";
    if (validation->ours.rows > 0)
        error = arena_format(arena, "mean absolute error %.1f %%", 100 * validation->ours.mean_absolute_fraction);
    if (validation->null.rows > 0)
        error = arena_format(arena, "%s (null model %.1f %%)", error, 100 * validation->null.mean_absolute_fraction);
    text_layout_wrap(out, "",
                     arena_format(arena, "%s: %s; of %d rows %d ran, %d were out of memory in the model, %d not run.",
                                  yaml_node_shown_text(validation->file, arena), error, validation->row_count,
                                  counts[VALIDATION_RAN], counts[VALIDATION_OUT_OF_MEMORY],
                                  counts[VALIDATION_NOT_RUN]));
}

void validate_text_write(FILE *out, const Validation *validation) {
    Arena *arena = arena_create();
    write_verdict(out, validation, arena);
    if (validation->row_count > validation->counts[VALIDATION_NOT_RUN]) {
        write_table(out, validation, arena);
    }
    if (validation->ours.rows > 0)
        write_summary(out, validation);
    write_assumptions(out, validation, arena);
    write_not_run(out, validation, arena);
    write_unread(out, validation, arena);
    arena_destroy(arena);
}
