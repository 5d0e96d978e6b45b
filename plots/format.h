/*
 * format: the contract of an output format. A format writes one run, or all points of one sweep, to a stream; it opens
 * no files and computes nothing that Results and SweepFindings do not say, except sums, fractions and units. The same
 * Results give the same bytes. The menu is formats/table.h.
 */
#ifndef PLOTS_FORMAT_H
#define PLOTS_FORMAT_H

#include <stddef.h>
#include <stdio.h>

#include "models/sweep_findings.h"

typedef struct Format {
    const char *name;           /* the word after --format, and the file in formats/ */
    const char *summary;        /* one line for the list of formats */
    const char *file_extension; /* without dot: "csv" */
    void (*write_run)(FILE *out, const Results *results);
    void (*write_sweep)(FILE *out, const SweepFindings *findings);
} Format;

/* The format of that name, NULL when there is none; the menu by index, NULL past its end. */
const Format *format_find(const char *name);
const Format *format_at(size_t index);

#endif
