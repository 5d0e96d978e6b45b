/*
 * step_interval: how sure a step time is: where 80 % of measured steps should lie, from how sure the constants are that
 * it was made of (GpuSpread, LinkSpec.spread). It re-runs nothing.
 *
 * The step is a product of independent log-normal parts: products, attention, memory-bound kernels, host, links inside
 * a node, network, everything else. Within a part all constants err together (an upper bound), parts err independently,
 * so the variance of ln(step) is the sum of (share * spread)^2; share = d ln(step) / d ln(part), to first order (delta
 * method: Casella and Berger, Statistical Inference, 5.5.4; also GUM, JCGM 100:2008, 5.1). The share of a link is its
 * exposed communication. A pass takes as long as device or host, whichever is longer: each has its share by the
 * probability that it is the longer one (Clark 1961, The Greatest of a Finite Set of Random Variables). Waiting for
 * other stages, or for slow GPUs, grows with what they do, and is divided among the parts.
 *
 * Wider near saturation, upwards only: of the communication that is hidden now, as busy as the fullest link of its kind
 * is, a share counts by the probability that a link slower by its spread would be the limit. Sizes beyond those that
 * were measured add 0.05 a doubling to the spread of products or attention, and are told as sentences.
 *
 * What is not modelled at all adds STEP_FORM_SPREAD, of lists of layers STEP_LIST_FORM_SPREAD; they come from no
 * constant but from comparing runs with measurements (`chokepoint validate` estimates the first anew, the test of
 * Pollux' runs the second).
 *
 * Software that was never measured is nearly always slower than what the plan's switches say, so that it widens an
 * interval upwards only, by what is known of it (SoftwareKnown): a tenth of steps should be longer than the upper bound
 * and a tenth shorter than the lower one, which are not equally far from the step.
 *
 * Limits: an interval says nothing of memory; with several jobs, of none of what they do to each other; on nodes of
 * several types all have the spreads of the first; of lists of layers no size is told to be beyond what was measured.
 */
#ifndef MODELS_ACCOUNT_STEP_INTERVAL_H
#define MODELS_ACCOUNT_STEP_INTERVAL_H

#include "models/results.h"
#include "models/spec.h"
#include "sim/engine/arena.h"

/* Standard deviation of ln(measured / simulated) that constants do not explain, of transformers and of lists of layers;
 * source in step_interval.c. */
extern const double STEP_FORM_SPREAD;
extern const double STEP_LIST_FORM_SPREAD;

/* What the software adds upwards, >= 0: 1.28 of it are the logarithm of what a tenth of steps exceeds; source in
 * step_interval.c. */
double step_interval_software_spread(SoftwareKnown known);

/* How many times longer the upper bound is than the step, for a spread: exp(z spread), z of the middle 80 % of the
 * normal distribution; the lower bound is that for -spread. */
double step_interval_factor(double spread);

/* The links of a whole run; there may be none. */
typedef struct LinkUses {
    const LinkUse *items;
    int count;
} LinkUses;

/* Fills results->interval of a training job that ran, and nothing of another. */
void step_interval_fill(const SimulationSpec *spec, const JobSpec *job, LinkUses links, Arena *arena, Results *results);

#endif
