#include "plots/terminal_plot.h"

#include <ctype.h>

#include "plots/cell.h"
#include "plots/collective_file.h"
#include "plots/collective_view.h"
#include "plots/gnuplot.h"
#include "plots/text_layout.h"

enum { PLOT_LINES = 18, COLUMNS_PER_TICK = 11 };

FILE *terminal_plot_begin(int columns) {
    FILE *commands = tmpfile();
    if (commands != NULL) {
        fprintf(commands, "set terminal dumb noenhanced size %d,%d\nunset key\nset tics nomirror\nset border 3\n",
                columns - 2, PLOT_LINES);
    }
    return commands;
}

void terminal_plot_finish(FILE *commands, FILE *out) {
    rewind(commands);
    GnuplotOutcome outcome = gnuplot_print(commands, out);
    if (outcome != GNUPLOT_DONE) {
        fputs(outcome == GNUPLOT_MISSING ? "  (not drawn: gnuplot is not installed)\n" : "  (gnuplot failed)\n", out);
    }
    fclose(commands);
}

static void write_ticks(FILE *commands, const CollectiveView *view, int columns) {
    int every = (view->tick_count * COLUMNS_PER_TICK + columns - 1) / columns;
    fputs("set xtics (", commands);
    for (int i = 0; i < view->tick_count; i += every) {
        fputs(i > 0 ? ", " : "", commands);
        cell_gnuplot_text(commands, view->tick_names[i]);
        fputc(' ', commands);
        cell_number(commands, view->tick_bytes[i]);
    }
    fputs(")\n", commands);
}

static void write_curves(FILE *commands, const CollectiveView *view, int figure) {
    for (int i = 0; i < view->count; i++) {
        fprintf(commands, "$curve%d << END\n", i);
        collective_file_rows(commands, &view->curves[i]);
        fputs("END\n", commands);
    }
    fputs("plot ", commands);
    for (int i = 0; i < view->count; i++) {
        fprintf(commands, "%s$curve%d using 1:%d with points pt %d", i > 0 ? ", " : "", i, figure + 2, i + 1);
    }
    fputc('\n', commands);
}

static void draw_figure(FILE *out, Arena *arena, const CollectiveView *view, int figure, int columns) {
    FILE *commands = terminal_plot_begin(columns);
    if (commands == NULL) {
        return;
    }
    char *title = arena_format(arena, "%s, over the size of a rank's buffer", view->titles[figure]);
    title[0] = (char)toupper((unsigned char)title[0]);
    text_layout_heading(out, title);
    fputs("set logscale x 2\nset logscale y 10\nset xrange [", commands);
    const double ends[] = {view->low[0], view->high[0], view->low[figure + 1], view->high[figure + 1]};
    const char *const behind[] = {":", "]\nset yrange [", ":", "]\n"};
    for (int i = 0; i < 4; i++) {
        cell_number(commands, ends[i]);
        fputs(behind[i], commands);
    }
    write_ticks(commands, view, columns);
    write_curves(commands, view, figure);
    terminal_plot_finish(commands, out);
}

void terminal_plot_collectives(FILE *out, const Results *results, int columns) {
    Arena *arena = arena_create();
    CollectiveView view = collective_view_of(arena, results);
    for (int figure = 0; figure < 2; figure++) {
        draw_figure(out, arena, &view, figure, columns);
    }
    const char *letters = "";
    for (int i = 0; i < view.count; i++) {
        letters = arena_format(arena, "%s%s%c %s", letters, i > 0 ? "; " : "", 'A' + i, view.curves[i].title);
    }
    text_layout_wrap_to(out, "  ", letters, columns);
    arena_destroy(arena);
}
