#include "sim/commands/validate_folder.h"

#include <math.h>
#include <string.h>

#include "plots/dat_set.h"
#include "plots/script_head.h"
#include "sim/commands/validate_csv.h"
#include "sim/commands/validate_set_text.h"

/* More files than colours are drawn in the last one. */
enum { MOST_FILES = 99 };

static void write_summary(FILE *out, const void *set) {
    validate_set_text_write(out, set);
}

static void write_rows(FILE *out, const void *set) {
    validate_csv_rows(out, set);
}

static void write_files(FILE *out, const void *set) {
    validate_csv_files(out, set);
}

/* The files with errors, those of many rows first, so that their points lie below; returns how many. */
static int drawn_files(const ValidationSet *set, const ValidationFile **files) {
    int count = 0;
    for (int i = 0; i < set->file_count && count < MOST_FILES; i++) {
        const ValidationFile *file = &set->files[i];
        if (file->runs == NULL || file->runs->ours.rows == 0)
            continue;
        int at = count++;
        for (; at > 0 && files[at - 1]->runs->ours.rows < file->runs->ours.rows; at--)
            files[at] = files[at - 1];
        files[at] = file;
    }
    return count;
}

static void write_points(DatSet *set, const Validation *runs) {
    for (int i = 0; i < runs->row_count; i++) {
        const ValidationRow *row = &runs->rows[i];
        if (row->status != VALIDATION_RAN)
            continue;
        const double values[] = {row->run.step_s, row->simulated_s, 100 * row->error_fraction};
        dat_set_row(set, values, 3);
        dat_set_end_row(set);
    }
}

static void write_series(FILE *out, const void *context) {
    const ValidationFile *files[MOST_FILES];
    Arena *arena = arena_create();
    int count = drawn_files(context, files);
    dat_set_file_head(out, "step times of measured runs", "measured_s simulated_s error_percent");
    for (int i = 0; i < count; i++) {
        DatSet set = dat_set_open(out, arena_format(arena, "file_%02d", i), 3);
        write_points(&set, files[i]->runs);
        dat_set_close(&set);
    }
    DatSet set = dat_set_open(out, "summary", 3);
    for (int i = 0; i < count; i++) {
        const ValidationErrors *errors = &files[i]->runs->ours;
        const double values[] = {i, 100 * errors->mean_absolute_fraction, 100 * errors->bias_fraction};
        dat_set_row(&set, values, 3);
        dat_set_end_row(&set);
    }
    dat_set_close(&set);
    arena_destroy(arena);
}

/* A file's name without its ending. */
static const char *title_of(const ValidationFile *file, Arena *arena) {
    const char *dot = strrchr(file->name, '.');
    size_t bytes = dot != NULL && dot != file->name ? (size_t)(dot - file->name) : strlen(file->name);
    return arena_format(arena, "%.*s", (int)bytes, file->name);
}

static const char *figure_of(const ValidationFile *file, Arena *arena) {
    const Validation *runs = file->runs;
    const char *text = arena_format(arena, "%.1f %% of %d", 100 * runs->ours.mean_absolute_fraction, runs->ours.rows);
    return runs->null.rows > 0
               ? arena_format(arena, "%s (null model %.1f %%)", text, 100 * runs->null.mean_absolute_fraction)
               : text;
}

/* From the shortest to the longest step, measured or simulated. */
static void write_range(FILE *out, const ValidationFile *const *files, int count) {
    double low = INFINITY, high = 0;
    for (int i = 0; i < count; i++)
        for (int row = 0; row < files[i]->runs->row_count; row++) {
            const ValidationRow *item = &files[i]->runs->rows[row];
            if (item->status != VALIDATION_RAN)
                continue;
            low = fmin(low, fmin(item->run.step_s, item->simulated_s));
            high = fmax(high, fmax(item->run.step_s, item->simulated_s));
        }
    script_head_number(out, "low_s", high > 0 ? low / 1.3 : 0.1);
    script_head_number(out, "high_s", high > 0 ? high * 1.3 : 1);
}

static void write_head(FILE *out, Arena *arena, const void *context) {
    const ValidationFile *files[MOST_FILES];
    const char *titles[MOST_FILES], *figures[MOST_FILES];
    int count = drawn_files(context, files);
    for (int i = 0; i < count; i++) {
        titles[i] = title_of(files[i], arena);
        figures[i] = figure_of(files[i], arena);
    }
    script_head_number(out, "file_count", count);
    script_head_texts(out, "FILE_TITLE", titles, count);
    script_head_texts(out, "FILE_FIGURE", figures, count);
    write_range(out, files, count);
}

bool validate_folder_write(const ReportTarget *target, const ValidationSet *set, ErrorList *errors) {
    static const ReportFile FILES[] = {{"summary.txt", write_summary},
                                       {"rows.csv", write_rows},
                                       {"files.csv", write_files},
                                       {"series/validation.dat", write_series}};
    ReportBook book = {.kind = "validate",
                       .name = "Measured and simulated",
                       .lesson = "step times of published training runs",
                       .verdict = validate_set_text_verdict(set, errors->arena),
                       .files = FILES,
                       .file_count = sizeof FILES / sizeof *FILES,
                       .picture = "validation",
                       .write_head = write_head,
                       .context = set};
    return report_write_book(target, &book, errors);
}
