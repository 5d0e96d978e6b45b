#include "plots/jobs_file.h"

#include <math.h>

#include "plots/contention_view.h"
#include "plots/dat_set.h"
#include "plots/presence.h"
#include "plots/script_head.h"
#include "plots/step_boxes.h"
#include "plots/text_layout.h"

enum { MOST_JOBS = 20, NAME_COLUMNS = 22, PIXELS = 1000, GAP_PIXELS = 2, LEAST_FRAMED_PIXELS = 8 };

static const double HALF_ROW = 0.36;
/* The red end of the scale is between these; few steps are slower, and the others should differ too. */
static const double LEAST_HIGH = 1.5;
static const double MOST_HIGH = 2.5;
/* Thin rows under the jobs. */
static const double FIRST_THIN_ROW = -0.2;
static const double THIN_ROW = 0.42;
static const double HALF_THIN_ROW = 0.13;
static const double LEAST_LABELLED = 0.08; /* of the whole time */

/* One job's row of a set. */
typedef struct JobRow {
    DatSet *set;
    SimTime wall;
    double y;
    double high; /* slowest box so far */
} JobRow;

static double seconds(SimTime time) {
    return (double)time / 1e9;
}

/* A step that is wide enough is kept apart from the next. */
static void write_box(void *subject, const StepBox *box) {
    JobRow *row = subject;
    double pixel_s = seconds(row->wall) / PIXELS;
    bool framed = seconds(box->end - box->start) > LEAST_FRAMED_PIXELS * pixel_s;
    double low = seconds(box->start);
    double high = seconds(box->end) - (framed ? GAP_PIXELS * pixel_s : 0);
    const double values[] = {(low + high) / 2,  row->y, low, high, row->y - HALF_ROW, row->y + HALF_ROW, box->slowdown,
                             (double)box->steps};
    dat_set_row(row->set, values, 8);
    dat_set_end_row(row->set);
}

static void write_figure(void *subject, const StepBox *box) {
    JobRow *row = subject;
    SimTime length = box->end - box->start;
    if (box->steps != 1 || (double)length < LEAST_LABELLED * (double)row->wall) {
        return;
    }
    char figure[TEXT_FIGURE_BYTES];
    const double values[] = {seconds(box->start) + seconds(length) / 2, row->y};
    dat_set_row(row->set, values, 2);
    dat_set_text(row->set, text_layout_figure(seconds(length), "s", figure));
    dat_set_end_row(row->set);
}

static void see_slowdown(void *subject, const StepBox *box) {
    JobRow *row = subject;
    row->high = fmax(row->high, box->slowdown);
}

static SimTime resolution_of(SimTime wall) {
    return wall / PIXELS > 0 ? wall / PIXELS : 1;
}

static ContentionPick pick_of(Arena *arena, const Contention *contention) {
    return contention_view_pick(arena, contention, contention->job_count, MOST_JOBS);
}

/* The largest slowdown of a box; `set` is for sinks that write. */
static double walk(const Contention *contention, const ContentionPick *pick, DatSet *set, StepSink *sink) {
    JobRow row = {.set = set, .wall = step_boxes_wall(contention), .high = LEAST_HIGH};
    for (int i = 0; i < pick->count; i++) {
        row.y = i;
        step_boxes_draw(contention, pick->owners[i], resolution_of(row.wall), sink, &row);
    }
    return row.high;
}

static double thin_row(const ContentionPick *pick, int row) {
    return pick->count + FIRST_THIN_ROW + THIN_ROW * row;
}

static void write_name(DatSet *set, Arena *arena, double y, const char *name, const char *slowdown) {
    dat_set_row(set, &y, 1);
    dat_set_text(set, text_layout_squeeze(arena, name, NAME_COLUMNS));
    dat_set_text(set, slowdown);
    dat_set_end_row(set);
}

static void write_names(FILE *out, Arena *arena, const Contention *contention, const ContentionPick *pick) {
    DatSet set = dat_set_open(out, "labels", 3);
    for (int i = 0; i < pick->count; i++) {
        int job = pick->owners[i];
        const char *slowdown = arena_format(arena, "%.3f", contention->slowdown[job]);
        write_name(&set, arena, i, contention->jobs[job]->name, slowdown);
    }
    int owners[PRESENCE_ROWS];
    int count = presence_owners(contention, owners);
    for (int i = 0; i < count; i++) {
        write_name(&set, arena, thin_row(pick, i), results_owner_title(contention->owners[owners[i]]), "");
    }
    dat_set_close(&set);
}

static void write_span(void *subject, SimTime start, SimTime end) {
    JobRow *row = subject;
    const double values[] = {seconds(start) + seconds(end - start) / 2,
                             row->y,
                             seconds(start),
                             seconds(end),
                             row->y - HALF_THIN_ROW,
                             row->y + HALF_THIN_ROW};
    dat_set_row(row->set, values, 6);
    dat_set_end_row(row->set);
}

/* What is beside the jobs. */
static void write_presence(FILE *out, const Contention *contention, const ContentionPick *pick) {
    int owners[PRESENCE_ROWS];
    int count = presence_owners(contention, owners);
    DatSet set = dat_set_open(out, "presence", 6);
    for (int i = 0; i < count; i++) {
        JobRow row = {.set = &set, .wall = step_boxes_wall(contention), .y = thin_row(pick, i)};
        presence_draw(contention, owners[i], resolution_of(row.wall), write_span, &row);
    }
    dat_set_close(&set);
}

void jobs_file_write(FILE *out, const Results *results) {
    Arena *arena = arena_create();
    const Contention *contention = results->contention;
    ContentionPick pick = pick_of(arena, contention);
    dat_set_file_head(
        out, "the steps of each job over time; shorter steps than a pixel are joined",
        "x_s row start_s end_s y_low y_high slowdown steps, the slowdown is over the step of the job "
        "alone; figures: x_s row text; labels: row name mean_slowdown; presence: x_s row start_s end_s y_low y_high");
    DatSet steps = dat_set_open(out, "steps", 8);
    walk(contention, &pick, &steps, write_box);
    dat_set_close(&steps);
    DatSet figures = dat_set_open(out, "figures", 3);
    walk(contention, &pick, &figures, write_figure);
    dat_set_close(&figures);
    write_names(out, arena, contention, &pick);
    write_presence(out, contention, &pick);
    arena_destroy(arena);
}

void jobs_file_head(FILE *out, Arena *arena, const Results *results) {
    ContentionPick pick = pick_of(arena, results->contention);
    int longest = 0;
    for (int i = 0; i < pick.count; i++) {
        int columns = text_layout_columns(results->contention->jobs[pick.owners[i]]->name);
        longest = columns > longest ? columns : longest;
    }
    int owners[PRESENCE_ROWS];
    int beside = presence_owners(results->contention, owners);
    for (int i = 0; i < beside; i++) {
        int columns = text_layout_columns(results_owner_title(results->contention->owners[owners[i]]));
        longest = columns > longest ? columns : longest;
    }
    script_head_number(out, "thin_rows", beside);
    script_head_number(out, "low_end", beside > 0 ? thin_row(&pick, beside - 1) + THIN_ROW : pick.count - 0.5);
    script_head_number(out, "label_columns", longest < NAME_COLUMNS ? longest : NAME_COLUMNS);
    script_head_number(out, "job_rows", pick.count);
    script_head_number(out, "wall_s", seconds(step_boxes_wall(results->contention)));
    double high = walk(results->contention, &pick, NULL, see_slowdown);
    script_head_number(out, "slowdown_high", fmin(high, MOST_HIGH));
    script_head_text(out, "slowdown_title",
                     high > MOST_HIGH
                         ? arena_format(arena, "step over the step of the job alone; red: %g or more", MOST_HIGH)
                         : "step over the step of the job alone");
}
