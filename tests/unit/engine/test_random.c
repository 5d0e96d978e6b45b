#include "sim/engine/random.h"

#include <criterion/criterion.h>
#include <math.h>
#include <signal.h>

static RandomStream *stream_of(const char *entity, const char *purpose) {
    return random_stream_create(&(RandomName){.seed = 2385, .entity = entity, .purpose = purpose});
}

static double first_of(RandomName name) {
    RandomStream *stream = random_stream_create(&name);
    double first = random_uniform(stream);
    random_stream_destroy(stream);
    return first;
}

Test(random, the_same_name_gives_the_same_numbers) {
    RandomStream *a = stream_of("node[3].gpu[1]", "failure");
    RandomStream *b = stream_of("node[3].gpu[1]", "failure");
    for (int i = 0; i < 1000; i++)
        cr_assert_eq(random_uniform(a), random_uniform(b));
    random_stream_destroy(a);
    random_stream_destroy(b);
}

Test(random, every_part_of_the_name_matters) {
    const RandomName name = {.seed = 7, .point = 1, .replication = 2, .entity = "node[3]", .purpose = "failure"};
    RandomName others[] = {name, name, name, name, name, name, name};
    others[1].seed = 7 + ((uint64_t)1 << 32);
    others[2].seed = 7 + ((uint64_t)1 << 63);
    others[3].point = 2;
    others[4].replication = 1;
    others[5].entity = "node[4]";
    others[6].purpose = "repair";
    for (int i = 1; i < 7; i++)
        cr_assert_neq(first_of(others[i]), first_of(name), "part %d is not in the hash", i);
}

Test(random, the_border_between_entity_and_purpose_matters) {
    double a = first_of((RandomName){.seed = 7, .entity = "node", .purpose = "wear"});
    double b = first_of((RandomName){.seed = 7, .entity = "nodew", .purpose = "ear"});
    cr_assert_neq(a, b);
}

/* Golden: the same on every compiler and optimisation; a change breaks the reproducibility of every stored run. */
Test(random, first_values_are_these) {
    RandomStream *stream = stream_of("node[3].gpu[1]", "failure");
    cr_expect_eq(random_below(stream, 1000000007), 569404091u);
    cr_expect_eq(random_uniform(stream), 0x1.5406c083a29dbp-1);
    cr_expect_eq(random_exponential(stream, 2.385), 0x1.05204021eba15p+0);
    cr_expect_eq(random_normal(stream, 2.385, 0.5), 0x1.697749db526e7p+1);
    cr_expect_eq(random_lognormal(stream, 0.5, 0.25), 0x1.7bac235e1269cp+0);
    cr_expect_eq(random_gamma(stream, 2.5, 0.75), 0x1.df1f823ede7a8p+0);
    cr_expect_eq(random_weibull(stream, 1.5, 0.8), 0x1.2b3eabf2fc806p-1);
    cr_expect_eq(random_poisson(stream, 23.85), 28u);
    random_stream_destroy(stream);
}

enum { DRAWS = 200000 };

/* Correlation of n independent pairs is about normal with sigma 1 / sqrt(n): five sigma. */
Test(random, streams_are_independent_of_each_other) {
    RandomStream *a = stream_of("node[0]", "failure");
    RandomStream *b = stream_of("node[1]", "failure");
    double product = 0.0;
    for (int i = 0; i < DRAWS; i++)
        product += (random_uniform(a) - 0.5) * (random_uniform(b) - 0.5);
    double correlation = 12.0 * product / DRAWS;
    cr_assert_lt(fabs(correlation), 5.0 / sqrt(DRAWS), "correlation %g", correlation);
    random_stream_destroy(a);
    random_stream_destroy(b);
}

Test(random, drawing_from_one_stream_does_not_move_another) {
    RandomStream *a = stream_of("node[0]", "failure");
    RandomStream *b = stream_of("node[1]", "failure");
    for (int i = 0; i < 17; i++)
        random_gamma(a, 0.5, 2.0);
    cr_assert_eq(random_uniform(b), first_of((RandomName){2385, 0, 0, "node[1]", "failure"}));
    random_stream_destroy(a);
    random_stream_destroy(b);
}

/* First numbers of many neighbouring names, in 64 cells: chi-square with 63 degrees of freedom, 0.9999 quantile 113. */
Test(random, first_numbers_of_neighbouring_names_are_uniform) {
    int cells[64] = {0};
    for (uint32_t i = 0; i < 64000; i++)
        cells[(int)(64.0 * first_of((RandomName){.seed = 1, .replication = i, .entity = "e", .purpose = "p"}))]++;
    double chi_square = 0.0;
    for (int i = 0; i < 64; i++)
        chi_square += (cells[i] - 1000.0) * (cells[i] - 1000.0) / 1000.0;
    cr_assert_lt(chi_square, 113.0);
    cr_assert_gt(chi_square, 27.0);
}

Test(random, below_reaches_every_number_and_no_other) {
    RandomStream *stream = stream_of("dice", "throw");
    int seen[7] = {0};
    for (int i = 0; i < 7000; i++) {
        uint64_t number = random_below(stream, 7);
        cr_assert_lt(number, 7);
        seen[number]++;
    }
    for (int i = 0; i < 7; i++)
        cr_assert(seen[i] > 850 && seen[i] < 1150, "%d was drawn %d times", i, seen[i]);
    cr_assert_eq(random_below(stream, 1), 0);
    cr_assert_gt(random_below(stream, UINT64_MAX) | random_below(stream, UINT64_MAX), UINT32_MAX);
    random_stream_destroy(stream);
}

typedef double Draw(RandomStream *stream);

static double draw_uniform(RandomStream *stream) {
    return random_uniform(stream);
}
static double draw_exponential(RandomStream *stream) {
    return random_exponential(stream, 2.385);
}
static double draw_normal(RandomStream *stream) {
    return random_normal(stream, 2.385, 0.7);
}
static double draw_lognormal(RandomStream *stream) {
    return random_lognormal(stream, 0.3, 0.5);
}
static double draw_gamma(RandomStream *stream) {
    return random_gamma(stream, 2.5, 0.75);
}
static double draw_small_gamma(RandomStream *stream) {
    return random_gamma(stream, 0.4, 3.0);
}
static double draw_weibull(RandomStream *stream) {
    return random_weibull(stream, 1.7, 1.3);
}
static double draw_poisson(RandomStream *stream) {
    return random_poisson(stream, 23.85);
}

/* Mean within five standard errors; variance within 4 %, which is over five of its own for all of these. */
static void expect_moments(const char *name, Draw *draw, double mean, double variance) {
    RandomStream *stream = stream_of(name, "moments");
    double sum = 0.0;
    double squares = 0.0;
    for (int i = 0; i < DRAWS; i++) {
        double distance = draw(stream) - mean;
        sum += distance;
        squares += distance * distance;
    }
    double error = sum / DRAWS;
    cr_expect_lt(fabs(error), 5.0 * sqrt(variance / DRAWS), "%s: mean is off by %g", name, error);
    double ratio = squares / DRAWS / variance;
    cr_expect_lt(fabs(ratio - 1.0), 0.04, "%s: variance is %g of the expected", name, ratio);
    random_stream_destroy(stream);
}

Test(random, means_and_variances_are_those_of_the_distributions) {
    expect_moments("uniform", draw_uniform, 0.5, 1.0 / 12.0);
    expect_moments("exponential", draw_exponential, 2.385, 2.385 * 2.385);
    expect_moments("normal", draw_normal, 2.385, 0.49);
    double e = exp(0.3 + 0.125);
    expect_moments("lognormal", draw_lognormal, e, (exp(0.25) - 1.0) * e * e);
    expect_moments("gamma", draw_gamma, 2.5 * 0.75, 2.5 * 0.75 * 0.75);
    expect_moments("small gamma", draw_small_gamma, 1.2, 0.4 * 9.0);
    double first = 1.7 * tgamma(1.0 + 1.0 / 1.3);
    expect_moments("weibull", draw_weibull, first, 1.7 * 1.7 * tgamma(1.0 + 2.0 / 1.3) - first * first);
    expect_moments("poisson", draw_poisson, 23.85, 23.85);
}

Test(random, a_poisson_of_mean_zero_is_zero_and_a_normal_of_sigma_zero_its_mean) {
    RandomStream *stream = stream_of("a", "b");
    cr_assert_eq(random_poisson(stream, 0.0), 0u);
    cr_assert_eq(random_normal(stream, 2.385, 0.0), 2.385);
    random_stream_destroy(stream);
}

Test(random, a_bound_of_zero_is_a_mistake, .signal = SIGABRT) {
    random_below(stream_of("a", "b"), 0);
}
