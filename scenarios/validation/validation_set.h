/*
 * validation_set: the tables of measurements that the words of a command line mean, all compared, and what they come to
 * together. A word is a file, or a folder, which is its *.csv in the order of their names. Files of a folder that are
 * no table of measured runs or memory are left out with the reason; so is a table of another kind among several files
 * that are named. A file that comes up again is left out. A file that is named alone, cannot be read, or is broken, is
 * an error.
 */
#ifndef SCENARIOS_VALIDATION_VALIDATION_SET_H
#define SCENARIOS_VALIDATION_VALIDATION_SET_H

#include "scenarios/validation/interval_coverage.h"
#include "scenarios/validation/memory_table.h"
#include "scenarios/validation/plan_ranks.h"
#include "scenarios/validation/scaling_falls.h"
#include "scenarios/validation/what_if_signs.h"

/* One of runs, memory and skipped is there. */
typedef struct ValidationFile {
    const char *path;
    const char *name; /* without folders */
    const CsvTable *table;
    const Validation *runs;    /* NULL = no table of measured runs */
    const MemoryTable *memory; /* NULL = no table of memory */
    const char *skipped;       /* why it is neither */
    PlanRanks ranks;           /* of the runs, as the two below */
    ScalingFalls falls;
    WhatIfSigns signs;
    IntervalCoverage coverage;
} ValidationFile;

/* What all tables of runs come to. */
typedef struct ValidationSum {
    int files;
    int rows;
    int counts[VALIDATION_NOT_RUN + 1]; /* rows by status */
    ValidationErrors ours;
    ValidationErrors null;
    ValidationErrors memory;
    WhatIfSigns signs;
    IntervalCoverage coverage; /* rows of all files; its form_spread is the root mean square of the files' */
} ValidationSum;

typedef struct ValidationSet {
    ValidationFile *files;
    int file_count;
    ValidationSum all;
} ValidationSet;

/* Finds and reads the files; what went wrong is among the errors. The set belongs to the errors' arena. */
ValidationSet validation_set_read(const char *const *words, int word_count, ErrorList *errors);

/* Runs all rows of all files and sums them up. */
void validation_set_run(ValidationSet *set, const ValidationOptions *options, Arena *arena);

#endif
