#include "plots/cell.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

static void json_character(FILE *out, char character) {
    static const char *const escapes = "\"\\\b\f\n\r\t";
    static const char *const letters = "\"\\bfnrt";
    const char *escape = character != '\0' ? strchr(escapes, character) : NULL;
    if (escape != NULL) {
        fprintf(out, "\\%c", letters[escape - escapes]);
    } else if ((unsigned char)character < 0x20) {
        fprintf(out, "\\u%04x", (unsigned)character);
    } else {
        fputc(character, out);
    }
}

void cell_json_text(FILE *out, const char *text) {
    if (text == NULL) {
        fputs("null", out);
        return;
    }
    fputc('"', out);
    for (const char *at = text; *at != '\0'; at++) {
        json_character(out, *at);
    }
    fputc('"', out);
}

void cell_csv_text(FILE *out, const char *text) {
    if (text == NULL) {
        return;
    }
    if (strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '"') {
            fputc('"', out);
        }
        fputc(*at, out);
    }
    fputc('"', out);
}

static void put_tamed(FILE *out, const char *text, const char *tamed) {
    for (const char *at = text != NULL ? text : ""; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20) {
            fputc(' ', out);
        } else {
            fputc(strchr(tamed, *at) != NULL ? '\'' : *at, out);
        }
    }
}

void cell_dat_text(FILE *out, const char *text) {
    fputc('"', out);
    put_tamed(out, text, "\"\\`");
    fputc('"', out);
}

void cell_gnuplot_text(FILE *out, const char *text) {
    fputc('\'', out);
    for (const char *at = text != NULL ? text : ""; *at != '\0'; at++) {
        if (*at == '\'' || *at == '`') {
            fputs("''", out);
        } else {
            fputc((unsigned char)*at < 0x20 ? ' ' : *at, out);
        }
    }
    fputc('\'', out);
}
