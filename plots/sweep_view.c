#include "plots/sweep_view.h"

#include <math.h>
#include <string.h>

#include "models/sweep_findings.h"
#include "plots/sweep_axis.h"

/* More lines than this are a tangle. */
enum { MOST_LINES = 8 };

/* Free space at both ends of the axis, in distances of the nearest neighbours. */
static const double AXIS_MARGIN = 0.6;
static const double AXIS_MARGIN_OF_FEW = 1.5;

static int find_text(const char *const *texts, int count, const char *wanted) {
    for (int i = 0; i < count; i++) {
        if (strcmp(texts[i], wanted) == 0) {
            return i;
        }
    }
    return -1;
}

static bool varies(const SweepResults *sweep, int parameter) {
    for (int i = 1; i < sweep->point_count; i++) {
        if (strcmp(sweep->points[i].values[parameter], sweep->points[0].values[parameter]) != 0) {
            return true;
        }
    }
    return false;
}

static int count_varying(const SweepResults *sweep) {
    int count = 0;
    for (int i = 0; i < sweep->parameter_count; i++) {
        count += varies(sweep, i);
    }
    return count;
}

static int choose_axis(const SweepResults *sweep) {
    for (int i = 0; i < sweep->parameter_count; i++) {
        if (varies(sweep, i)) {
            return i;
        }
    }
    return 0;
}

static const char *line_name(Arena *arena, const SweepResults *sweep, const SweepPoint *point, int axis) {
    const char *name = "";
    for (int i = 0; i < sweep->parameter_count; i++) {
        if (i != axis) {
            name = arena_format(arena, "%s%s%s", name, *name != '\0' ? " " : "",
                                sweep_names_pair(arena, sweep, i, point->values[i]));
        }
    }
    return name;
}

/* False when there are too many lines for a picture. */
static bool arrange_lines(Arena *arena, const SweepResults *sweep, int parameter, SweepView *view) {
    const char **names = ARENA_ARRAY(arena, sweep->point_count, const char *);
    view->lines = ARENA_ARRAY(arena, MOST_LINES, const char *);
    for (int i = 0; i < sweep->point_count; i++) {
        names[i] = line_name(arena, sweep, &sweep->points[i], parameter);
        if (find_text(view->lines, view->line_count, names[i]) >= 0) {
            continue;
        }
        if (view->line_count == MOST_LINES) {
            return false;
        }
        view->lines[view->line_count++] = names[i];
    }
    int places = view->line_count * view->tick_count;
    view->points = ARENA_ARRAY(arena, places, int);
    for (int i = 0; i < places; i++) {
        view->points[i] = -1;
    }
    for (int i = 0; i < sweep->point_count; i++) {
        int line = find_text(view->lines, view->line_count, names[i]);
        int tick = find_text(view->ticks, view->tick_count, sweep->points[i].values[parameter]);
        view->points[line * view->tick_count + tick] = i;
    }
    return true;
}

/* One line: at each value the best point over all other keys, or any when none ran. */
static void arrange_best(Arena *arena, const SweepFindings *findings, int parameter, SweepView *view) {
    const SweepResults *sweep = findings->sweep;
    view->best_over = "";
    for (int i = 0; i < sweep->parameter_count; i++) {
        if (i != parameter && varies(sweep, i)) {
            view->best_over = arena_format(arena, "%s%s%s", view->best_over, *view->best_over != '\0' ? ", " : "",
                                           sweep_names_key(sweep, i));
        }
    }
    view->lines[0] = arena_format(arena, "best over %s", view->best_over);
    view->line_count = 1;
    view->points = ARENA_ARRAY(arena, view->tick_count, int);
    for (int i = 0; i < view->tick_count; i++) {
        view->points[i] = -1;
    }
    for (int i = 0; i < sweep->point_count; i++) {
        int tick = find_text(view->ticks, view->tick_count, sweep->points[i].values[parameter]);
        int *best = &view->points[tick];
        double throughput = sweep_findings_value(findings, i);
        bool first = *best < 0 || isnan(sweep_findings_value(findings, *best));
        if (*best < 0 || (!isnan(throughput) && (first || throughput > sweep_findings_value(findings, *best)))) {
            *best = i;
        }
    }
}

static void set_ranges(const SweepFindings *findings, SweepView *view) {
    double margin = view->tick_count < 3 ? AXIS_MARGIN_OF_FEW : AXIS_MARGIN;
    for (int i = 0; i < view->tick_count; i++) {
        view->x_low = fmin(view->x_low, view->positions[i] - margin);
        view->x_high = fmax(view->x_high, view->positions[i] + margin);
    }
    view->y_high = findings->best >= 0 ? 1.2 * sweep_findings_value(findings, findings->best) : 1;
}

SweepView sweep_view_of(Arena *arena, const SweepFindings *findings) {
    const SweepResults *sweep = findings->sweep;
    SweepView view = {.axis = "", .best_over = ""};
    if (sweep->parameter_count == 0 || sweep->point_count == 0) {
        return view;
    }
    int parameter = choose_axis(sweep);
    const SweepKey *key = &findings->keys[parameter];
    view.ticks = key->values;
    view.tick_count = key->count;
    view.is_numeric = key->is_numeric;
    view.axis = sweep_names_key(sweep, parameter);
    view.positions = sweep_axis_positions(arena, key);
    set_ranges(findings, &view);
    if (!arrange_lines(arena, sweep, parameter, &view) || count_varying(sweep) > 2) {
        arrange_best(arena, findings, parameter, &view);
    }
    return view;
}
