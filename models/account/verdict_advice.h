/*
 * verdict_advice: what to change against a category of the ledger that is large, as a key of the plan, a purchase or a
 * layout. It fits the job: what is already on is not recommended. It ranks nothing and proves nothing; verdict.h picks
 * the categories.
 */
#ifndef MODELS_ACCOUNT_VERDICT_ADVICE_H
#define MODELS_ACCOUNT_VERDICT_ADVICE_H

#include "models/results.h"
#include "models/spec.h"

/* Of a job that ran, and any category but ideal compute. */
const char *verdict_advice(const JobSpec *job, const Results *results, LedgerCategory category);

#endif
