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
    bool draw_terminal;   /* instead of the report */
    bool draw;            /* pictures into the folder */
    bool trace;           /* trace.json into the folder */
    const char *scenario; /* resolved, as YAML */
    uint64_t seed;
} RunOutput;

/* Writes the report, or the drawing for the terminal, to stdout. */
void run_output_print(const RunOutput *output, const SweepFindings *findings);

/* Writes the folder, if one is wanted; false when it cannot be written, with the reasons on stderr, or when
 * interrupt_came. */
bool run_output_write_folder(const RunOutput *output, const SweepFindings *findings);

/* Lists the goals behind a report in text, on stderr otherwise; true when all are met. */
bool run_output_print_goals(const RunOutput *output, const GoalResults *goals, int count);

#endif
