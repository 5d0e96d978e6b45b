#include "plots/terminal.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "plots/cell.h"
#include "plots/collective_view.h"
#include "plots/grid_view.h"
#include "plots/jobs_strip.h"
#include "plots/memory_text.h"
#include "plots/run_text.h"
#include "plots/sweep_verdict.h"
#include "plots/sweep_view.h"
#include "plots/terminal_plot.h"
#include "plots/terminal_timeline.h"
#include "plots/text_layout.h"

enum { JOINED_CELLS = 5, LEAST_COLUMNS = 60, MOST_COLUMNS = 200 };

/* 0 when stdout is no terminal or does not know. */
static int window_columns(void) {
    struct winsize window;
    bool known = isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0;
    return known ? window.ws_col : 0;
}

int terminal_columns(void) {
    const char *text = getenv("COLUMNS");
    int columns = text != NULL ? atoi(text) : 0;
    columns = columns > 0 ? columns : window_columns();
    if (columns <= 0) {
        return TEXT_COLUMNS;
    }
    return columns < LEAST_COLUMNS ? LEAST_COLUMNS : columns > MOST_COLUMNS ? MOST_COLUMNS : columns;
}

/* Mean over all GPUs of one interval of the grid, in percent. */
static double busy_percent(const Results *results, int cell) {
    double sum = 0;
    double gpus = 0;
    for (int i = 0; i < results->series_count; i++) {
        const SeriesSamples *series = &results->series[i];
        int item = grid_view_class(results, series->entity);
        if (item >= 0 && series->count > 0 && strcmp(series->metric, "gpu") == 0) {
            sum += grid_view_mean(series, results, cell) * (double)results->classes[item].gpus;
            gpus += (double)results->classes[item].gpus;
        }
    }
    return gpus > 0 ? 100 * sum / gpus : (double)NAN;
}

static void draw_utilisation(FILE *out, const Results *results, int columns) {
    FILE *commands = isnan(grid_view_mean_of_all(results, "gpu")) ? NULL : terminal_plot_begin(columns);
    if (commands == NULL) {
        return;
    }
    text_layout_heading(out, "Running kernels, % of all GPUs, over the step in s");
    double step_s = (double)results->step / 1e9;
    fprintf(commands, "set yrange [0:100]\nset xrange [0:%.9f]\n$busy << END\n", step_s);
    for (int cell = 0; cell + JOINED_CELLS <= GRID_CELLS; cell += JOINED_CELLS) {
        double sum = 0;
        for (int i = 0; i < JOINED_CELLS; i++) {
            sum += busy_percent(results, cell + i);
        }
        cell_number(commands, step_s * (cell + JOINED_CELLS / 2.0) / GRID_CELLS);
        fputc(' ', commands);
        cell_number(commands, sum / JOINED_CELLS);
        fputc('\n', commands);
    }
    fputs("END\nplot $busy with lines\n", commands);
    terminal_plot_finish(commands, out);
}

void terminal_draw_run(FILE *out, const Results *results, int columns) {
    run_text_opening(out, results, columns);
    run_text_jobs(out, results, columns);
    if (results->status != RUN_OK) {
        memory_text_table(out, results);
        return;
    }
    if (results->contention != NULL) {
        jobs_strip_draw(out, results->contention, columns);
    }
    if (collective_view_applies(results)) {
        terminal_plot_collectives(out, results, columns);
    }
    if (collective_view_is_all(results)) {
        return;
    }
    run_text_ledger(out, results, columns);
    terminal_timeline_draw(out, results, columns);
    draw_utilisation(out, results, columns);
}

static bool has_value(const SweepFindings *findings, const SweepView *view, int line) {
    for (int tick = 0; tick < view->tick_count; tick++) {
        int point = view->points[line * view->tick_count + tick];
        if (point >= 0 && !isnan(sweep_findings_value(findings, point))) {
            return true;
        }
    }
    return false;
}

static void draw_line(FILE *out, const SweepFindings *findings, const SweepView *view, int line, int columns) {
    FILE *commands = terminal_plot_begin(columns);
    if (commands == NULL) {
        return;
    }
    char title[288];
    snprintf(title, sizeof title, "%.40s over %.60s%s%.150s", findings->headline->axis, view->axis,
             *view->lines[line] != '\0' ? ", " : "", view->lines[line]);
    title[0] = (char)toupper((unsigned char)title[0]);
    Arena *arena = arena_create();
    text_layout_heading(out, text_layout_shorten(arena, title, columns));
    arena_destroy(arena);
    if (!has_value(findings, view, line)) {
        fputs("  (no point of it runs)\n", out);
        fclose(commands);
        return;
    }
    /* One scale for all lines, for they are read beside each other. */
    fputs("set yrange [0:", commands);
    cell_number(commands, 1.1 * sweep_findings_value(findings, findings->best));
    fputs("]\nset offsets graph 0.04, graph 0.04\n$points << END\n", commands);
    for (int tick = 0; tick < view->tick_count; tick++) {
        int point = view->points[line * view->tick_count + tick];
        cell_number(commands, view->positions[tick]);
        fputc(' ', commands);
        cell_number(commands, point >= 0 ? sweep_findings_value(findings, point) : (double)NAN);
        fputc(' ', commands);
        cell_dat_text(commands, view->ticks[tick]);
        fputc('\n', commands);
    }
    fprintf(commands, "END\nplot $points using 1:2:xtic(3) with %s\n", view->is_numeric ? "linespoints" : "points");
    terminal_plot_finish(commands, out);
}

void terminal_draw_sweep(FILE *out, const SweepFindings *findings, int columns) {
    Arena *arena = arena_create();
    SweepView view = sweep_view_of(arena, findings);
    text_layout_wrap_to(out, "", sweep_verdict(arena, findings), columns);
    for (int line = 0; line < view.line_count; line++) {
        draw_line(out, findings, &view, line, columns);
    }
    arena_destroy(arena);
}
