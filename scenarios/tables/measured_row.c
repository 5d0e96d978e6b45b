#include "scenarios/tables/measured_row.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "scenarios/reader/yaml_node.h"
#include "sim/engine/check.h"

enum { MOST_PARTS = 1000000 }; /* as a scenario may have: products of three fit in 64 bits */

static const char BLANKS[] = " \t\r\n";

/* Far above anything measured, so that products of two counts fit in 64 bits. */
static const double MOST_COUNT = 1e9;

/* Whatever the unit: an exponent with a digit too many is none of them. */
static const double LEAST_NUMBER = 1e-12, MOST_NUMBER = 1e12;

static bool says_nothing(const char *text) {
    static const char *const WORDS[] = {"n/a", "na", "nan", "-", "--", "?", "unknown", "not stated"};
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (strcasecmp(text, WORDS[i]) == 0)
            return true;
    return false;
}

const char *measured_row_text(const MeasuredRow *row, const char *column) {
    int index = csv_column(row->table, column);
    if (index < 0)
        return "";
    const char *start = row->row->cells[index] + strspn(row->row->cells[index], BLANKS);
    size_t bytes = strlen(start);
    while (bytes > 0 && strchr(BLANKS, start[bytes - 1]) != NULL)
        bytes--;
    const char *text = arena_format(row->arena, "%.*s", (int)bytes, start);
    return says_nothing(text) ? "" : text;
}

/* strtod also reads hexadecimal numbers and words. */
static bool is_decimal(const char *text) {
    return text[strspn(text, "0123456789.eE+-")] == '\0';
}

double measured_row_decimal(const char *text) {
    char *end = NULL;
    double value = strtod(text, &end);
    return *end == '\0' && is_decimal(text) && value >= LEAST_NUMBER && value <= MOST_NUMBER ? value : 0;
}

double measured_row_number(MeasuredRow *row, const char *column) {
    const char *text = measured_row_text(row, column);
    double value = measured_row_decimal(text);
    if (text[0] == '\0' || value > 0)
        return value;
    measured_row_refuse(row, "%s: found \"%s\", expected a number above 0", column,
                        yaml_node_shown_text(text, row->arena));
    return 0;
}

int64_t measured_row_count(MeasuredRow *row, const char *column) {
    const char *text = measured_row_text(row, column);
    char *end = NULL;
    double value = strtod(text, &end);
    if (text[0] == '\0')
        return 0;
    if (*end == '\0' && is_decimal(text) && value >= 1 && value <= MOST_COUNT && value == floor(value))
        return (int64_t)value;
    measured_row_refuse(row, "%s: found \"%s\", expected a whole number from 1", column,
                        yaml_node_shown_text(text, row->arena));
    return 0;
}

int64_t measured_row_parts(MeasuredRow *row, const char *column) {
    int64_t parts = measured_row_count(row, column);
    if (parts > MOST_PARTS)
        measured_row_refuse(row, "%s: found %lld, expected at most %d", column, (long long)parts, MOST_PARTS);
    return parts;
}

int64_t measured_row_needed_count(MeasuredRow *row, const char *column) {
    if (measured_row_text(row, column)[0] == '\0')
        measured_row_refuse(row, "%s is not stated", column);
    return measured_row_count(row, column);
}

static const char *format_text(Arena *arena, const char *format, va_list arguments) {
    char text[512];
    vsnprintf(text, sizeof text, format, arguments);
    return arena_text(arena, text);
}

void measured_row_assume(MeasuredRow *row, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const char *sentence = format_text(row->arena, format, arguments);
    va_end(arguments);
    for (int i = 0; i < row->assumption_count; i++)
        if (strcmp(row->assumptions[i], sentence) == 0)
            return;
    CHECK(row->assumption_count < MEASURED_MOST_ASSUMPTIONS);
    row->assumptions[row->assumption_count++] = sentence;
}

void measured_row_refuse(MeasuredRow *row, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    if (row->reason == NULL)
        row->reason = format_text(row->arena, format, arguments);
    va_end(arguments);
}

static bool has_word(const char *text, const char *word, size_t bytes) {
    for (const char *at = text; *at != '\0'; at++) {
        bool starts = at == text || !isalnum((unsigned char)at[-1]);
        if (starts && strncasecmp(at, word, bytes) == 0 && !isalnum((unsigned char)at[bytes]))
            return true;
    }
    return false;
}

bool measured_row_has_words(const char *text, const char *words) {
    for (const char *word = words + strspn(words, " "); *word != '\0'; word += strspn(word, " ")) {
        size_t bytes = strcspn(word, " ");
        if (!has_word(text, word, bytes))
            return false;
        word += bytes;
    }
    return true;
}

bool measured_row_names(const MeasuredRow *row, const char *words) {
    return measured_row_has_words(measured_row_text(row, "source"), words) ||
           measured_row_has_words(measured_row_text(row, "note"), words);
}

bool measured_row_mentions(const MeasuredRow *row, const char *words) {
    return measured_row_names(row, words) || measured_row_has_words(measured_row_text(row, "release"), words);
}

bool measured_row_has_family(const char *text, const char *family) {
    size_t bytes = strlen(family);
    for (const char *at = text; *at != '\0'; at++) {
        bool starts = at == text || !isalnum((unsigned char)at[-1]);
        if (starts && strncasecmp(at, family, bytes) == 0 && !isalpha((unsigned char)at[bytes]))
            return true;
    }
    return false;
}

/* Where the phrase that begins here ends; NULL = none does. */
static const char *phrase_end(const char *at, const char *phrase) {
    for (; *phrase != '\0'; phrase++) {
        if (*phrase == ' ') {
            at += *at != '\0' && !isalnum((unsigned char)*at);
            continue;
        }
        if (tolower((unsigned char)*at) != tolower((unsigned char)*phrase))
            return NULL;
        at++;
    }
    return isalpha((unsigned char)*at) ? NULL : at;
}

/* Whether the word that ends here denies what follows. */
static bool denies(const char *text, const char *end) {
    static const char *const WORDS[] = {"no", "not", "non", "without"};
    while (end > text && strchr(" -_", end[-1]) != NULL)
        end--;
    const char *start = end;
    while (start > text && isalnum((unsigned char)start[-1]))
        start--;
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if ((size_t)(end - start) == strlen(WORDS[i]) && strncasecmp(start, WORDS[i], strlen(WORDS[i])) == 0)
            return true;
    return false;
}

bool measured_row_affirms(const char *text, const char *phrase) {
    for (const char *at = text; *at != '\0'; at++) {
        bool starts = at == text || !isalnum((unsigned char)at[-1]);
        const char *end = starts ? phrase_end(at, phrase) : NULL;
        if (end == NULL || denies(text, at))
            continue;
        end += strspn(end, " :=");
        if (phrase_end(end, "off") == NULL && phrase_end(end, "disabled") == NULL && phrase_end(end, "false") == NULL)
            return true;
    }
    return false;
}
