#include "models/account/sweep_key.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The value of a point. */
typedef struct PointValue {
    const char *text;
    int point;
} PointValue;

static int compare_values(const void *one, const void *other) {
    const PointValue *first = one;
    const PointValue *second = other;
    int order = strcmp(first->text, second->text);
    return order != 0 ? order : (first->point > second->point) - (first->point < second->point);
}

/* Points with equal values side by side, each group in order of the sweep. */
static PointValue *sorted_values(Arena *arena, const SweepResults *sweep, int parameter) {
    PointValue *sorted = ARENA_ARRAY(arena, sweep->point_count, PointValue);
    for (int i = 0; i < sweep->point_count; i++)
        sorted[i] = (PointValue){sweep->points[i].values[parameter], i};
    if (sweep->point_count > 0)
        qsort(sorted, (size_t)sweep->point_count, sizeof *sorted, compare_values);
    return sorted;
}

/* For each point the first point of equal value. */
static int *first_points(Arena *arena, const SweepResults *sweep, int parameter) {
    const PointValue *sorted = sorted_values(arena, sweep, parameter);
    int *first = ARENA_ARRAY(arena, sweep->point_count, int);
    for (int i = 0; i < sweep->point_count; i++) {
        bool same = i > 0 && strcmp(sorted[i].text, sorted[i - 1].text) == 0;
        first[sorted[i].point] = same ? first[sorted[i - 1].point] : sorted[i].point;
    }
    return first;
}

/* Without a blank only a rate or one of these is a unit: "1.7B" is a model. */
static bool is_unit(const char *text) {
    static const char *const GLUED[] = {"",    "s",   "ms",  "us",  "ns",  "h",   "KB", "MB", "GB", "TB",
                                        "KiB", "MiB", "GiB", "TiB", "MHz", "GHz", "W",  "kW", "%"};
    if (*text == ' ' || strchr(text, '/') != NULL)
        return strspn(text, " ") < strlen(text);
    for (size_t i = 0; i < sizeof GLUED / sizeof GLUED[0]; i++)
        if (strcmp(text, GLUED[i]) == 0)
            return true;
    return false;
}

static bool read_numbers(const SweepKey *key, double *numbers) {
    const char *unit = NULL;
    for (int i = 0; i < key->count; i++) {
        char *end;
        numbers[i] = strtod(key->values[i], &end);
        bool same = unit == NULL || strcmp(unit, end) == 0;
        if (end == key->values[i] || !isfinite(numbers[i]) || !same || !is_unit(end))
            return false;
        unit = end;
    }
    return key->count > 0;
}

SweepKey sweep_key_of(Arena *arena, const SweepResults *sweep, int parameter) {
    const int *first = first_points(arena, sweep, parameter);
    SweepKey key = {.values = ARENA_ARRAY(arena, sweep->point_count, const char *),
                    .of_point = ARENA_ARRAY(arena, sweep->point_count, int)};
    for (int i = 0; i < sweep->point_count; i++) {
        if (first[i] == i)
            key.values[key.count] = sweep->points[i].values[parameter];
        key.of_point[i] = first[i] == i ? key.count++ : key.of_point[first[i]];
    }
    key.numbers = ARENA_ARRAY(arena, key.count, double);
    key.is_numeric = read_numbers(&key, key.numbers);
    return key;
}

/* A number and which value it is of. */
typedef struct KeyNumber {
    double number;
    int value;
} KeyNumber;

static int compare_numbers(const void *one, const void *other) {
    const KeyNumber *first = one;
    const KeyNumber *second = other;
    int order = (first->number > second->number) - (first->number < second->number);
    return order != 0 ? order : (first->value > second->value) - (first->value < second->value);
}

int *sweep_key_next(Arena *arena, const SweepKey *key) {
    int *next = ARENA_ARRAY(arena, key->count, int);
    KeyNumber *sorted = ARENA_ARRAY(arena, key->count, KeyNumber);
    for (int i = 0; i < key->count; i++) {
        next[i] = -1;
        sorted[i] = (KeyNumber){key->numbers[i], i};
    }
    if (!key->is_numeric)
        return next;
    qsort(sorted, (size_t)key->count, sizeof *sorted, compare_numbers);
    /* From the largest down; of equal numbers ("1", "1.0") the first written is the neighbour. */
    for (int i = key->count - 2; i >= 0; i--) {
        bool same = sorted[i].number == sorted[i + 1].number;
        next[sorted[i].value] = same ? next[sorted[i + 1].value] : sorted[i + 1].value;
    }
    return next;
}
