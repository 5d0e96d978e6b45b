/*
 * progress: one line on stderr that counts points up, on a terminal only and no more often than ten times a second.
 * It has no colours, so NO_COLOR has nothing to switch off.
 */
#ifndef SIM_COMMANDS_PROGRESS_H
#define SIM_COMMANDS_PROGRESS_H

#include <stdbool.h>
#include <time.h>

typedef struct Progress {
    bool shown;             /* stderr is a terminal and the user wants it */
    struct timespec start;  /* when it began */
    struct timespec latest; /* when the line was last written */
} Progress;

/* Starts the clock; `wanted` false keeps it silent. */
Progress progress_start(bool wanted);

/* For SweepOptions.progress; the context is a Progress. */
void progress_update(void *context, int done, int total);

/* Seconds since the start. */
double progress_seconds(const Progress *progress);

#endif
