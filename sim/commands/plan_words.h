/*
 * plan_words: what a search for a plan found, in words and figures for people: the sentence of the best plan, a plan as
 * a list of keys, why a class of plans was rejected. It decides nothing.
 */
#ifndef SIM_COMMANDS_PLAN_WORDS_H
#define SIM_COMMANDS_PLAN_WORDS_H

#include "scenarios/search/plan_findings.h"

/* "tensor 8 x pipeline 16 x data 8, virtual_stages 3, micro_batch 2, ...". */
const char *plan_words_of(const PlanCandidate *candidate, Arena *arena);

/* The best plan, or that none fits and what misses by least; without a full stop. */
const char *plan_words_best(const PlanSearch *search, Arena *arena);

/* The best plan in one sentence, and why it beats the next; or that none fits, and what misses by least. */
const char *plan_words_verdict(const PlanSearch *search, Arena *arena);

/* How the best plan, which there is, deals out its layers, in one sentence; "" without stages. */
const char *plan_words_layers(const PlanSearch *search, Arena *arena);

/* The plan of the front that costs least, in one sentence; "" when there is no front. */
const char *plan_words_cheapest(const PlanSearch *search, Arena *arena);

/* Why a class has no plan among the best: "cannot be", "does not fit", "dominated"; "" when it has one. */
const char *plan_words_rejection(const PlanSearch *search, const PlanClass *class);

/* Model FLOPs over peak of a simulated plan. */
double plan_words_mfu_fraction(const PlanSearch *search, const PlanCandidate *candidate);

/* What sequences are made of: "tokens", of a list of layers "samples". */
const char *plan_words_unit(const PlanSearch *search);

/* GPU-hours for a thousand million of these, of a simulated plan. */
double plan_words_gpu_hours_per_gtoken(const PlanSearch *search, const PlanCandidate *candidate);

#endif
