/*
 * run_output: what `run` shows of its results: the report on stdout, the folder, the goals. A single run is a sweep of
 * one point without parameters and is shown as a run.
 */
#ifndef SIM_COMMANDS_RUN_OUTPUT_H
#define SIM_COMMANDS_RUN_OUTPUT_H

#include <stdbool.h>

#include "models/sweep_findings.h"
#include "plots/format.h"
#include "sim/commands/command_line.h"

typedef struct RunOutput {
    const CommandLine *line;
    const Format *format;
    const char *folder;   /* NULL = none */
    bool draw_terminal;   /* instead of the report */
    bool draw;            /* pictures into the folder */
    bool trace;           /* trace.json into the folder */
    const char *scenario; /* resolved, as YAML */
    uint64_t seed;
} RunOutput;

/* Writes the report, or the drawing for the terminal, to stdout. */
void run_output_print(const RunOutput *output, const SweepFindings *findings);

/* Makes the folder and takes it over before anything is simulated; NULL is no folder. False when it cannot be had, with
 * the reasons on stderr. */
bool run_output_claim_folder(const CommandLine *line, const char *folder);

/* Leaves nothing of an unfinished run in its claimed folder; NULL is no folder. */
void run_output_discard(const char *folder);

/* Says on stderr that a run was interrupted, and leaves nothing of it in its claimed folder; NULL is no folder. */
void run_output_interrupted(const char *folder);

/* Writes the folder, if one is wanted; false when it cannot be written, with the reasons on stderr, or when
 * interrupt_came. */
bool run_output_write_folder(const RunOutput *output, const SweepFindings *findings);

/* Lists the goals behind a report in text, on stderr otherwise; true when all are met. */
bool run_output_print_goals(const RunOutput *output, const GoalResults *goals, int count);

#endif
