/*
 * flow_case: flows over links, as plain numbers, for two simulators to run. Routes are lists of links; on a star, flow
 * from a to b uses link a (up) and link host_count + b (down).
 */
#ifndef TESTS_ORACLE_FLOW_CASE_H
#define TESTS_ORACLE_FLOW_CASE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct Flow {
    double start_s;
    double bytes; /* a whole number, > 0 */
    int from;     /* host; one pair of hosts has one route */
    int to;
    int first_hop; /* in hops */
    int hop_count;
} Flow;

typedef struct FlowCase {
    char name[64];
    int host_count;
    int link_count;
    double *bytes_per_s; /* [link] */
    double latency_s;    /* of every link */
    bool is_star;
    int ring_steps; /* 0 = flows as they stand; else flow i is sent so often, each when it and flow i - 1 were */
    Flow *flows;
    int flow_count;
    int *hops; /* links */
    int hop_count;
} FlowCase;

/* Random cases of every family in turn, for the comparison of completion times. */
void flow_case_random(FlowCase *flow_case, uint64_t number);

/* The large ones, by name: ring, all_to_all, unequal (all to all), staggered, overloaded. False when there is no such
 * name. */
bool flow_case_large(FlowCase *flow_case, const char *name, int host_count);

void flow_case_free(FlowCase *flow_case);

/* Run a case: when each flow ended, and the seconds that it took on the clock of the machine, building of the links
 * apart. */
double flow_case_run(const FlowCase *flow_case, double *end_s);

#ifdef __cplusplus
extern "C"
#endif
    double
    flow_case_run_simgrid(const FlowCase *flow_case, double *end_s);

double wall_clock_s(void);

#endif
