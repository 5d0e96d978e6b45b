#include "sim/commands/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "sim/commands/note.h"

static double seconds_between(const struct timespec *from, const struct timespec *to) {
    return (double)(to->tv_sec - from->tv_sec) + (double)(to->tv_nsec - from->tv_nsec) * 1e-9;
}

static struct timespec now(void) {
    struct timespec time = {0};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time;
}

Progress progress_start(bool wanted) {
    return (Progress){.shown = wanted && isatty(STDERR_FILENO), .start = now()};
}

void progress_update(void *context, int done, int total) {
    Progress *progress = context;
    if (!progress->shown)
        return;
    struct timespec time = now();
    if (done < total && seconds_between(&progress->latest, &time) < 0.1)
        return;
    progress->latest = time;
    if (done < total)
        fprintf(note_stream(), "\r%d of %d points", done, total);
    else
        fprintf(note_stream(), "\r%32s\r", "");
}

double progress_seconds(const Progress *progress) {
    struct timespec time = now();
    return seconds_between(&progress->start, &time);
}
