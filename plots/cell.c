#include "plots/cell.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/utf8.h"

const char *cell_number_text(double value, char text[CELL_NUMBER_BYTES]) {
    if (isnan(value)) {
        return strcpy(text, "NaN");
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, CELL_NUMBER_BYTES, "%.*g", digits, value);
        if (strtod(text, NULL) == value) {
            break;
        }
    }
    return text;
}

void cell_number(FILE *out, double value) {
    char text[CELL_NUMBER_BYTES];
    fputs(cell_number_text(value, text), out);
}

void cell_json_number(FILE *out, double value) {
    if (!isfinite(value)) {
        fputs("null", out);
        return;
    }
    cell_number(out, value);
}

/* Bytes of the next character; one that is no UTF-8 is written as U+FFFD and is 0. */
static size_t replaced(FILE *out, const char *at) {
    size_t bytes = utf8_character_bytes(at, UTF8_MOST_BYTES);
    if (bytes == 0) {
        fputs(UTF8_REPLACEMENT, out);
    }
    return bytes;
}

static void json_character(FILE *out, const char *at, size_t bytes) {
    static const char *const escapes = "\"\\\b\f\n\r\t";
    static const char *const letters = "\"\\bfnrt";
    const char *escape = strchr(escapes, *at);
    if (escape != NULL) {
        fprintf(out, "\\%c", letters[escape - escapes]);
    } else if ((unsigned char)*at < 0x20) {
        fprintf(out, "\\u%04x", (unsigned)*at);
    } else {
        fwrite(at, 1, bytes, out);
    }
}

void cell_json_text(FILE *out, const char *text) {
    if (text == NULL) {
        fputs("null", out);
        return;
    }
    fputc('"', out);
    while (*text != '\0') {
        size_t bytes = replaced(out, text);
        if (bytes > 0) {
            json_character(out, text, bytes);
        }
        text += bytes > 0 ? bytes : 1;
    }
    fputc('"', out);
}

/* Text in which a character of `from` is written as `to`. */
typedef struct Taming {
    const char *from; /* single bytes */
    const char *to;
    bool controls; /* characters below the blank become blanks */
} Taming;

static void put_tamed(FILE *out, const char *text, Taming taming) {
    const char *at = text != NULL ? text : "";
    while (*at != '\0') {
        size_t bytes = replaced(out, at);
        if (strchr(taming.from, *at) != NULL) {
            fputs(taming.to, out);
        } else if (taming.controls && (unsigned char)*at < 0x20) {
            fputc(' ', out);
        } else {
            fwrite(at, 1, bytes, out);
        }
        at += bytes > 0 ? bytes : 1;
    }
}

void cell_json_number_behind(FILE *out, const char *before, double value) {
    fputs(before, out);
    cell_json_number(out, value);
}

void cell_json_text_behind(FILE *out, const char *before, const char *text) {
    fputs(before, out);
    cell_json_text(out, text);
}

void cell_csv_text(FILE *out, const char *text) {
    bool quoted = text != NULL && strpbrk(text, ",\"\r\n") != NULL;
    fputs(quoted ? "\"" : "", out);
    put_tamed(out, text, (Taming){"\"", "\"\"", false});
    fputs(quoted ? "\"" : "", out);
}

void cell_dat_text(FILE *out, const char *text) {
    fputc('"', out);
    put_tamed(out, text, (Taming){"\"\\`", "'", true});
    fputc('"', out);
}

/*
 * gnuplot 5.4 takes doubled quotes amiss at the start of a string and next to each other, so quotes are strings of
 * their own. They are written as octal numbers, because it counts the quotes of a line to see where @ begins a macro.
 */
void cell_gnuplot_text(FILE *out, const char *text) {
    fputc('\'', out);
    put_tamed(out, text, (Taming){"'`", "' . \"\\047\" . '", true});
    fputc('\'', out);
}
