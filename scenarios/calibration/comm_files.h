/*
 * comm_files: which files of measured collectives the words of a command line mean: a file is itself, a folder is its
 * *.csv, *.txt and *.log in the order of their names, not those of its folders.
 */
#ifndef SCENARIOS_CALIBRATION_COMM_FILES_H
#define SCENARIOS_CALIBRATION_COMM_FILES_H

#include "sim/engine/arena.h"
#include "sim/engine/error.h"

typedef struct CommFiles {
    const char **paths;
    int count;
} CommFiles;

/* Adds an error for a folder that has no such file. The result belongs to the errors' arena. */
CommFiles comm_files_find(const char *const *words, int word_count, ErrorList *errors);

#endif
