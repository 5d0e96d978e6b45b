#include "plots/script_head.h"

#include <stdbool.h>
#include <string.h>

#include "plots/cell.h"
#include "plots/text_layout.h"

/* What fits into a picture 1200 wide at the title's and at the text's size of letters. */
enum { TITLE_COLUMNS = 112, LINE_COLUMNS = 152, MOST_LINES = 4 };

/* Where a line may end: at a blank, but not between a number and its unit. */
static bool ends_word(const char *text, size_t at) {
    bool after_number = at > 0 && text[at - 1] >= '0' && text[at - 1] <= '9';
    return text[at] == ' ' && text[at + 1] != '%' && !after_number;
}

/* Bytes of the longest start of a text that fits, up to the end of a word when there is one. */
static size_t fitting_bytes(const char *text, int most_columns) {
    if (text_layout_columns(text) <= most_columns) {
        return strlen(text);
    }
    size_t bytes = 0;
    int columns = 0;
    for (size_t i = 0; text[i] != '\0'; i++) {
        columns += ((unsigned char)text[i] & 0xC0) != 0x80;
        if (columns > most_columns) {
            return bytes > 0 ? bytes : i;
        }
        bytes = ends_word(text, i) ? i : bytes;
    }
    return strlen(text);
}

static int write_lines(FILE *out, Arena *arena, const char *text) {
    int lines = 0;
    while (*text != '\0' && lines < MOST_LINES) {
        size_t bytes = fitting_bytes(text, LINE_COLUMNS);
        char *line = arena_text(arena, text);
        line[bytes] = '\0';
        text += bytes + strspn(text + bytes, " ");
        bool cut = lines == MOST_LINES - 1 && *text != '\0';
        fputs(lines > 0 ? " . \"\\n\" . " : "", out);
        cell_gnuplot_text(out, cut ? arena_format(arena, "%s ...", line) : line);
        lines++;
    }
    return lines;
}

/* What stands between a lesson and the verdict. */
static const char *joint(const char *lesson) {
    size_t length = strlen(lesson);
    if (length == 0) {
        return "";
    }
    return strchr(".!?:;", lesson[length - 1]) != NULL ? " " : ". ";
}

void script_head_title(FILE *out, Arena *arena, const char *script, ScriptTitle title) {
    const char *lesson = title.lesson != NULL ? title.lesson : "";
    const char *verdict = title.verdict != NULL ? title.verdict : "";
    const char *heading = *lesson != '\0' ? arena_format(arena, "%s: %s", title.name, lesson) : title.name;
    const char *rest = verdict;
    if (text_layout_columns(heading) > TITLE_COLUMNS) {
        heading = title.name;
        rest = arena_format(arena, "%s%s%s", lesson, joint(lesson), verdict);
    }
    char *cut = arena_text(arena, heading);
    size_t fitting = fitting_bytes(cut, TITLE_COLUMNS);
    bool whole = cut[fitting] == '\0';
    cut[fitting] = '\0';
    fprintf(out, "# Redraw with `gnuplot %s.gp` in this folder.\n", script);
    script_head_text(out, "title", whole ? cut : arena_format(arena, "%s ...", cut));
    fputs("subtitle = '' . ", out);
    int lines = *rest != '\0' ? write_lines(out, arena, rest) : 0;
    fputs(lines == 0 ? "''\n" : "\n", out);
    script_head_number(out, "subtitle_lines", lines);
}

void script_head_number(FILE *out, const char *name, double value) {
    fprintf(out, "%s = ", name);
    cell_number(out, value);
    fputc('\n', out);
}

void script_head_text(FILE *out, const char *name, const char *text) {
    fprintf(out, "%s = ", name);
    cell_gnuplot_text(out, text);
    fputc('\n', out);
}

void script_head_texts(FILE *out, const char *name, const char *const *texts, int count) {
    fprintf(out, "array %s[%d] = [", name, count > 0 ? count : 1);
    for (int i = 0; i < count; i++) {
        fputs(i > 0 ? ", " : "", out);
        cell_gnuplot_text(out, texts[i]);
    }
    fputs(count > 0 ? "]\n" : "'']\n", out);
}

void script_head_numbers(FILE *out, const char *name, const double *values, int count) {
    fprintf(out, "array %s[%d] = [", name, count > 0 ? count : 1);
    for (int i = 0; i < count; i++) {
        fputs(i > 0 ? ", " : "", out);
        cell_number(out, values[i]);
    }
    fputs(count > 0 ? "]\n" : "0]\n", out);
}
