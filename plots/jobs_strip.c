#include "plots/jobs_strip.h"

#include <string.h>

#include "plots/contention_view.h"
#include "plots/jobs_text.h"
#include "plots/presence.h"
#include "plots/step_boxes.h"
#include "plots/text_layout.h"

enum { NAME_COLUMNS = 15, LEAST_FRAMED = 3 };

/* Slower than these times the step alone. */
static const double SLOW = 1.05;
static const double VERY_SLOW = 1.25;

typedef struct Strip {
    char *letters;
    int count;
    SimTime wall;
} Strip;

static int place_of(const Strip *strip, SimTime time) {
    int place = (int)((double)time / (double)strip->wall * strip->count);
    return place < strip->count ? place : strip->count - 1;
}

/* A step that is wide enough begins with a bar. */
static void fill(void *subject, const StepBox *box) {
    Strip *strip = subject;
    int first = place_of(strip, box->start);
    int end = box->end == strip->wall ? strip->count : place_of(strip, box->end);
    end = end > first ? end : first + 1;
    char letter = box->slowdown > VERY_SLOW ? '#' : box->slowdown > SLOW ? '=' : '-';
    memset(strip->letters + first, letter, (size_t)(end - first));
    if (box->steps == 1 && end - first >= LEAST_FRAMED) {
        strip->letters[first] = '|';
    }
}

static void fill_span(void *subject, SimTime start, SimTime end) {
    Strip *strip = subject;
    int last = place_of(strip, end > start ? end - 1 : end);
    for (int place = place_of(strip, start); place <= last; place++) {
        strip->letters[place] = 'o';
    }
}

static void draw_row(FILE *out, Arena *arena, const Contention *contention, int owner, int columns) {
    Strip strip = {
        .letters = ARENA_ARRAY(arena, columns + 1, char), .count = columns, .wall = step_boxes_wall(contention)};
    memset(strip.letters, ' ', (size_t)columns);
    if (owner < contention->job_count) {
        step_boxes_draw(contention, owner, strip.wall / columns, fill, &strip);
    } else {
        presence_draw(contention, owner, strip.wall / columns, fill_span, &strip);
    }
    for (int last = columns - 1; last > 0 && strip.letters[last] == ' '; last--) {
        strip.letters[last] = '\0';
    }
    fputs("  ", out);
    const char *title = results_owner_title(contention->owners[owner]);
    text_layout_cell(out, text_layout_squeeze(arena, title, NAME_COLUMNS), NAME_COLUMNS);
    fprintf(out, " %s\n", strip.letters);
}

void jobs_strip_draw(FILE *out, const Contention *contention, int columns) {
    if (!contention_view_ran(contention)) {
        return;
    }
    Arena *arena = arena_create();
    ContentionPick pick = contention_view_pick(arena, contention, contention->job_count, JOBS_TEXT_ROWS);
    char figure[TEXT_FIGURE_BYTES];
    text_layout_figure((double)step_boxes_wall(contention) / 1e9, "s", figure);
    text_layout_heading(out, arena_format(arena, "Jobs over time, %s from left to right", figure));
    for (int i = 0; i < pick.count; i++) {
        draw_row(out, arena, contention, pick.owners[i], columns - NAME_COLUMNS - 3);
    }
    int owners[PRESENCE_ROWS];
    int beside = presence_owners(contention, owners);
    for (int i = 0; i < beside; i++) {
        draw_row(out, arena, contention, owners[i], columns - NAME_COLUMNS - 3);
    }
    text_layout_wrap_to(out, "  ",
                        arena_format(arena,
                                     "| a step begins, - it takes about as long as alone, = above 1.05 times as long, "
                                     "# above 1.25%s",
                                     beside > 0 ? "; o background traffic is on, or a link event holds" : ""),
                        columns);
    arena_destroy(arena);
}
