/*
 * collective_results: one collective over a list of message sizes, with times and bandwidths as nccl-tests prints them.
 * Plain constant values; collective_sweep.h makes them, plots/collective_table.h shows them.
 */
#ifndef MODELS_ACCOUNT_COLLECTIVE_RESULTS_H
#define MODELS_ACCOUNT_COLLECTIVE_RESULTS_H

typedef struct CollectiveRow {
    double bytes;                 /* >= 0; the size column of nccl-tests: the full buffer of one rank */
    double seconds;               /* >= 0; 0 with one rank */
    double algorithm_bytes_per_s; /* bytes / seconds; NaN when no time passes */
    double bus_bytes_per_s;       /* that times the bus factor: comparable with the speed of links */
    const char *algorithm;        /* name in collectives/table.h */
} CollectiveRow;

typedef struct CollectiveResults {
    const char *name; /* of the job, "" = none */
    const char *kind; /* "all_reduce" */
    int ranks;        /* >= 1 */
    int nodes;        /* >= 1; that the ranks are on */
    const CollectiveRow *rows;
    int row_count;
} CollectiveResults;

#endif
