/*
 * collective_chain: how long the equal steps of rings take when each waits for what it needs of the one before. A send
 * starts when its chunk has arrived and the rank's last send has left; it arrives after its transfer and its latency,
 * during which the link is free for the next. Pure arithmetic on one hop per rank; it knows no links and no bytes.
 *
 * The longest chain of waits decides (max-plus algebra: Baccelli, Cohen, Olsder, Quadrat, Synchronization and
 * Linearity, 1992). In each step it either stays at the slowest hop, whose transfer t it waits for, or goes on with a
 * chunk over hop i for latency_i + transfer_i. So n - 1 steps of a ring of n ranks take
 *   (n - 1) * t + max over stretches of at most n - 1 neighbouring hops of the sum of latency_i + transfer_i - t
 * Latencies hide behind a slow NIC as long as the rest of the ring keeps it fed. Limits: a stretch is taken to touch a
 * slowest hop; where nearly equal waits mix over two phases, the sum of both is off by up to 1 %.
 */
#ifndef MODELS_COMMUNICATION_COLLECTIVE_CHAIN_H
#define MODELS_COMMUNICATION_COLLECTIVE_CHAIN_H

#include <stdbool.h>

/* What a rank sends in every step. */
typedef struct ChainHop {
    int to_rank;
    double latency_s;  /* from the last byte sent to the last received */
    double transfer_s; /* time that the link is taken when all ranks send */
} ChainHop;

typedef struct ChainSteps {
    int count;   /* >= 1, all equal */
    bool is_end; /* nothing comes after them; otherwise the sender of the slowest hop goes on at once */
} ChainSteps;

/* Time of the steps. The hops must form rings of count + 1 ranks (CHECK). Uses seen[0 .. ranks - 1] as scratch. */
double collective_chain_s(const ChainHop *hops, int ranks, const ChainSteps *steps, bool *seen);

#endif
