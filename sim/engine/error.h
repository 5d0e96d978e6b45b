/*
 * error: a user's mistakes as data. Exit codes and fatal() come with it from fatal.h.
 *
 * A mistake carries its place (file, line, column), its path inside the scenario and a sentence. They are collected,
 * never printed on the way, so that a user sees all of them at once. Programmer's mistakes are not errors: see check.h.
 */
#ifndef SIM_ENGINE_ERROR_H
#define SIM_ENGINE_ERROR_H

#include <stdio.h>

#include "sim/engine/arena.h"
#include "sim/engine/fatal.h"

typedef struct ErrorPlace {
    const char *file; /* NULL: no file, for instance a command line flag */
    int line;         /* 1.., 0 = unknown */
    int column;       /* 1.., 0 = unknown */
} ErrorPlace;

typedef struct Error {
    ErrorPlace place;
    const char *path;    /* "jobs[0].plan.tensor_parallel", "" = none */
    const char *message; /* "found X, expected Y" */
} Error;

typedef struct ErrorList {
    Arena *arena; /* owns the texts and items */
    Error *items;
    int count;
    int capacity;
} ErrorList;

void error_list_init(ErrorList *list, Arena *arena);

/* Appends an error; path may be NULL. The texts are copied into the list's arena. */
void error_list_add(ErrorList *list, ErrorPlace place, const char *path, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Appends an error of key `key` ("plan.tensor_parallel") of what has the path `path` ("jobs[0]"); its place is unknown.
 */
void error_list_add_key(ErrorList *list, const char *path, const char *key, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Prints every error as `file:line:column: path: message`, in order of file, line and column. */
void error_list_print(ErrorList *list, FILE *out);

#endif
