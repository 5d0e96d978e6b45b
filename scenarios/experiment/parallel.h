/*
 * parallel: the same work for each index 0 .. count - 1, on all cores. Work on different indices must share nothing
 * that changes; then the outcome does not depend on the number of threads.
 */
#ifndef SCENARIOS_EXPERIMENT_PARALLEL_H
#define SCENARIOS_EXPERIMENT_PARALLEL_H

typedef struct ParallelWork {
    int count; /* >= 0 */
    void (*work)(void *context, int index);

    /* Called after each piece, by one thread at a time and with `done` rising; may be NULL. */
    void (*progress)(void *progress_context, int done, int total);
    void *context;
    void *progress_context;
} ParallelWork;

/* Returns when all is done; `threads` 0 = as many as cores are online. */
void parallel_run(const ParallelWork *work, int threads);

#endif
