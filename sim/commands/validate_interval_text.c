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
    text_layout_percent(out, 10, false, coverage->has_left_out ? coverage->held_left_out / rows : (double)NAN);
    text_layout_percent(out, 12, false, coverage->constant_spread);
    text_layout_percent(out, 11, false, coverage->residual_spread);
    text_layout_percent(out, 9, false, coverage->form_spread);
    fputc('\n', out);
}

/* The same by what is known of the software, over all files. */
static void write_software(FILE *out, const IntervalCoverage *all) {
    for (int known = 0; known < SOFTWARE_COUNT; known++) {
        const SoftwareCoverage *software = &all->software[known];
        double rows = software->rows;
        if (software->rows == 0)
            continue;
        fprintf(out, "  software %-*s%6d", FILE_COLUMNS - 11, software_known_name((SoftwareKnown)known),
                software->rows);
        text_layout_percent(out, 9, false, software->held / rows);
        fprintf(out, "%11s", "-");
        text_layout_percent(out, 10, false, all->has_left_out ? software->held_left_out / rows : (double)NAN);
        fprintf(out, "%12s%11s", "-", "-");
        text_layout_percent(out, 9, false, software->rest_spread);
        fputc('\n', out);
    }
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
    if (files > 1)
        write_line(out, "all", &all);
    if (files > 1)
        write_software(out, &all);
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
            "Held: within the interval as it is printed, with %.1f %% for what is not modelled, and towards longer "
            "steps %.0f %% where the code of the software was only read and %.0f %% where it is unknown; constants: "
            "without these; left out: with the root mean square of the other files' rest instead. Spreads are standard "
            "deviations of ln(measured / simulated): the constants' as the rows use them, the residuals' by "
            "their middle 80 %%, and the rest that constants do not explain (of all: the root mean square of the "
            "files, of software that was not measured beyond their longest tenth).",
            100 * STEP_FORM_SPREAD, 100 * step_interval_software_spread(SOFTWARE_READ),
            100 * step_interval_software_spread(SOFTWARE_UNKNOWN)));
    arena_destroy(arena);
}
