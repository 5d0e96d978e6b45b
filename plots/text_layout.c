#include "plots/text_layout.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static int columns_of(const char *text, size_t bytes) {
    int columns = 0;
    for (size_t i = 0; i < bytes; i++) {
        columns += ((unsigned char)text[i] & 0xC0) != 0x80;
    }
    return columns;
}

int text_layout_columns(const char *text) {
    return columns_of(text, strlen(text));
}

/* Bytes of the first word; a unit of one sign stays with its number, as in "12.1 %". */
static size_t word_bytes(const char *text) {
    size_t bytes = strcspn(text, " \n\t");
    return text[bytes] == ' ' && text[bytes + 1] == '%' ? bytes + 1 + strcspn(text + bytes + 1, " \n\t") : bytes;
}

void text_layout_wrap(FILE *out, const char *first, const char *text) {
    text_layout_wrap_to(out, first, text, TEXT_COLUMNS);
}

void text_layout_wrap_to(FILE *out, const char *first, const char *text, int width) {
    int margin = text_layout_columns(first);
    int column = margin;
    fputs(first, out);
    bool at_start = true;
    while (*text != '\0') {
        text += strspn(text, " \n\t");
        size_t bytes = word_bytes(text);
        int columns = columns_of(text, bytes);
        if (columns == 0) {
            break;
        }
        if (!at_start && column + 1 + columns > width) {
            fprintf(out, "\n%*s", margin, "");
            column = margin;
            at_start = true;
        }
        fprintf(out, "%s%.*s", at_start ? "" : " ", (int)bytes, text);
        column += columns + (at_start ? 0 : 1);
        at_start = false;
        text += bytes;
    }
    fputc('\n', out);
}

/* Bytes of the first so many characters. */
static size_t bytes_of(const char *text, int columns) {
    size_t bytes = 0;
    while (text[bytes] != '\0' && (columns > 0 || ((unsigned char)text[bytes] & 0xC0) == 0x80)) {
        columns -= ((unsigned char)text[bytes] & 0xC0) != 0x80;
        bytes++;
    }
    return bytes;
}

const char *text_layout_squeeze(Arena *arena, const char *text, int most) {
    int columns = text_layout_columns(text);
    if (columns <= most) {
        return text;
    }
    int tail = (most - 2) / 2;
    int head = most - 2 - tail;
    return arena_format(arena, "%.*s..%s", (int)bytes_of(text, head), text, text + bytes_of(text, columns - tail));
}

const char *text_layout_shorten(Arena *arena, const char *text, int most) {
    if (text_layout_columns(text) <= most) {
        return text;
    }
    char *cut = arena_text(arena, text);
    size_t bytes = 0;
    for (int columns = 0; columns < most - 3 || ((unsigned char)cut[bytes] & 0xC0) == 0x80; bytes++) {
        columns += ((unsigned char)cut[bytes] & 0xC0) != 0x80;
    }
    cut[bytes] = '\0';
    return arena_format(arena, "%s...", cut);
}

void text_layout_cell(FILE *out, const char *text, int width) {
    int blanks = (width < 0 ? -width : width) - text_layout_columns(text);
    blanks = blanks > 0 ? blanks : 0;
    fprintf(out, "%*s%s%*s", width < 0 ? blanks : 0, "", text, width < 0 ? 0 : blanks, "");
}

void text_layout_heading(FILE *out, const char *title) {
    fprintf(out, "\n%s\n", title);
    for (int i = text_layout_columns(title); i > 0; i--) {
        fputc('-', out);
    }
    fputc('\n', out);
}

void text_layout_bar(FILE *out, double from, double to, int width) {
    int first = (int)lround(from * width);
    int last = (int)lround(to * width);
    if (last == first && to > from) {
        last = first < width ? first + 1 : first;
        first = last - 1;
    }
    for (int i = 0; i < last; i++) {
        fputc(i < first ? ' ' : '#', out);
    }
}

/* A unit in which values from `smallest` on are shown. */
typedef struct Scale {
    const char *unit;
    double smallest;
    double divisor;
    const char *name;
} Scale;

static const Scale SCALES[] = {
    {"s", 0.9995, 1, "s"},
    {"s", 0.9995e-3, 1e-3, "ms"},
    {"s", 0, 1e-6, "us"},
    {"bytes", 0x1p40, 0x1p40, "TiB"},
    {"bytes", 0x1p30, 0x1p30, "GiB"},
    {"bytes", 0x1p20, 0x1p20, "MiB"},
    {"bytes", 0, 0x1p10, "KiB"},
    {"bytes/s", 1e9, 1e9, "GB/s"},
    {"bytes/s", 0, 1e6, "MB/s"},
    {"flop", 1e15, 1e15, "PFLOP"},
    {"flop", 0, 1e12, "TFLOP"},
    {"flop/s", 1e15, 1e15, "PFLOP/s"},
    {"flop/s", 0, 1e12, "TFLOP/s"},
};

static const Scale *find_scale(double value, const char *unit) {
    for (size_t i = 0; i < sizeof SCALES / sizeof SCALES[0]; i++) {
        if (strcmp(SCALES[i].unit, unit) == 0 && fabs(value) >= SCALES[i].smallest) {
            return &SCALES[i];
        }
    }
    return NULL;
}

/* Four digits or so: every digit before the point in groups of three, and billions as such. */
static const char *plain_number(double value, char text[TEXT_FIGURE_BYTES]) {
    double size = fabs(value);
    if (size >= 1e15 || (size > 0 && size < 1e-3) || !isfinite(value)) {
        snprintf(text, TEXT_FIGURE_BYTES, "%.4g", value);
        return text;
    }
    if (size >= 1e9) {
        snprintf(text, TEXT_FIGURE_BYTES, "%.*fe9", size >= 1e12 ? 0 : 1, value / 1e9);
        return text;
    }
    if (size < 10000) {
        int decimals = size >= 1000 || value == rint(value) ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
        snprintf(text, TEXT_FIGURE_BYTES, "%.*f", decimals, value);
        return text;
    }
    char digits[TEXT_FIGURE_BYTES];
    int length = snprintf(digits, sizeof digits, "%.0f", size);
    char *at = text;
    if (value < 0) {
        *at++ = '-';
    }
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            *at++ = ',';
        }
        *at++ = digits[i];
    }
    *at = '\0';
    return text;
}

const char *text_layout_figure(double value, const char *unit, char text[TEXT_FIGURE_BYTES]) {
    if (isnan(value)) {
        return strcpy(text, "-");
    }
    if (strcmp(unit, "fraction") == 0) {
        snprintf(text, TEXT_FIGURE_BYTES, "%.1f %%", 100 * value);
        return text;
    }
    if (strcmp(unit, "0/1") == 0) {
        return strcpy(text, value != 0 ? "yes" : "no");
    }
    unit = strcmp(unit, "B") == 0 ? "bytes" : unit;
    const Scale *scale = value != 0 ? find_scale(value, unit) : NULL;
    char number[TEXT_FIGURE_BYTES];
    plain_number(scale != NULL ? value / scale->divisor : value, number);
    const char *name = scale != NULL ? scale->name : unit;
    bool bare = *name == '\0' || strcmp(name, "count") == 0 || strcmp(name, "1") == 0;
    snprintf(text, TEXT_FIGURE_BYTES, "%.30s%s%.30s", number, bare ? "" : " ", bare ? "" : name);
    return text;
}

void text_layout_percent(FILE *out, int width, bool has_sign, double fraction) {
    if (isnan(fraction))
        fprintf(out, "%*s", width, "-");
    else
        fprintf(out, has_sign ? "%+*.1f" : "%*.1f", width, 100 * fraction);
}
