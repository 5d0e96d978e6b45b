#include "sim/engine/random.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <limits.h>
#include <stdlib.h>

#include "sim/engine/check.h"
#include "sim/engine/fatal.h"
#include "sim/engine/splitmix.h"

_Static_assert(ULONG_MAX == UINT64_MAX, "GSL hands random bits over as unsigned long");

typedef struct Xoshiro {
    uint64_t s[4];
} Xoshiro;

/* The generator is a part of the stream, because gsl_rng_alloc would call GSL's global error handler. */
struct RandomStream {
    gsl_rng generator;
    Xoshiro state;
};

static uint64_t next_seed(uint64_t *state) {
    return splitmix_finish(*state += SPLITMIX_STEP);
}

static void xoshiro_set(void *state, unsigned long seed) {
    Xoshiro *xoshiro = state;
    uint64_t mixed = seed;
    for (int i = 0; i < 4; i++)
        xoshiro->s[i] = next_seed(&mixed);
}

static uint64_t rotate_left(uint64_t bits, int count) {
    return (bits << count) | (bits >> (64 - count));
}

static unsigned long xoshiro_get(void *state) {
    uint64_t *s = ((Xoshiro *)state)->s;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate_left(s[3], 45);
    return result;
}

/* The upper 53 bits: every double is a multiple of 2^-53, and 1 is never reached. */
static double xoshiro_get_double(void *state) {
    return (double)(xoshiro_get(state) >> 11) * 0x1.0p-53;
}

static const gsl_rng_type XOSHIRO_TYPE = {
    .name = "xoshiro256**",
    .max = ULONG_MAX,
    .min = 0,
    .size = sizeof(Xoshiro),
    .set = xoshiro_set,
    .get = xoshiro_get,
    .get_double = xoshiro_get_double,
};

static uint64_t hash_byte(uint64_t hash, unsigned char byte) {
    return (hash ^ byte) * 0x100000001b3u;
}

static uint64_t hash_number(uint64_t hash, uint64_t number, int bytes) {
    for (int i = 0; i < bytes; i++)
        hash = hash_byte(hash, (unsigned char)(number >> (8 * i)));
    return hash;
}

static uint64_t hash_text(uint64_t hash, const char *text) {
    for (; *text != '\0'; text++)
        hash = hash_byte(hash, (unsigned char)*text);
    return hash_byte(hash, 0);
}

static uint64_t hash_name(const RandomName *name) {
    uint64_t hash = hash_number(0xcbf29ce484222325u, name->seed, 8);
    hash = hash_number(hash, name->point, 4);
    hash = hash_number(hash, name->replication, 4);
    return hash_text(hash_text(hash, name->entity), name->purpose);
}

RandomStream *random_stream_create(const RandomName *name) {
    CHECK(name->entity != NULL && name->purpose != NULL);
    RandomStream *stream = malloc(sizeof *stream);
    if (stream == NULL)
        fatal("out of memory for a random stream");
    stream->generator = (gsl_rng){.type = &XOSHIRO_TYPE, .state = &stream->state};
    gsl_rng_set(&stream->generator, hash_name(name));
    return stream;
}

void random_stream_destroy(RandomStream *stream) {
    free(stream);
}

double random_uniform(RandomStream *stream) {
    return gsl_rng_uniform(&stream->generator);
}

uint64_t random_below(RandomStream *stream, uint64_t bound) {
    CHECK(bound > 0);
    return gsl_rng_uniform_int(&stream->generator, bound);
}

double random_exponential(RandomStream *stream, double mean) {
    CHECK(mean > 0.0);
    return gsl_ran_exponential(&stream->generator, mean);
}

double random_normal(RandomStream *stream, double mean, double sigma) {
    CHECK(sigma >= 0.0);
    return mean + gsl_ran_gaussian_ziggurat(&stream->generator, sigma);
}

double random_lognormal(RandomStream *stream, double mu, double sigma) {
    CHECK(sigma >= 0.0);
    return gsl_ran_lognormal(&stream->generator, mu, sigma);
}

double random_gamma(RandomStream *stream, double shape, double scale) {
    CHECK(shape > 0.0 && scale > 0.0);
    return gsl_ran_gamma(&stream->generator, shape, scale);
}

double random_weibull(RandomStream *stream, double scale, double shape) {
    CHECK(scale > 0.0 && shape > 0.0);
    return gsl_ran_weibull(&stream->generator, scale, shape);
}

unsigned random_poisson(RandomStream *stream, double mean) {
    CHECK(mean >= 0.0 && mean <= 1e9);
    return gsl_ran_poisson(&stream->generator, mean);
}
