#include "plots/collective_file.h"

#include <string.h>

#include "plots/cell.h"
#include "plots/collective_view.h"
#include "plots/dat_set.h"
#include "plots/script_head.h"
#include "plots/text_layout.h"

/* What fits beside the panels. */
enum { LEGEND_COLUMNS = 42 };

static void write_row(DatSet *set, const CollectiveRow *row) {
    const double values[] = {row->bytes, collective_view_figure(row, 0), collective_view_figure(row, 1)};
    dat_set_row(set, values, 3);
    dat_set_end_row(set);
}

static void write_curve(DatSet *set, const CollectiveCurve *curve) {
    bool drawn = false;
    for (int i = 0; i < curve->job->size_count; i++) {
        const CollectiveRow *row = &curve->job->sizes[i];
        bool own = strcmp(row->algorithm, curve->algorithm) == 0;
        if (drawn && !own) {
            fputc('\n', set->out);
        }
        if (own) {
            write_row(set, row);
        }
        drawn = own;
    }
}

void collective_file_rows(FILE *out, const CollectiveCurve *curve) {
    DatSet set = {.out = out, .columns = 3};
    write_curve(&set, curve);
}

static bool begins_job(const CollectiveView *view, int curve) {
    return curve == 0 || view->curves[curve].job != view->curves[curve - 1].job;
}

static void write_jobs(FILE *out, Arena *arena, const CollectiveView *view) {
    int job = 0;
    for (int i = 0; i < view->count; i++) {
        if (!begins_job(view, i)) {
            continue;
        }
        DatSet set = dat_set_open(out, arena_format(arena, "job_%02d", job++), 3);
        for (int size = 0; size < view->curves[i].job->size_count; size++) {
            write_row(&set, &view->curves[i].job->sizes[size]);
        }
        dat_set_close(&set);
    }
}

static void write_ticks(FILE *out, const CollectiveView *view) {
    DatSet set = dat_set_open(out, "ticks", 2);
    for (int i = 0; i < view->tick_count; i++) {
        dat_set_row(&set, &view->tick_bytes[i], 1);
        dat_set_text(&set, view->tick_names[i]);
        dat_set_end_row(&set);
    }
    dat_set_close(&set);
}

void collective_file_write(FILE *out, const Results *results) {
    Arena *arena = arena_create();
    CollectiveView view = collective_view_of(arena, results);
    dat_set_file_head(out, "bus bandwidth and time over message size, as nccl-tests define them; exact: collective.csv",
                      "size_bytes busbw_gb_per_s time_us; ticks: size_bytes text");
    write_jobs(out, arena, &view);
    for (int i = 0; i < view.count; i++) {
        DatSet set = dat_set_open(out, arena_format(arena, "curve_%02d", i), 3);
        write_curve(&set, &view.curves[i]);
        dat_set_close(&set);
    }
    write_ticks(out, &view);
    arena_destroy(arena);
}

static void write_range(FILE *out, Arena *arena, const char *name, double low, double high) {
    script_head_number(out, arena_format(arena, "%s_low", name), low);
    script_head_number(out, arena_format(arena, "%s_high", name), high);
}

void collective_file_head(FILE *out, Arena *arena, const Results *results) {
    static const char *const AXES[] = {"x", "bus", "time"};
    CollectiveView view = collective_view_of(arena, results);
    const char *titles[COLLECTIVE_VIEW_CURVES];
    double jobs[COLLECTIVE_VIEW_CURVES];
    int job = -1;
    for (int i = 0; i < view.count; i++) {
        job += begins_job(&view, i);
        jobs[i] = job;
        titles[i] = text_layout_squeeze(arena, view.curves[i].title, LEGEND_COLUMNS);
    }
    if (view.hidden > 0) {
        titles[view.count - 1] = arena_format(arena, "%s (and others)", titles[view.count - 1]);
    }
    for (int axis = 0; axis < 3; axis++) {
        write_range(out, arena, AXES[axis], view.low[axis], view.high[axis]);
    }
    script_head_text(out, "bus_title", view.titles[0]);
    script_head_text(out, "time_title", view.titles[1]);
    script_head_number(out, "curve_count", view.count);
    script_head_texts(out, "CURVE_TITLE", titles, view.count);
    script_head_numbers(out, "JOB", jobs, view.count);
}
