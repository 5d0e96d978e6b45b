#include "scenarios/reader/quantity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MOST_UNIT_BYTES = 16 };

typedef struct Prefix {
    const char *text;
    double factor;
} Prefix;

typedef struct Unit {
    Dimension dimension;
    const char *text;
    double factor;
    const Prefix *prefixes;
} Unit;

#define NUMBER_PATTERN "^[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)? *"

static const Prefix LARGE[] = {{"", 1},
                               {"k", 1e3},
                               {"M", 1e6},
                               {"G", 1e9},
                               {"T", 1e12},
                               {"P", 1e15},
                               {"E", 1e18},
                               {"Ki", 1024.},
                               {"Mi", 1048576.},
                               {"Gi", 1073741824.},
                               {"Ti", 1099511627776.},
                               {"Pi", 1125899906842624.},
                               {NULL, 0}};
static const Prefix DECIMAL[] = {{"", 1},     {"k", 1e3},  {"M", 1e6},  {"G", 1e9},
                                 {"T", 1e12}, {"P", 1e15}, {"E", 1e18}, {NULL, 0}};
static const Prefix SMALL[] = {{"", 1},     {"m", 1e-3},  {"u", 1e-6}, {"\xc2\xb5", 1e-6},
                               {"n", 1e-9}, {"p", 1e-12}, {NULL, 0}};
static const Prefix NONE[] = {{"", 1}, {NULL, 0}};

static const Unit UNITS[] = {
    {DIMENSION_FRACTION, "%", 0.01, NONE},
    {DIMENSION_BYTES, "B", 1, LARGE},
    {DIMENSION_BANDWIDTH, "B/s", 1, LARGE},
    {DIMENSION_BANDWIDTH, "bit/s", 0.125, LARGE},
    {DIMENSION_BANDWIDTH, "b/s", 0.125, LARGE},
    {DIMENSION_BANDWIDTH, "bps", 0.125, LARGE},
    {DIMENSION_TIME, "s", 1, SMALL},
    {DIMENSION_TIME, "min", 60, NONE},
    {DIMENSION_TIME, "h", 3600, NONE},
    {DIMENSION_TIME, "d", 86400, NONE},
    {DIMENSION_FLOP_RATE, "flop/s", 1, DECIMAL},
    {DIMENSION_FLOP_RATE, "FLOP/s", 1, DECIMAL},
    {DIMENSION_FLOP_RATE, "FLOPS", 1, DECIMAL},
    {DIMENSION_POWER, "W", 1, DECIMAL},
    {DIMENSION_FREQUENCY, "Hz", 1, DECIMAL},
};

typedef struct DimensionWords {
    const char *name;
    const char *example;
    const char *pattern;
} DimensionWords;

static const DimensionWords WORDS[DIMENSION_END] = {
    [DIMENSION_COUNT] = {"number", "8", NULL},
    [DIMENSION_FRACTION] = {"fraction", "0.8", NUMBER_PATTERN "%?$"},
    [DIMENSION_BYTES] = {"size", "80 GiB", NUMBER_PATTERN "([kMGTPE]|[KMGTP]i)?B$"},
    [DIMENSION_BANDWIDTH] = {"bandwidth", "400 Gbit/s", NUMBER_PATTERN "([kMGTPE]|[KMGTP]i)?(B/s|bit/s|b/s|bps)$"},
    [DIMENSION_TIME] = {"duration", "5 us", NUMBER_PATTERN "([mu\xc2\xb5np]?s|min|h|d)$"},
    [DIMENSION_FLOP_RATE] = {"rate", "312 Tflop/s", NUMBER_PATTERN "[kMGTPE]?(flop/s|FLOP/s|FLOPS)$"},
    [DIMENSION_POWER] = {"power", "400 W", NUMBER_PATTERN "[kMGTPE]?W$"},
    [DIMENSION_FREQUENCY] = {"frequency", "1.41 GHz", NUMBER_PATTERN "[kMGTPE]?Hz$"},
};

QuantityProblem quantity_read_number(const char *text, double *value, const char **rest) {
    const char *digits = text + strspn(text, "+-");
    bool decimal = digits - text <= 1 && strspn(digits + (digits[0] == '.'), "0123456789") > 0;
    bool hexadecimal = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
    if (!decimal || hexadecimal)
        return QUANTITY_NO_NUMBER;
    char *end = NULL;
    double read = strtod(text, &end);
    *rest = end;
    if (!isfinite(read))
        return QUANTITY_TOO_LARGE;
    *value = read;
    return QUANTITY_GOOD;
}

typedef int Compare(const char *, const char *);

/* Compares prefix and unit, each by its own comparison. */
static bool is_unit(const char *text, const Prefix *prefix, const Unit *unit, Compare *prefix_as, Compare *unit_as) {
    char start[MOST_UNIT_BYTES] = "";
    size_t bytes = strlen(prefix->text);
    if (strlen(text) < bytes || bytes >= sizeof start)
        return false;
    memcpy(start, text, bytes);
    return prefix_as(start, prefix->text) == 0 && unit_as(text + bytes, unit->text) == 0;
}

/* The factor of the unit, 0 when it is none of that dimension. */
static double unit_factor(const char *text, Dimension dimension) {
    for (size_t i = 0; i < sizeof UNITS / sizeof UNITS[0]; i++)
        for (const Prefix *prefix = UNITS[i].prefixes; prefix->text != NULL; prefix++)
            if (UNITS[i].dimension == dimension && is_unit(text, prefix, &UNITS[i], strcmp, strcmp))
                return prefix->factor * UNITS[i].factor;
    return 0;
}

bool quantity_read_unit(const char *unit, Dimension *dimension, double *factor) {
    *factor = 0;
    for (int i = 0; i < DIMENSION_END && *factor == 0; i++) {
        *dimension = (Dimension)i;
        *factor = unit_factor(unit, *dimension);
    }
    return *factor != 0;
}

/* 150 ns is 150 / 1e9 and not 150 * 1e-9, which is another double than 150e-9. */
QuantityProblem quantity_read(const char *text, Dimension dimension, double *value) {
    double number = 0;
    const char *unit = text;
    QuantityProblem problem = quantity_read_number(text, &number, &unit);
    if (problem != QUANTITY_GOOD)
        return problem;
    unit += strspn(unit, " ");
    bool plain = dimension == DIMENSION_COUNT || dimension == DIMENSION_FRACTION;
    if (*unit == '\0' && !plain)
        return QUANTITY_NO_UNIT;
    double factor = *unit == '\0' ? 1 : unit_factor(unit, dimension);
    if (factor == 0)
        return QUANTITY_WRONG_UNIT;
    double read = factor < 1 ? number / round(1 / factor) : number * factor;
    if (!isfinite(read))
        return QUANTITY_TOO_LARGE;
    *value = read;
    return QUANTITY_GOOD;
}

static const char *find_near(const char *unit, Dimension dimension, Compare *unit_as, Arena *arena) {
    for (size_t i = 0; i < sizeof UNITS / sizeof UNITS[0]; i++)
        for (const Prefix *prefix = UNITS[i].prefixes; prefix->text != NULL; prefix++)
            if (UNITS[i].dimension == dimension && is_unit(unit, prefix, &UNITS[i], strcasecmp, unit_as))
                return arena_format(arena, "%s%s", prefix->text, UNITS[i].text);
    return NULL;
}

/* The unit with an end that people write differently as it is written here; NULL = it has none. */
static const char *respelt(const char *unit, Dimension dimension, Arena *arena) {
    static const struct {
        Dimension dimension;
        const char *said;
        const char *meant;
    } ENDS[] = {{DIMENSION_BANDWIDTH, "Bps", "B/s"},
                {DIMENSION_BANDWIDTH, "/sec", "/s"},
                {DIMENSION_BANDWIDTH, "bits/s", "bit/s"},
                {DIMENSION_BANDWIDTH, "bits", "bit/s"},
                {DIMENSION_BANDWIDTH, "bit", "bit/s"},
                {DIMENSION_BANDWIDTH, "B", "B/s"},
                {DIMENSION_BANDWIDTH, "b", "b/s"},
                {DIMENSION_TIME, "seconds", "s"},
                {DIMENSION_TIME, "second", "s"},
                {DIMENSION_TIME, "secs", "s"},
                {DIMENSION_TIME, "sec", "s"},
                {DIMENSION_TIME, "minutes", "min"},
                {DIMENSION_TIME, "minute", "min"},
                {DIMENSION_TIME, "hours", "h"},
                {DIMENSION_TIME, "hour", "h"},
                {DIMENSION_TIME, "days", "d"},
                {DIMENSION_TIME, "day", "d"},
                {DIMENSION_FLOP_RATE, "flops", "FLOPS"}};
    size_t length = strlen(unit);
    for (size_t i = 0; i < sizeof ENDS / sizeof ENDS[0]; i++) {
        size_t end = strlen(ENDS[i].said);
        if (ENDS[i].dimension == dimension && length >= end && strcmp(unit + length - end, ENDS[i].said) == 0)
            return arena_format(arena, "%.*s%s", (int)(length - end), unit, ENDS[i].meant);
    }
    return NULL;
}

/* B and b differ by 8, so their case counts first. */
const char *quantity_near_unit(const char *text, Dimension dimension, Arena *arena) {
    double number = 0;
    const char *unit = text;
    if (quantity_read_number(text, &number, &unit) != QUANTITY_GOOD)
        return NULL;
    unit += strspn(unit, " ");
    const char *spelt = respelt(unit, dimension, arena), *near = find_near(unit, dimension, strcmp, arena);
    if (near == NULL && spelt != NULL)
        near = find_near(spelt, dimension, strcmp, arena);
    return near != NULL ? near : find_near(unit, dimension, strcasecmp, arena);
}

/* The first unit of a dimension is the one that is printed. */
static const Unit *printed_unit(Dimension dimension) {
    for (size_t i = 0; i < sizeof UNITS / sizeof UNITS[0]; i++)
        if (UNITS[i].dimension == dimension)
            return &UNITS[i];
    return NULL;
}

/* Whole multiples of a binary prefix of at least 1 Mi are sizes that were meant so. */
static const Prefix *binary_prefix(double bytes) {
    const Prefix *best = NULL;
    for (const Prefix *prefix = LARGE; prefix->text != NULL; prefix++)
        if (prefix->text[0] != '\0' && prefix->text[1] == 'i' && prefix->factor >= 1048576. &&
            fmod(bytes, prefix->factor) == 0)
            best = prefix;
    return best;
}

/* The largest prefix that leaves at least 1; for small units the smallest when none does. */
static const Prefix *fitting_prefix(double value, const Unit *unit) {
    const Prefix *best = NULL;
    const Prefix *least = NULL;
    for (const Prefix *prefix = unit->prefixes; prefix->text != NULL; prefix++) {
        if (prefix->text[0] != '\0' && (prefix->text[1] == 'i' || (unsigned char)prefix->text[0] > 127))
            continue;
        if (least == NULL || prefix->factor < least->factor)
            least = prefix;
        if (fabs(value) >= prefix->factor * (1 - 1e-12) && (best == NULL || prefix->factor > best->factor))
            best = prefix;
    }
    return best != NULL ? best : least;
}

const char *quantity_text(double value, Dimension dimension, Arena *arena) {
    const Unit *unit = printed_unit(dimension);
    if (unit == NULL || dimension == DIMENSION_FRACTION)
        return arena_format(arena, "%g", value);
    if (value == 0 || !isfinite(value))
        return arena_format(arena, "%g %s", value, unit->text);
    const Prefix *prefix = dimension == DIMENSION_BYTES ? binary_prefix(value) : NULL;
    if (prefix == NULL)
        prefix = fitting_prefix(value, unit);
    return arena_format(arena, "%g %s%s", value / prefix->factor, prefix->text, unit->text);
}

const char *quantity_name(Dimension dimension) {
    return WORDS[dimension].name;
}

const char *quantity_example(Dimension dimension) {
    return WORDS[dimension].example;
}

const char *quantity_pattern(Dimension dimension) {
    return WORDS[dimension].pattern;
}
