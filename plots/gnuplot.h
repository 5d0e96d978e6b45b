/*
 * gnuplot: runs gnuplot as a program of its own, without a shell and without the user's start-up files.
 */
#ifndef PLOTS_GNUPLOT_H
#define PLOTS_GNUPLOT_H

#include <stdio.h>

typedef enum GnuplotOutcome {
    GNUPLOT_DONE,
    GNUPLOT_MISSING, /* not installed */
    GNUPLOT_FAILED   /* it stopped with an error */
} GnuplotOutcome;

/* Runs a script of a folder in that folder; what gnuplot complains about goes to the file `log` there. */
GnuplotOutcome gnuplot_run(const char *folder, const char *script, const char *log);

/* Runs commands from a file that is open for reading from its start, and copies what gnuplot prints to `out`. */
GnuplotOutcome gnuplot_print(FILE *commands, FILE *out);

#endif
