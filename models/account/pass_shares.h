/*
 * pass_shares: what the time of a training job's kernels is made of, for the question how sure it is: shares of the
 * parts of a GPU's kernel model, and how sure each is with the sizes that this job has. From the costs of one layer and
 * of the vocabulary head, or of a whole list of layers; the optimizer and the embedding are taken to be alike.
 * Formulas: step_interval.h.
 */
#ifndef MODELS_ACCOUNT_PASS_SHARES_H
#define MODELS_ACCOUNT_PASS_SHARES_H

#include "models/plan/plan.h"
#include "sim/engine/arena.h"

typedef enum PassSharePart { PASS_PRODUCTS, PASS_ATTENTION, PASS_MEMORY, PASS_HOST, PASS_PARTS } PassSharePart;

typedef struct PassShares {
    double share[PASS_PARTS];  /* 0..1; the sum is near 1 */
    double spread[PASS_PARTS]; /* of the GPU, more where sizes are beyond what was measured */
    const char **beyond;       /* sentences about such sizes */
    int beyond_count;
} PassShares;

/* Of a resolved job; texts belong to the arena. */
PassShares pass_shares_of(const TrainingSpec *training, const GpuSpec *gpu, Arena *arena);

#endif
