#include "plots/terminal_timeline.h"

#include <stdbool.h>

#include "plots/bands.h"
#include "plots/text_layout.h"

enum { LABEL_COLUMNS = 18 };

/* What stands for a kind of bar, and behind all of them for idle time. */
static const struct {
    char letter;
    const char *words;
} LETTERS[BAR_KIND_COUNT + 1] = {
    [BAR_FORWARD] = {'F', "forward"},
    [BAR_BACKWARD] = {'B', "backward"},
    [BAR_WEIGHT] = {'W', "weight gradients"},
    [BAR_OPTIMIZER] = {'O', "optimizer"},
    [BAR_TENSOR_COMM] = {'t', "tensor communication"},
    [BAR_EXPERT_COMM] = {'e', "expert communication"},
    [BAR_CONTEXT_COMM] = {'c', "context communication"},
    [BAR_PIPELINE_COMM] = {'p', "pipeline communication"},
    [BAR_DATA_COMM] = {'d', "data communication"},
    [BAR_INPUT_WAIT] = {'i', "waiting for input"},
    [BAR_CHECKPOINT] = {'s', "saving a checkpoint"},
    [BAR_OFFLOAD] = {'o', "offload"},
    [BAR_KIND_COUNT] = {'.', "idle"},
};

/* Time of each kind of bar in one piece of the step. */
typedef struct Piece {
    SimTime ns[BAR_KIND_COUNT];
} Piece;

static void add_bar(Piece *pieces, int count, SimTime step, const TimelineBar *bar) {
    int first = (int)((double)bar->start / (double)step * count);
    for (int i = first; i < count; i++) {
        SimTime low = (SimTime)((double)step / count * i);
        SimTime high = (SimTime)((double)step / count * (i + 1));
        if (low >= bar->end) {
            break;
        }
        SimTime start = bar->start > low ? bar->start : low;
        SimTime end = bar->end < high ? bar->end : high;
        pieces[i].ns[bar->kind] += end > start ? end - start : 0;
    }
}

/*
 * Of the kinds that the piece has, the one that is owed most: what a letter does not show is carried on to the next, so
 * that the letters are as frequent as their kinds even when one stands for several bars. The last entry of `owed` is
 * idle time.
 */
static char next_letter(SimTime owed[BAR_KIND_COUNT + 1], const Piece *piece, SimTime length) {
    SimTime idle = length;
    int most = -1;
    for (int kind = 0; kind <= BAR_KIND_COUNT; kind++) {
        SimTime here = kind < BAR_KIND_COUNT ? piece->ns[kind] : idle;
        idle -= here;
        owed[kind] += here;
        most = here > 0 && (most < 0 || owed[kind] > owed[most]) ? kind : most;
    }
    if (most < 0) {
        return LETTERS[BAR_KIND_COUNT].letter;
    }
    owed[most] -= length;
    return LETTERS[most].letter;
}

/* What runs beside computation does not show. */
static void hide_overlap(Piece *piece, SimTime length) {
    SimTime left = length;
    for (int kind = 0; kind < BAR_KIND_COUNT; kind++) {
        bool beside = kind >= BAR_CONTEXT_COMM && kind <= BAR_DATA_COMM;
        left -= beside ? 0 : piece->ns[kind];
    }
    for (int kind = BAR_CONTEXT_COMM; kind <= BAR_DATA_COMM; kind++) {
        SimTime shown = piece->ns[kind] < left ? piece->ns[kind] : left;
        piece->ns[kind] = shown > 0 ? shown : 0;
        left -= piece->ns[kind];
    }
}

static void draw_class(FILE *out, const Results *results, int item, int columns) {
    Arena *arena = arena_create();
    Piece *pieces = ARENA_ARRAY(arena, columns, Piece);
    for (int i = 0; i < results->timeline_count; i++) {
        if (results->timeline[i].gpu_class == item) {
            add_bar(pieces, columns, results->step, &results->timeline[i]);
        }
    }
    fprintf(out, "  %-15.15s ", results->classes[item].name);
    SimTime length = results->step / columns;
    SimTime owed[BAR_KIND_COUNT + 1] = {0};
    for (int i = 0; i < columns; i++) {
        hide_overlap(&pieces[i], length);
        fputc(next_letter(owed, &pieces[i], length), out);
    }
    fputc('\n', out);
    arena_destroy(arena);
}

/* Those that the step has. */
static void write_letters(FILE *out, const Results *results, int columns) {
    bool found[BAR_KIND_COUNT] = {false};
    for (int i = 0; i < results->timeline_count; i++) {
        found[results->timeline[i].kind] = true;
    }
    Arena *arena = arena_create();
    const char *text = "";
    for (int kind = 0; kind < BAR_KIND_COUNT; kind++) {
        if (found[kind]) {
            text = arena_format(arena, "%s%c %s, ", text, LETTERS[kind].letter, LETTERS[kind].words);
        }
    }
    text = arena_format(arena, "%s%c %s", text, LETTERS[BAR_KIND_COUNT].letter, LETTERS[BAR_KIND_COUNT].words);
    text_layout_wrap_to(out, "  ", text, columns);
    arena_destroy(arena);
}

void terminal_timeline_draw(FILE *out, const Results *results, int columns) {
    if (results->timeline_count == 0 || results->step == 0) {
        return;
    }
    char step[TEXT_FIGURE_BYTES];
    char title[128];
    snprintf(title, sizeof title, "The step, %s from left to right",
             text_layout_figure((double)results->step / 1e9, "s", step));
    text_layout_heading(out, title);
    for (int band = 0; band < bands_shown(results->class_count); band++) {
        int item = bands_item(results->class_count, band);
        if (item < 0) {
            fputs("  ...\n", out);
        } else {
            draw_class(out, results, item, columns - LABEL_COLUMNS);
        }
    }
    write_letters(out, results, columns);
}
