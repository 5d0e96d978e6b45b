/*
 * output: the files of one output folder. A file is written as NAME.part and gets its name only when every byte is on
 * disk, so that nothing unfinished ever looks whole. Trouble becomes an entry of the ErrorList.
 */
#ifndef PLOTS_OUTPUT_H
#define PLOTS_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "sim/engine/error.h"

typedef struct Output {
    const char *folder;
    ErrorList *errors;        /* its arena owns the paths */
    bool (*is_stopped)(void); /* asked before each file; true = write no more. NULL = never */
} Output;

/*
 * Makes the folder with series/ and plots/ in it and takes it over: a folder that holds files must have a manifest of
 * this program, whose run is then removed, with the folders of its jobs. False: an error was added, nothing was
 * removed.
 */
bool output_claim(const Output *output);

/* Removes what an unfinished run has left in a folder that was claimed, and all of its folders that are empty then. */
void output_discard(const Output *output);

/* Makes the folder with series/ and plots/ in it, below a folder that was claimed. False: an error was added. */
bool output_make(const Output *output);

/* Opens NAME.part for writing; NULL when an error was added, which is one when the output is stopped. `name` is
 * relative to the folder. */
FILE *output_open(const Output *output, const char *name);

/* Closes the stream and gives the file its name, or removes it and adds an error. NULL is a file that never opened. */
bool output_close(const Output *output, FILE *file, const char *name);

/* Closes and removes a file that cannot be finished. */
void output_abandon(const Output *output, FILE *file, const char *name);

/* folder/name, owned by the error list's arena. */
const char *output_path(const Output *output, const char *name);

#endif
