/*
 * plan_ranks: would the model have chosen the plans that were measured to be good? Rows of one model, GPUs, precision,
 * release, sequences and global batch are a group. In each group of more than three rows, Spearman's rank correlation
 * of simulated and measured step times (Spearman 1904; ties get the mean of their ranks), and whether the plan that was
 * measured fastest is among the first three simulated, ties against it; smaller groups prove nothing.
 */
#ifndef SCENARIOS_VALIDATION_PLAN_RANKS_H
#define SCENARIOS_VALIDATION_PLAN_RANKS_H

#include "scenarios/validation/row_keys.h"

enum { PLAN_RANKS_FIRST_FEW = 3 };

typedef struct PlanRanks {
    int groups;              /* of more than PLAN_RANKS_FIRST_FEW rows, not all measured the same */
    int rows;                /* in them */
    double mean_correlation; /* over groups, -1..1; NaN without groups */
    double median_correlation;
    double least_correlation;
    double pooled_correlation; /* of all of these rows, each over the mean of its group in logarithms: large groups and
                                  large differences count more; NaN without groups */
    int best_met;              /* groups whose measured best is among the first three */
    double best_blind;         /* the same of three blind draws, on average */
} PlanRanks;

/* Of all groups of a table. */
PlanRanks plan_ranks_of(const RowKeys *keys, Arena *arena);

#endif
