#include "sim/commands/validate_set_text.h"

#include <math.h>
#include <string.h>

#include "plots/text_layout.h"
#include "scenarios/reader/yaml_node.h"
#include "sim/commands/validate_interval_text.h"
#include "sim/commands/validate_memory_text.h"
#include "sim/commands/validate_planner_text.h"
#include "sim/commands/validate_text.h"

enum { FILE_COLUMNS = 28 };

static const char *shown(const char *text, Arena *arena) {
    return yaml_node_shown_text(text, arena);
}

const char *validate_set_text_verdict(const ValidationSet *set, Arena *arena) {
    const ValidationSum *all = &set->all;
    const char *error = "no step time could be compared";
    if (all->ours.rows > 0)
        error =
            arena_format(arena, "mean absolute error of the step time %.1f %%", 100 * all->ours.mean_absolute_fraction);
    if (all->null.rows > 0)
        error = arena_format(arena, "%s (null model %.1f %%)", error, 100 * all->null.mean_absolute_fraction);
    return arena_format(arena,
                        "%s; of %d measured runs in %d file%s %d ran, %d were out of memory in the model, %d not run.",
                        error, all->rows, all->files, all->files == 1 ? "" : "s", all->counts[VALIDATION_RAN],
                        all->counts[VALIDATION_OUT_OF_MEMORY], all->counts[VALIDATION_NOT_RUN]);
}

static void write_errors(FILE *out, const ValidationErrors *ours, const ValidationErrors *null) {
    text_layout_percent(out, 8, false, ours->mean_absolute_fraction);
    text_layout_percent(out, 8, false, ours->median_absolute_fraction);
    text_layout_percent(out, 8, false, ours->tenth_fraction);
    text_layout_percent(out, 8, true, ours->bias_fraction);
    text_layout_percent(out, 8, true, ours->worst_fraction);
    text_layout_percent(out, 8, false, null->mean_absolute_fraction);
    fputc('\n', out);
}

static void write_line(FILE *out, const char *name, int rows, const int *counts) {
    text_layout_cell(out, name, FILE_COLUMNS);
    fprintf(out, "%6d%6d%5d%5d", rows, counts[VALIDATION_RAN], counts[VALIDATION_OUT_OF_MEMORY],
            counts[VALIDATION_NOT_RUN]);
}

static void write_stages(FILE *out, const Validation *runs) {
    for (int stage = 0; stage < ZERO_STAGES; stage++) {
        const ValidationErrors *ours = &runs->ours_of_stage[stage];
        if (ours->rows == 0 || ours->rows == runs->ours.rows)
            continue;
        fprintf(out, "  %-*s%6s%6d%10s", FILE_COLUMNS - 2, validate_text_stage(stage), "", ours->rows, "");
        write_errors(out, ours, &runs->null_of_stage[stage]);
    }
}

static void write_table(FILE *out, const ValidationSet *set, Arena *arena) {
    text_layout_heading(out, "Errors of the step time by file, in percent");
    fprintf(out, "%-*s%6s%6s%5s%5s%8s%8s%8s%8s%8s%8s\n", FILE_COLUMNS, "", "rows", "ran", "OOM", "not", "mean",
            "median", "9 in 10", "bias", "worst", "null");
    for (int i = 0; i < set->file_count; i++) {
        const ValidationFile *file = &set->files[i];
        if (file->runs == NULL)
            continue;
        write_line(out, text_layout_squeeze(arena, shown(file->name, arena), FILE_COLUMNS - 1), file->runs->row_count,
                   file->runs->counts);
        write_errors(out, &file->runs->ours, &file->runs->null);
        write_stages(out, file->runs);
    }
    write_line(out, "all", set->all.rows, set->all.counts);
    write_errors(out, &set->all.ours, &set->all.null);
    fputc('\n', out);
    text_layout_wrap(out, "",
                     "Error: (simulated - measured) / measured. OOM: ran in reality, out of memory in the model. Mean, "
                     "median and 9 in 10 are of absolute errors, bias is the mean with sign. Null: the mean when each "
                     "row gets the median MFU of its file's other rows.");
}

static void write_lost_rows(FILE *out, const ValidationFile *file, Arena *arena) {
    const char *lines = "";
    for (int i = 0; i < file->runs->row_count; i++)
        if (file->runs->rows[i].status == VALIDATION_OUT_OF_MEMORY)
            lines = arena_format(arena, "%s%s%d", lines, *lines != '\0' ? ", " : "", file->runs->rows[i].run.line);
    text_layout_wrap(out, arena_format(arena, "%5d  ", file->runs->counts[VALIDATION_OUT_OF_MEMORY]),
                     arena_format(arena, "%s: lines %s", shown(file->name, arena), lines));
}

static void write_lost(FILE *out, const ValidationSet *set, Arena *arena) {
    if (set->all.counts[VALIDATION_OUT_OF_MEMORY] > 0)
        text_layout_heading(out, "Ran in reality, out of memory in the model (rows)");
    for (int i = 0; i < set->file_count; i++)
        if (set->files[i].runs != NULL && set->files[i].runs->counts[VALIDATION_OUT_OF_MEMORY] > 0)
            write_lost_rows(out, &set->files[i], arena);
}

static void write_reasons_of(FILE *out, const ValidationFile *file, Arena *arena) {
    const Validation *runs = file->runs;
    for (int i = 0; i < runs->row_count; i++) {
        int rows = 0;
        bool first = runs->rows[i].status == VALIDATION_NOT_RUN;
        for (int j = 0; first && j < runs->row_count; j++) {
            bool same = runs->rows[j].status == VALIDATION_NOT_RUN &&
                        strcmp(runs->rows[j].run.reason, runs->rows[i].run.reason) == 0;
            first = j >= i || !same;
            rows += same;
        }
        if (first)
            text_layout_wrap(out, arena_format(arena, "%5d  ", rows),
                             arena_format(arena, "%s: %s", shown(file->name, arena), runs->rows[i].run.reason));
    }
}

static void write_left_out(FILE *out, const ValidationSet *set, Arena *arena) {
    if (set->all.counts[VALIDATION_NOT_RUN] > 0)
        text_layout_heading(out, "Not run (rows)");
    for (int i = 0; i < set->file_count; i++)
        if (set->files[i].runs != NULL)
            write_reasons_of(out, &set->files[i], arena);
    bool has_heading = false;
    for (int i = 0; i < set->file_count; i++) {
        if (set->files[i].skipped == NULL)
            continue;
        if (!has_heading)
            text_layout_heading(out, "Files left out");
        has_heading = true;
        text_layout_wrap(out, "",
                         arena_format(arena, "%s: %s", shown(set->files[i].name, arena), set->files[i].skipped));
    }
}

void validate_set_text_write(FILE *out, const ValidationSet *set) {
    Arena *arena = arena_create();
    bool is_alone = set->file_count == 1 && set->files[0].skipped == NULL;
    if (is_alone && set->files[0].runs != NULL)
        validate_text_write(out, set->files[0].runs);
    else if (is_alone)
        fprintf(out, "%s: %d of %d rows compared.\n", shown(set->files[0].path, arena), set->files[0].memory->compared,
                set->files[0].memory->row_count);
    else {
        text_layout_wrap(out, "", validate_set_text_verdict(set, arena));
        write_table(out, set, arena);
        write_lost(out, set, arena);
    }
    validate_memory_text_write(out, set);
    validate_planner_text_write(out, set);
    validate_interval_text_write(out, set);
    if (!is_alone)
        write_left_out(out, set, arena);
    arena_destroy(arena);
}
