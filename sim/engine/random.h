/*
 * random: named streams of random numbers. A stream is derived by hashing (seed, point, replication, entity, purpose),
 * so that adding a component never disturbs another; the points of a sweep that share one `point` see the same chance.
 * The hash is FNV-1a, 64 bits (Fowler, Noll, Vo, 1991), over seed, point and replication in little-endian order and
 * both texts with their final zero. It seeds, by SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), a xoshiro256**
 * (Blackman, Vigna, ACM TOMS 2021; period 2^256 - 1) that is driven through GSL, whose distributions do the rest.
 */
#ifndef SIM_ENGINE_RANDOM_H
#define SIM_ENGINE_RANDOM_H

#include <stdint.h>

typedef struct RandomStream RandomStream;

typedef struct RandomName {
    uint64_t seed;
    uint32_t point;       /* of a sweep, 0.. */
    uint32_t replication; /* 0.. */
    const char *entity;   /* "node[3].gpu[1]" */
    const char *purpose;  /* "failure" */
} RandomName;

RandomStream *random_stream_create(const RandomName *name);
void random_stream_destroy(RandomStream *stream);

double random_uniform(RandomStream *stream);                             /* [0, 1) */
uint64_t random_below(RandomStream *stream, uint64_t bound);             /* 0 .. bound - 1; bound > 0 */
double random_exponential(RandomStream *stream, double mean);            /* mean > 0 */
double random_normal(RandomStream *stream, double mean, double sigma);   /* sigma >= 0 */
double random_lognormal(RandomStream *stream, double mu, double sigma);  /* of the logarithm */
double random_gamma(RandomStream *stream, double shape, double scale);   /* both > 0 */
double random_weibull(RandomStream *stream, double scale, double shape); /* both > 0 */
unsigned random_poisson(RandomStream *stream, double mean);              /* mean 0 .. 1e9 */

#endif
