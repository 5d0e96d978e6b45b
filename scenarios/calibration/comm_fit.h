/*
 * comm_fit: the constants of a node's links that explain measured collectives best. First latency, efficiency and ramp
 * of the port inside the node, over the rows whose ranks fit in one node; then those of a NIC over the others, with the
 * port held. Nominal bandwidths, counts and what is common to all machines (collective_latency.h) are held too.
 *
 * Least mean |log(simulated / measured)| over the rows, by GSL's Nelder-Mead simplex over the logarithms of the three
 * constants, from three fixed starts; the best counts. Runs of "auto", ranks packed on nodes of one switch. Rows of an
 * all_to_all are judged but not fitted; a size that a file has again (of another type) counts once; the first row of
 * each series between nodes, a warm-up, is neither. Beside our error stands that of a null model: bytes per rank over
 * the nominal bandwidth, no latency.
 */
#ifndef SCENARIOS_CALIBRATION_COMM_FIT_H
#define SCENARIOS_CALIBRATION_COMM_FIT_H

#include "models/hardware/node.h"
#include "scenarios/calibration/comm_table.h"

/* Absolute errors of the time on one side of 1 MiB. */
typedef struct CommErrors {
    int rows;
    double median_fraction; /* NaN without rows, as the others */
    double null_fraction;   /* the null model's median */
} CommErrors;

/* Rows of one file, kind and number of ranks. */
typedef struct CommSeries {
    const char *file;
    CollectiveKind kind;
    int ranks;
    bool is_fitted;
    CommErrors large; /* from 1 MiB on */
    CommErrors small;
    double largest_bytes; /* of any row; with its bus bandwidth */
    double measured_bus_bytes_per_s;
    double simulated_bus_bytes_per_s;
} CommSeries;

typedef struct CommLinkFit {
    int rows;          /* that chose the constants; 0 = the link was not fitted */
    double loss;       /* mean |log(simulated / measured)| over them */
    double given_loss; /* the same with the constants of the node as given */
    CommErrors large;  /* of the rows that chose the constants */
    CommErrors small;
    double spread; /* residual_spread.h, of those from 1 MiB on; NaN without */
} CommLinkFit;

typedef struct CommFit {
    NodeSpec node; /* with the constants that were found */
    CommLinkFit port;
    CommLinkFit nic;
    const CommSeries *series; /* in order of first appearance */
    int series_count;
    int warm_up_rows;
} CommFit;

/* Adds an error for every row that the node cannot run: too many GPUs per node, no NICs. False when there is one. */
bool comm_fit_check(const CommTable *const *tables, int count, const NodeSpec *node, ErrorList *errors);

/* Fits the tables, which must have passed the check. The result belongs to the arena. */
const CommFit *comm_fit(const CommTable *const *tables, int count, const NodeSpec *node, Arena *arena);

#endif
