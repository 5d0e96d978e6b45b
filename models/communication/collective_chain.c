#include "models/communication/collective_chain.h"

#include <math.h>
#include <string.h>

#include "sim/engine/check.h"
#include "sim/engine/extremes.h"

static double slowest_transfer_s(const ChainHop *hops, int first, int length) {
    double slowest_s = 0;
    for (int i = 0, rank = first; i < length; i++, rank = hops[rank].to_rank)
        slowest_s = larger(slowest_s, hops[rank].transfer_s);
    return slowest_s;
}

/* Sums of stretches of hops, of what each costs more than a wait at the slowest. */
typedef struct Stretches {
    double whole_s;    /* the whole ring */
    double cheapest_s; /* one hop */
    double most_s;     /* any that does not pass the start of the ring twice */
    double least_s;    /* the same */
} Stretches;

/* The largest and smallest sums of neighbours in one pass (Bentley, Programming Pearls, CACM 1984). */
static Stretches measure(const ChainHop *hops, int first, int length, double wait_s) {
    Stretches sums = {.cheapest_s = INFINITY, .most_s = -INFINITY, .least_s = INFINITY};
    double most_here_s = 0, least_here_s = 0;
    for (int i = 0, rank = first; i < length; i++, rank = hops[rank].to_rank) {
        double cost_s = hops[rank].latency_s + hops[rank].transfer_s - wait_s;
        sums.whole_s += cost_s;
        sums.cheapest_s = smaller(sums.cheapest_s, cost_s);
        most_here_s = larger(most_here_s, 0) + cost_s;
        least_here_s = smaller(least_here_s, 0) + cost_s;
        sums.most_s = larger(sums.most_s, most_here_s);
        sums.least_s = smaller(sums.least_s, least_here_s);
    }
    return sums;
}

static double ring_s(const ChainHop *hops, int first, const ChainSteps *steps) {
    int length = steps->count + 1;
    double wait_s = slowest_transfer_s(hops, first, length);
    Stretches sums = measure(hops, first, length, wait_s);
    /* The whole ring has one hop too many. A stretch around the start is all but one that is not. */
    double inner_s = sums.most_s == sums.whole_s ? sums.whole_s - sums.cheapest_s : sums.most_s;
    double longest_s = larger(inner_s, sums.whole_s - sums.least_s);
    if (!steps->is_end)
        longest_s = larger(sums.whole_s - sums.cheapest_s, 0);
    return steps->count * wait_s + longest_s;
}

double collective_chain_s(const ChainHop *hops, int ranks, const ChainSteps *steps, bool *seen) {
    double longest_s = 0;
    memset(seen, 0, (size_t)ranks * sizeof *seen);
    for (int first = 0; first < ranks; first++) {
        int length = 0;
        for (int rank = first; !seen[rank]; rank = hops[rank].to_rank, length++)
            seen[rank] = true;
        if (length == 0)
            continue;
        CHECK(length == steps->count + 1);
        longest_s = larger(longest_s, ring_s(hops, first, steps));
    }
    return longest_s;
}
