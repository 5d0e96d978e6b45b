/*
 * report: the folder of a run or of a sweep: summary.txt (the verdict first), summary.csv, series/ (data), plots/
 * (scripts and pictures), of a run also ledger.csv and, when asked, trace.json, of several jobs
 * also contention.csv and jobs/NAME/, a folder of the same kind for each; manifest.json comes last and only when
 * everything else is whole. It computes nothing itself.
 */
#ifndef PLOTS_REPORT_H
#define PLOTS_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "models/sweep_findings.h"
#include "sim/engine/error.h"

typedef struct ReportTarget {
    const char *folder; /* made when missing; one of an earlier run is cleared, any other that holds files is refused */
    const char *share;  /* the installation: its plots/ holds the *.gp */
    const char *command;  /* as typed */
    const char *version;  /* of the program */
    const char *scenario; /* resolved, as YAML */
    uint64_t seed;
    bool (*is_stopped)(void); /* asked before each file; true = write no more. NULL = never */
    bool draw;                /* run gnuplot; the scripts are written either way */
    bool trace;               /* write trace.json */
    ErrorList *warnings;      /* what went wrong without harm to the results (no gnuplot); may be NULL */
} ReportTarget;

/* A file of a folder that is neither a run's nor a sweep's. */
typedef struct ReportFile {
    const char *name; /* "plans.csv", "series/plans.dat" */
    void (*write)(FILE *out, const void *context);
} ReportFile;

/* Such a folder: its files, and one picture. */
typedef struct ReportBook {
    const char *kind; /* for the manifest */
    const char *name;
    const char *lesson;
    const char *verdict;
    const ReportFile *files;
    int file_count;
    const char *picture; /* name of the script */
    void (*write_head)(FILE *out, Arena *arena, const void *context);
    const void *context; /* for the writers */
} ReportBook;

/* False when an error was added, or the writing was stopped: nothing that looks whole is unfinished, and there is no
 * manifest.json. */
bool report_write_run(const ReportTarget *target, const Results *results, ErrorList *errors);
bool report_write_sweep(const ReportTarget *target, const SweepFindings *findings, ErrorList *errors);
bool report_write_book(const ReportTarget *target, const ReportBook *book, ErrorList *errors);

#endif
