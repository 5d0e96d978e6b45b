#include "scenarios/validation/plan_ranks.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

/* What rows of a group have in common. */
static const RowSet GROUP = ROW_ALL & ~(ROW_BIT(ROW_TENSOR) | ROW_BIT(ROW_PIPELINE) | ROW_BIT(ROW_CHUNKS) |
                                        ROW_BIT(ROW_CONTEXT) | ROW_BIT(ROW_EXPERT) | ROW_BIT(ROW_SHARDING) |
                                        ROW_BIT(ROW_MICRO_BATCH) | ROW_BIT(ROW_ACCUMULATION) | ROW_BIT(ROW_RECOMPUTE));

/* Room for the rows of all groups, one group behind the other, and for the groups. */
typedef struct Ranking {
    double *measured; /* [row]: logarithm of the step time; of closed groups over the group's mean */
    double *simulated;
    double *work;         /* [2 * row] */
    double *correlations; /* [group] */
    int rows;             /* of closed groups */
} Ranking;

static bool is_constant(const double *values, int count) {
    return gsl_stats_max(values, 1, (size_t)count) <= gsl_stats_min(values, 1, (size_t)count);
}

/* A model to which all plans are alike puts nothing in order: 0. */
static double spearman(const Ranking *ranking, int from, int count) {
    if (is_constant(ranking->simulated + from, count))
        return 0;
    return gsl_stats_spearman(ranking->measured + from, 1, ranking->simulated + from, 1, (size_t)count, ranking->work);
}

/* Rows of the group of row `first`, put behind those of the closed groups. */
static int gather(const RowKeys *keys, int first, const Ranking *ranking) {
    int count = 0;
    for (int row = first; row < keys->validation->row_count; row++) {
        const ValidationRow *item = &keys->validation->rows[row];
        if (!keys->ran[row] || (row_keys_difference(keys, first, row) & GROUP) != 0)
            continue;
        ranking->measured[ranking->rows + count] = log(item->run.step_s);
        ranking->simulated[ranking->rows + count++] = log(item->simulated_s);
    }
    return count;
}

static bool is_best_among_first(const double *measured, const double *simulated, int count) {
    int faster = 0;
    size_t best = gsl_stats_min_index(measured, 1, (size_t)count);
    for (int i = 0; i < count; i++)
        faster += (size_t)i != best && simulated[i] <= simulated[best];
    return faster < PLAN_RANKS_FIRST_FEW;
}

/* Equal values become 0 exactly. */
static void centre(double *values, int count) {
    double mean = is_constant(values, count) ? values[0] : gsl_stats_mean(values, 1, (size_t)count);
    for (int i = 0; i < count; i++)
        values[i] -= mean;
}

static void judge(PlanRanks *ranks, Ranking *ranking, int count) {
    double *measured = ranking->measured + ranking->rows, *simulated = ranking->simulated + ranking->rows;
    if (count <= PLAN_RANKS_FIRST_FEW || is_constant(measured, count))
        return;
    ranking->correlations[ranks->groups++] = spearman(ranking, ranking->rows, count);
    ranks->best_met += is_best_among_first(measured, simulated, count);
    ranks->best_blind += (double)PLAN_RANKS_FIRST_FEW / count;
    centre(measured, count);
    centre(simulated, count);
    ranking->rows += count;
}

static void summarise(PlanRanks *ranks, const Ranking *ranking) {
    size_t groups = (size_t)ranks->groups;
    ranks->rows = ranking->rows;
    if (groups == 0)
        return;
    ranks->pooled_correlation = spearman(ranking, 0, ranking->rows);
    ranks->mean_correlation = gsl_stats_mean(ranking->correlations, 1, groups);
    gsl_sort(ranking->correlations, 1, groups);
    ranks->median_correlation = gsl_stats_median_from_sorted_data(ranking->correlations, 1, groups);
    ranks->least_correlation = ranking->correlations[0];
}

PlanRanks plan_ranks_of(const RowKeys *keys, Arena *arena) {
    int rows = keys->validation->row_count;
    PlanRanks ranks = {
        .mean_correlation = NAN, .median_correlation = NAN, .least_correlation = NAN, .pooled_correlation = NAN};
    Ranking ranking = {.measured = ARENA_ARRAY(arena, rows, double),
                       .simulated = ARENA_ARRAY(arena, rows, double),
                       .work = ARENA_ARRAY(arena, 2 * rows, double),
                       .correlations = ARENA_ARRAY(arena, rows, double)};
    for (int row = 0; row < rows; row++)
        if (row_keys_is_first(keys, row, GROUP))
            judge(&ranks, &ranking, gather(keys, row, &ranking));
    summarise(&ranks, &ranking);
    return ranks;
}
