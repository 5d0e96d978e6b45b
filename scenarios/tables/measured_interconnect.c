#include "scenarios/tables/measured_interconnect.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "scenarios/tables/measured_row.h"

static const double BITS_OF_BYTE = 8;

static bool is_digit(char letter) {
    return isdigit((unsigned char)letter) != 0;
}

static bool is_word_part(char letter) {
    return isalnum((unsigned char)letter) != 0;
}

static bool is_times(char letter) {
    return letter == 'x' || letter == 'X';
}

/* The text with `piece` instead of its bytes from `at` on. */
static const char *replaced(const char *text, const char *at, size_t bytes, const char *piece, Arena *arena) {
    return arena_format(arena, "%.*s%s%s", (int)(at - text), text, piece, at + bytes);
}

/* "8xHDR" */
static const char *part_counts(const char *text, Arena *arena) {
    for (const char *at = text; at[0] != '\0'; at++)
        if (at > text && is_times(at[0]) && is_digit(at[-1]) && isalpha((unsigned char)at[1]))
            return part_counts(replaced(text, at + 1, 0, " ", arena), arena);
    return text;
}

/* What stands between the commas, semicolons, plus signs and brackets around a place. */
static const char *clause_around(const char *text, const char *at, Arena *arena) {
    static const char ENDS[] = ",;+()";
    const char *start = at;
    while (start > text && strchr(ENDS, start[-1]) == NULL)
        start--;
    return arena_format(arena, "%.*s", (int)(at - start) + (int)strcspn(at, ENDS), start);
}

static bool has_any(const char *text, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (measured_row_has_words(text, words[i]))
            return true;
    return false;
}

#define HAS_ANY(text, words) has_any(text, words, sizeof(words) / sizeof *(words))

static bool is_of_nics(const char *clause, bool is_counted) {
    static const char *const INSIDE[] = {"NVLink", "NVSwitch", "xGMI", "Infinity", "PCIe", "HBM", "NVLink3", "NVLink4"};
    static const char *const OUTSIDE[] = {"IB",  "InfiniBand", "RoCE", "RDMA", "Ethernet", "NIC",      "NICs",
                                          "EFA", "network",    "EDR",  "HDR",  "NDR",      "Slingshot"};
    return !HAS_ANY(clause, INSIDE) && (is_counted || HAS_ANY(clause, OUTSIDE));
}

/* "8x50 GB/s", "RoCE 50 GB/s per GPU" */
static const char *bits_of_bytes(const char *text, Arena *arena) {
    for (const char *at = text; *at != '\0'; at++) {
        if (!is_digit(*at) || (at > text && (is_digit(at[-1]) || at[-1] == '.')))
            continue;
        char *end = NULL;
        double rate = strtod(at, &end);
        const char *unit = end + strspn(end, " ");
        if (strncmp(unit, "GB/s", 4) != 0 && strncmp(unit, "GBps", 4) != 0)
            continue;
        const char *before = at;
        while (before > text && before[-1] == ' ')
            before--;
        bool is_counted = before > text && is_times(before[-1]);
        if (is_of_nics(clause_around(text, at, arena), is_counted))
            return replaced(text, at, (size_t)(unit + 4 - at), arena_format(arena, "%g Gb/s", rate * BITS_OF_BYTE),
                            arena);
    }
    return text;
}

/* "8x400" and nothing that could be a unit behind it. */
static const char *bits_of_numbers(const char *text, Arena *arena) {
    static const char *const RATES[] = {"10", "25", "40", "50", "56", "100", "200", "400", "800"};
    for (const char *at = text; *at != '\0'; at++) {
        if (at == text || !is_times(*at) || !is_digit(at[-1]))
            continue;
        const char *number = at + 1 + strspn(at + 1, " ");
        size_t digits = strspn(number, "0123456789");
        const char *after = number + digits, *next = after + strspn(after, " -");
        if (digits == 0 || is_word_part(*after) || *after == '.' || (*next != '\0' && strchr("GgTtMm", *next) != NULL))
            continue;
        for (size_t i = 0; i < sizeof RATES / sizeof *RATES; i++)
            if (strlen(RATES[i]) == digits && strncmp(number, RATES[i], digits) == 0)
                return replaced(text, after, 0, "Gb", arena);
    }
    return text;
}

/* "dual-port 100GbE" */
static const char *numbers_of_words(const char *text, Arena *arena) {
    static const struct {
        const char *word;
        const char *number;
    } WORDS[] = {{"dual", "2x "}, {"quad", "4x "}};
    for (const char *at = text; *at != '\0'; at++)
        for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
            size_t bytes = strlen(WORDS[i].word);
            bool starts = at == text || !is_word_part(at[-1]);
            if (!starts || strncasecmp(at, WORDS[i].word, bytes) != 0 || is_word_part(at[bytes]) ||
                (at > text + 1 && is_times(at[-2])))
                continue;
            bytes += strspn(at + bytes, " -");
            if (strncasecmp(at + bytes, "port", 4) == 0 || strncasecmp(at + bytes, "rail", 4) == 0)
                bytes += 4 + strspn(at + bytes + 4, " -");
            return replaced(text, at, bytes, WORDS[i].number, arena);
        }
    return text;
}

/* Words of which a number behind a rate is the count. */
static bool is_card(const char *at) {
    static const char *const WORDS[] = {"NIC", "HCA", "port", "rail", "adapter", "card", "link"};
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (strncasecmp(at, WORDS[i], strlen(WORDS[i])) == 0)
            return true;
    return false;
}

/* "8 x 200": what stands in front of the x is a number. */
static bool is_product(const char *text, const char *at) {
    while (at > text && at[-1] == ' ')
        at--;
    const char *start = at;
    while (start > text && is_word_part(start[-1]))
        start--;
    return start < at && strspn(start, "0123456789") == (size_t)(at - start);
}

/* Where the count behind a rate begins, "x4", "x 4" or "(4 NICs)", and how long it is; NULL = there is none. */
static const char *count_behind(const char *text, long *count, size_t *bytes) {
    for (const char *at = text; *at != '\0'; at++) {
        if (at == text || is_word_part(at[-1]))
            continue;
        size_t head = is_times(*at) ? 1 + strspn(at + 1, " ") : *at == '(' ? 1 : 0;
        size_t digits = strspn(at + head, "0123456789");
        const char *after = at + head + digits;
        bool is_factor = is_times(*at) && digits > 0 && !is_word_part(*after) && *after != '.' && !is_product(text, at);
        bool is_number = !is_times(*at) && digits > 0 && *after == ' ' && is_card(after + 1);
        if (!is_factor && !is_number)
            continue;
        *count = strtol(at + head, NULL, 10);
        *bytes = head + digits;
        return at;
    }
    return NULL;
}

/* "HDR x4": the count goes in front of all that the semicolons leave together, where no other number with an x is. */
static const char *counts_in_front(const char *text, Arena *arena) {
    long count = 0;
    size_t bytes = 0;
    const char *at = count_behind(text, &count, &bytes);
    if (at == NULL || count < 1)
        return text;
    const char *start = at;
    while (start > text && start[-1] != ';')
        start--;
    start += strspn(start, " ");
    for (const char *before = start; before < at; before++)
        if (before > start && is_times(*before) && is_digit(before[-1]))
            return text;
    if (start == at)
        return text;
    return arena_format(arena, "%.*s%ldx %.*s%s", (int)(start - text), text, count, (int)(at - start), start,
                        at + bytes);
}

const char *measured_interconnect_plain(const char *text, Arena *arena) {
    text = part_counts(text, arena);
    text = bits_of_bytes(text, arena);
    text = bits_of_numbers(text, arena);
    text = numbers_of_words(text, arena);
    return counts_in_front(text, arena);
}

bool measured_interconnect_is_narrow(const char *text) {
    static const char *const WORDS[] = {"oversubscribed", "oversubscription", "tapered", "blocking"};
    static const char *const DENIED[] = {"1:1 oversubscribed", "no oversubscription", "non blocking"};
    for (size_t i = 0; i < sizeof DENIED / sizeof *DENIED; i++)
        if (measured_row_affirms(text, DENIED[i]))
            return false;
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (measured_row_affirms(text, WORDS[i]))
            return true;
    return false;
}
