/*
 * traffic_echo: what folding leaves out of the shares. A group that stands for others beside it, or in other nodes,
 * loads its own ports and NICs only; those of the others carry the same, but nobody waits for them. The echo remembers
 * who stands for whom in which operation, and how often each operation ran, so that an account of every link is whole.
 * It changes no time. GPUs of one echo must have ports and NICs of their own.
 */
#ifndef MODELS_TRAFFIC_TRAFFIC_ECHO_H
#define MODELS_TRAFFIC_TRAFFIC_ECHO_H

#include <stdbool.h>

#include "sim/engine/arena.h"

typedef struct TrafficEcho TrafficEcho;

/* In an operation, `to_gpu` does beside or elsewhere what `from_gpu` does. */
typedef struct EchoPair {
    int operation;
    int from_gpu;
    int to_gpu;
} EchoPair;

TrafficEcho *traffic_echo_create(Arena *arena);

/* Remembers nobody from now on: nobody asks for the links. Runs are still counted. */
void traffic_echo_silence(TrafficEcho *echo);

bool traffic_echo_is_silent(const TrafficEcho *echo);

/* Operations must not fall. */
void traffic_echo_add(TrafficEcho *echo, EchoPair pair);

/* Counts `times` runs of an operation. */
void traffic_echo_ran(TrafficEcho *echo, int operation, double times);

double traffic_echo_runs(const TrafficEcho *echo, int operation);

/* All pairs in order of operation; sets *count. */
const EchoPair *traffic_echo_pairs(const TrafficEcho *echo, int *count);

#endif
