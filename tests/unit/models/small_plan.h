/*
 * small_plan: a small model to resolve plans of, and what is expected of that.
 */
#ifndef TESTS_UNIT_MODELS_SMALL_PLAN_H
#define TESTS_UNIT_MODELS_SMALL_PLAN_H

#include "models/plan/plan.h"

/* A GPT of 12 layers, 6 heads and hidden size 60 on sequences of 96, nothing resolved. */
TrainingSpec small_training(void);

/* One error with this path and message. */
void expect_error(TrainingSpec training, int64_t gpus, const char *path, const char *message);

/* No error; what was open is settled. */
void expect_good(TrainingSpec *training, int64_t gpus);

#endif
