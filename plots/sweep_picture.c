#include "plots/sweep_picture.h"

#include <stdbool.h>

#include "plots/script_head.h"
#include "plots/sweep_file.h"
#include "plots/sweep_stack.h"
#include "plots/sweep_view.h"
#include "plots/text_layout.h"

/* What fits beside the panels and under them. */
enum { LEGEND_COLUMNS = 30, AXIS_COLUMNS = 100 };

static void write_axes(FILE *out, const SweepView *view) {
    script_head_number(out, "joined", view->is_numeric);
    script_head_number(out, "x_low", view->x_low);
    script_head_number(out, "x_high", view->x_high);
    script_head_number(out, "y_high", view->y_high);
}

static void write_lines(FILE *out, Arena *arena, const SweepView *view, const SweepStack *stack) {
    int stacks = sweep_file_stacks(view);
    int lines = sweep_file_lines(view);
    bool best = *view->best_over != '\0';
    const char **titles = ARENA_ARRAY(arena, lines, const char *);
    for (int i = 0; i < lines; i++) {
        titles[i] = text_layout_shorten(arena, view->lines[i], LEGEND_COLUMNS);
    }
    script_head_number(out, "stacks", stacks);
    script_head_number(out, "labelled", view->line_count == 1 && view->tick_count <= SWEEP_FILE_MOST_TICKS);
    script_head_number(out, "line_count", lines);
    script_head_number(out, "legend", lines > 1 || best);
    script_head_texts(out, "LINE_TITLE", titles, lines);
    script_head_text(out, "ledger_title", best ? "GPU time of the best, %" : stack->title);
    bool first_only = view->line_count > 1 && stacks == 1;
    const char *axis = first_only ? arena_format(arena, "%s   (bars: %s)", view->axis, view->lines[0]) : view->axis;
    script_head_text(out, "axis_title", text_layout_shorten(arena, axis, AXIS_COLUMNS));
}

/* From the top of the stack downwards, as the legend reads. */
static void write_shown(FILE *out, Arena *arena, const SweepResults *sweep, const SweepStack *stack) {
    double *rows = ARENA_ARRAY(arena, stack->count, double);
    const char **titles = ARENA_ARRAY(arena, stack->count, const char *);
    const char *names = "";
    int count = 0;
    for (int i = stack->count - 1; i >= 0; i--) {
        if (sweep_stack_shows(stack, sweep, i)) {
            rows[count] = stack->layers[i].colour;
            titles[count] = text_layout_shorten(arena, stack->layers[i].title, LEGEND_COLUMNS);
            names = arena_format(arena, "%s%s%s", names, count > 0 ? " " : "", stack->layers[i].name);
            count++;
        }
    }
    script_head_text(out, "shown", names);
    script_head_numbers(out, "SHOWN_ROW", rows, count);
    script_head_texts(out, "SHOWN_TITLE", titles, count);
}

void sweep_picture_write_head(FILE *out, Arena *arena, const SweepFindings *findings) {
    SweepView view = sweep_view_of(arena, findings);
    SweepStack stack = sweep_stack_of(arena, findings);
    write_axes(out, &view);
    script_head_text(out, "y_title", findings->headline->axis);
    write_lines(out, arena, &view, &stack);
    write_shown(out, arena, findings->sweep, &stack);
}
