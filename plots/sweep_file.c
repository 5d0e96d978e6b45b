#include "plots/sweep_file.h"

#include <math.h>

#include "plots/columns.h"
#include "plots/curve_marks.h"
#include "plots/dat_set.h"
#include "plots/text_layout.h"

/* Of all names along the axis. */
enum { AXIS_COLUMNS = 100 };

/* Of the distance between the nearest neighbours. */
static const double STACK_WIDTH = 0.86;
static const double GAP_WIDTH = 0.1;

int sweep_file_lines(const SweepView *view) {
    return view->line_count < SWEEP_FILE_MOST_LINES ? view->line_count : SWEEP_FILE_MOST_LINES;
}

int sweep_file_stacks(const SweepView *view) {
    return view->line_count <= SWEEP_FILE_MOST_STACKS ? view->line_count : 1;
}

static bool ran(const SweepPoint *point) {
    return point->results != NULL && point->results->status == RUN_OK;
}

static const SweepPoint *point_at(const SweepResults *sweep, const SweepView *view, int line, int tick) {
    int point = view->points[line * view->tick_count + tick];
    return point >= 0 ? &sweep->points[point] : NULL;
}

/* Left and right edge of what stands at a place of the axis, one of `count` side by side. */
static void place_part(const SweepView *view, int count, int part, int tick, double edges[2]) {
    double width = STACK_WIDTH / count;
    edges[0] = view->positions[tick] - STACK_WIDTH / 2 + part * width;
    edges[1] = edges[0] + width * (count > 1 ? 0.94 : 1);
}

static void place_stack(const SweepView *view, int line, int tick, double edges[2]) {
    place_part(view, sweep_file_stacks(view), line, tick, edges);
}

/* The headline of every point: [line * tick_count + tick]; NaN where there is none. */
static double *headline_values(Arena *arena, const SweepFindings *findings, const SweepView *view) {
    int count = sweep_file_lines(view) * view->tick_count;
    double *values = ARENA_ARRAY(arena, count, double);
    for (int i = 0; i < count; i++) {
        values[i] = view->points[i] >= 0 ? sweep_findings_value(findings, view->points[i]) : (double)NAN;
    }
    return values;
}

/* A point of a line over numbers is at its place; over names it is a bar beside those of the other lines, which hides
 * none and has room above it. */
static void write_point(DatSet *set, const SweepView *view, const double *values, int line, int tick) {
    const CurvePanel panel = {view->positions, view->tick_count, view->x_high - view->x_low, view->y_high};
    double edges[2], value = values[line * view->tick_count + tick];
    place_part(view, sweep_file_lines(view), line, tick, edges);
    int covers = 0;
    CurveLabel label = CURVE_LABEL_ABOVE;
    if (view->is_numeric) {
        covers = curve_marks_covers(&panel, values, sweep_file_lines(view), line, tick);
        label = curve_marks_label(&panel, values + line * view->tick_count, tick);
    }
    double x = view->is_numeric ? view->positions[tick] : (edges[0] + edges[1]) / 2;
    const double row[] = {x, value, edges[0], edges[1], covers, label};
    dat_set_row(set, row, 6);
}

static void write_line(FILE *out, const SweepFindings *findings, const SweepView *view, const double *values,
                       int line) {
    char name[32];
    snprintf(name, sizeof name, "line_%02d", line);
    DatSet set = dat_set_open(out, name, 7);
    for (int tick = 0; tick < view->tick_count; tick++) {
        double value = values[line * view->tick_count + tick];
        char text[32];
        snprintf(text, sizeof text, "%.*f", headline_decimals(findings->headline, value), value);
        write_point(&set, view, values, line, tick);
        dat_set_text(&set, isnan(value) ? "" : text);
        dat_set_end_row(&set);
    }
    dat_set_close(&set);
}

/* A layer at one point, on top of those below. */
static void write_stack_part(DatSet *set, const SweepStack *stack, const Results *results, int layer,
                             const double *place) {
    double low = 0;
    for (int below = 0; below < layer; below++) {
        low += sweep_stack_fraction(stack, results, below);
    }
    double high = low + sweep_stack_fraction(stack, results, layer);
    const double row[] = {(place[0] + place[1]) / 2, place[0], place[1], 100 * low, 100 * high};
    dat_set_row(set, row, 5);
    dat_set_end_row(set);
}

static void write_layer(FILE *out, const SweepStack *stack, const SweepResults *sweep, const SweepView *view,
                        int layer) {
    DatSet set = dat_set_open(out, stack->layers[layer].name, 5);
    for (int line = 0; line < sweep_file_stacks(view); line++) {
        for (int tick = 0; tick < view->tick_count; tick++) {
            const SweepPoint *point = point_at(sweep, view, line, tick);
            double edges[2];
            place_stack(view, line, tick, edges);
            if (point != NULL && ran(point)) {
                write_stack_part(&set, stack, point->results, layer, edges);
            }
        }
    }
    dat_set_close(&set);
}

static void write_strips(FILE *out, const SweepResults *sweep, const SweepView *view) {
    DatSet set = dat_set_open(out, "strips", 6);
    for (int line = 0; sweep_file_stacks(view) > 1 && line < sweep_file_stacks(view); line++) {
        for (int tick = 0; tick < view->tick_count; tick++) {
            const SweepPoint *point = point_at(sweep, view, line, tick);
            double edges[2];
            place_stack(view, line, tick, edges);
            if (point != NULL && ran(point)) {
                const double row[] = {(edges[0] + edges[1]) / 2, edges[0], edges[1], 102, 105, line};
                dat_set_row(&set, row, 6);
                dat_set_end_row(&set);
            }
        }
    }
    dat_set_close(&set);
}

/* Where a line lacks a point: over names in the place of its bar, over numbers beside those of the other lines. */
static double gap_x(const SweepView *view, int line, int tick) {
    int lines = sweep_file_lines(view);
    double edges[2];
    place_part(view, lines, line, tick, edges);
    return view->is_numeric ? view->positions[tick] + GAP_WIDTH * (line - (lines - 1) / 2.0)
                            : (edges[0] + edges[1]) / 2;
}

/* A cross where a line lacks its point: "gaps" between the points, "failed" where the stack would be. */
typedef struct Crosses {
    const char *name;
    int lines;
    bool of_stacks;
} Crosses;

static void write_cross(DatSet *set, const SweepView *view, const Crosses *crosses, int line, int tick) {
    double edges[2];
    place_stack(view, line, tick, edges);
    const double of_stack[] = {view->positions[tick], (edges[0] + edges[1]) / 2};
    const double of_line[] = {gap_x(view, line, tick), line};
    dat_set_row(set, crosses->of_stacks ? of_stack : of_line, 2);
}

static void write_crosses(FILE *out, const SweepResults *sweep, const SweepView *view, Crosses crosses) {
    DatSet set = dat_set_open(out, crosses.name, 3);
    for (int line = 0; line < crosses.lines; line++) {
        for (int tick = 0; tick < view->tick_count; tick++) {
            const SweepPoint *point = point_at(sweep, view, line, tick);
            if (point == NULL || ran(point)) {
                continue;
            }
            write_cross(&set, view, &crosses, line, tick);
            dat_set_text(&set, columns_failure(point->results));
            dat_set_end_row(&set);
        }
    }
    dat_set_close(&set);
}

static void write_ticks(FILE *out, const SweepView *view) {
    DatSet set = dat_set_open(out, "ticks", 2);
    int every = (view->tick_count + SWEEP_FILE_MOST_TICKS - 1) / SWEEP_FILE_MOST_TICKS;
    int shown = every > 0 ? (view->tick_count + every - 1) / every : 1;
    int most = AXIS_COLUMNS / shown - 1;
    Arena *arena = arena_create();
    for (int tick = 0; tick < view->tick_count; tick++) {
        dat_set_row(&set, &view->positions[tick], 1);
        dat_set_text(&set, tick % every == 0 ? text_layout_shorten(arena, view->ticks[tick], most) : "");
        dat_set_end_row(&set);
    }
    arena_destroy(arena);
    dat_set_close(&set);
}

static void write_head(FILE *out, Arena *arena, const SweepFindings *findings) {
    bool training = findings->headline->kind == HEADLINE_TRAINING;
    dat_set_file_head(out,
                      training
                          ? "throughput per GPU and the ledger over the swept parameter; all values: summary.csv"
                          : arena_format(arena, "%s, and GPU time, over the swept parameter; all values: summary.csv",
                                         findings->headline->axis),
                      arena_format(arena,
                                   "line: x %s x_low x_high lines_over_it label_side text; %s: x x_low x_high "
                                   "low_percent high_percent; gaps: x line text; failed: "
                                   "x x_of_stack text; ticks: "
                                   "x text",
                                   findings->headline->column, training ? "category" : "layer"));
}

void sweep_file_write(FILE *out, const SweepFindings *findings, const SweepView *view) {
    Arena *arena = arena_create();
    const SweepResults *sweep = findings->sweep;
    SweepStack stack = sweep_stack_of(arena, findings);
    write_head(out, arena, findings);
    const double *values = headline_values(arena, findings, view);
    for (int line = 0; line < sweep_file_lines(view); line++) {
        write_line(out, findings, view, values, line);
    }
    for (int layer = 0; layer < stack.count; layer++) {
        write_layer(out, &stack, sweep, view, layer);
    }
    write_strips(out, sweep, view);
    write_crosses(out, sweep, view, (Crosses){"gaps", sweep_file_lines(view), false});
    write_crosses(out, sweep, view, (Crosses){"failed", sweep_file_stacks(view), true});
    write_ticks(out, view);
    arena_destroy(arena);
}
