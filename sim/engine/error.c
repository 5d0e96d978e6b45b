#include "sim/engine/error.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/check.h"

enum { SMALLEST_CAPACITY = 8 };

void error_list_init(ErrorList *list, Arena *arena) {
    *list = (ErrorList){.arena = arena};
}

static void make_room(ErrorList *list) {
    if (list->count < list->capacity) {
        return;
    }
    int capacity = list->capacity > 0 ? list->capacity * 2 : SMALLEST_CAPACITY;
    Error *items = ARENA_ARRAY(list->arena, capacity, Error);
    if (list->count > 0) {
        memcpy(items, list->items, (size_t)list->count * sizeof(Error));
    }
    list->items = items;
    list->capacity = capacity;
}

static void append(ErrorList *list, ErrorPlace place, const char *path, const char *message) {
    make_room(list);
    Error *error = &list->items[list->count++];
    error->place = place;
    error->place.file = place.file != NULL ? arena_text(list->arena, place.file) : NULL;
    error->path = path != NULL ? arena_text(list->arena, path) : "";
    error->message = message;
}

void error_list_add(ErrorList *list, ErrorPlace place, const char *path, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    append(list, place, path, arena_format_list(list->arena, format, arguments));
    va_end(arguments);
}

void error_list_add_key(ErrorList *list, const char *path, const char *key, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    append(list, (ErrorPlace){0}, arena_format(list->arena, "%s.%s", path, key),
           arena_format_list(list->arena, format, arguments));
    va_end(arguments);
}

/* Errors without a file come first. */
static int compare_files(const char *one, const char *other) {
    if (one == NULL || other == NULL) {
        return (one != NULL) - (other != NULL);
    }
    return strcmp(one, other);
}

static int compare_places(const ErrorPlace *one, const ErrorPlace *other) {
    int files = compare_files(one->file, other->file);
    if (files != 0) {
        return files;
    }
    if (one->line != other->line) {
        return one->line < other->line ? -1 : 1;
    }
    return (one->column > other->column) - (one->column < other->column);
}

/* By insertion, which is stable; a scenario has few errors. */
static void sort(ErrorList *list) {
    for (int i = 1; i < list->count; i++) {
        Error error = list->items[i];
        int hole = i;
        for (; hole > 0 && compare_places(&error.place, &list->items[hole - 1].place) < 0; hole--) {
            list->items[hole] = list->items[hole - 1];
        }
        list->items[hole] = error;
    }
}

/* Leaves out what is unknown: a file without line, a line without column. */
static void print_place(const ErrorPlace *place, FILE *out) {
    if (place->file == NULL) {
        return;
    }
    fprintf(out, "%s:", place->file);
    if (place->line > 0) {
        fprintf(out, "%d:", place->line);
    }
    if (place->line > 0 && place->column > 0) {
        fprintf(out, "%d:", place->column);
    }
    fputc(' ', out);
}

void error_list_print(ErrorList *list, FILE *out) {
    sort(list);
    for (int i = 0; i < list->count; i++) {
        const Error *error = &list->items[i];
        print_place(&error->place, out);
        if (error->path[0] != '\0') {
            fprintf(out, "%s: ", error->path);
        }
        fprintf(out, "%s\n", error->message);
    }
}
