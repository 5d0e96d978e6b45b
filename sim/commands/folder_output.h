/*
 * folder_output: the folder that a command's option --output names: claimed before anything is simulated, then written
 * whole, or left with nothing in it when an interrupt comes. On a full disk the files that are whole stay, beside a
 * manifest.json.part in place of manifest.json, and the next run takes the folder over. It says on stderr what went
 * wrong; what the files are is the writer's.
 */
#ifndef SIM_COMMANDS_FOLDER_OUTPUT_H
#define SIM_COMMANDS_FOLDER_OUTPUT_H

#include "plots/report.h"
#include "sim/commands/command_line.h"
#include "sim/commands/interrupt.h"

typedef struct FolderOutput {
    const CommandLine *line; /* its option --output is the folder; without it nothing is written */
    const char *scenario;    /* resolved, as YAML; "" = none */
    uint64_t seed;
    bool draw;  /* pictures */
    bool trace; /* trace.json */
    bool (*write)(const ReportTarget *target, const void *results, ErrorList *errors);
    const void *results;
} FolderOutput;

/* Makes the folder and takes it over; NULL is no folder. False when it cannot be had. */
bool folder_output_claim(const CommandLine *line, const char *folder);

/* Leaves nothing of an unfinished run in its claimed folder; NULL is no folder. */
void folder_output_discard(const char *folder);

/* From now on an interrupt ends the program and leaves nothing in the folder. */
void folder_output_watch(Interrupt *interrupt, const char *folder);

/* False when it cannot be written, or when interrupt_came. */
bool folder_output_write(const FolderOutput *output);

/* Says where the files are, when there are any. */
void folder_output_tell(const CommandLine *line);

#endif
