/*
 * critical_path: the chain of releases that ends with the last task of a step, followed back to its start, added up by
 * whose task it was and what it did. Its parts sum to the length of the step: shortening anything else does not shorten
 * the step.
 */
#ifndef MODELS_ACCOUNT_CRITICAL_PATH_H
#define MODELS_ACCOUNT_CRITICAL_PATH_H

#include "models/workload/step.h"

/* Returns the number of parts written to *parts (from the arena), in descending order of time. */
int critical_path_of_step(const Step *step, Arena *arena, const CriticalPart **parts);

#endif
