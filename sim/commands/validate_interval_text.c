#include "sim/commands/validate_interval_text.h"

#include <math.h>

#include "models/account/step_interval.h"
#include "plots/text_layout.h"
#include "scenarios/reader/yaml_node.h"

enum { FILE_COLUMNS = 28 };

static void write_line(FILE *out, const char *name, const IntervalCoverage *coverage) {
    double rows = coverage->rows;
    text_layout_cell(out, name, FILE_COLUMNS);
    fprintf(out, "%6d", coverage->rows);
    text_layout_percent(out, 9, false, coverage->held / rows);
    text_layout_percent(out, 11, false, coverage->held_by_constants / rows);
    text_layout_percent(out, 10, false, isnan(coverage->others_spread) ? (double)NAN : coverage->held_left_out / rows);
    text_layout_percent(out, 12, false, coverage->constant_spread);
    text_layout_percent(out, 11, false, coverage->residual_spread);
    text_layout_percent(out, 9, false, coverage->form_spread);
    fputc('\n', out);
}

static void write_lines(FILE *out, const ValidationSet *set, Arena *arena) {
    IntervalCoverage all = set->all.coverage;
    int files = 0;
    for (int i = 0; i < set->file_count; i++) {
        const ValidationFile *file = &set->files[i];
        if (file->coverage.rows == 0)
            continue;
        files++;
        write_line(out, text_layout_squeeze(arena, yaml_node_shown_text(file->name, arena), FILE_COLUMNS - 1),
                   &file->coverage);
    }
    all.constant_spread = all.residual_spread = NAN;
    all.others_spread = files > 1 ? 0 : NAN;
    if (files > 1)
        write_line(out, "all", &all);
}

void validate_interval_text_write(FILE *out, const ValidationSet *set) {
    if (set->all.coverage.rows == 0)
        return;
    Arena *arena = arena_create();
    text_layout_heading(out, "How sure: rows within their 80 % interval, and spreads, in percent");
    fprintf(out, "%-*s%6s%9s%11s%10s%12s%11s%9s\n", FILE_COLUMNS, "", "rows", "held", "constants", "left out",
            "constants'", "residuals'", "rest");
    write_lines(out, set, arena);
    fputc('\n', out);
    text_layout_wrap(
        out, "",
        arena_format(
            arena,
            "Held: within the interval as it is printed, with %.1f %% for what is not modelled; constants: "
            "without that; left out: with the root mean square of the other files' rest instead. Spreads are standard "
            "deviations of ln(measured / simulated): the constants' as the rows use them, the residuals' by "
            "their middle 80 %%, and the rest that constants do not explain (of all: the root mean square of the "
            "files).",
            100 * STEP_FORM_SPREAD));
    arena_destroy(arena);
}
