/*
 * splitmix: the generator SplitMix64 (Steele, Lea, Flood, OOPSLA 2014) as a hash: 64 bits to 64 bits, one to one, every
 * bit spread over all others; the same everywhere. For chance there is random.h.
 */
#ifndef SIM_ENGINE_SPLITMIX_H
#define SIM_ENGINE_SPLITMIX_H

#include <stdint.h>

/* What the generator's state grows by from number to number. */
#define SPLITMIX_STEP 0x9e3779b97f4a7c15U

/* The number at a state; that of 0 is 0. */
static inline uint64_t splitmix_finish(uint64_t state) {
    state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9U;
    state = (state ^ (state >> 27)) * 0x94d049bb133111ebU;
    return state ^ (state >> 31);
}

/* The first number of the generator with that seed. */
static inline uint64_t splitmix_hash(uint64_t seed) {
    return splitmix_finish(seed + SPLITMIX_STEP);
}

#endif
