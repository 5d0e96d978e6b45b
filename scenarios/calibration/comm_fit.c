#include "scenarios/calibration/comm_fit.h"

#include <gsl/gsl_multimin.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "models/communication/collective_loads.h"
#include "scenarios/calibration/comm_model.h"
#include "scenarios/calibration/residual_spread.h"

enum { CONSTANTS = 3, STARTS = 3, MOST_ITERATIONS = 300 };

static const double LARGE_BYTES = 1048576;
static const double SIMPLEX_STEP = 0.3;       /* of a logarithm */
static const double SIMPLEX_TOLERANCE = 1e-4; /* the same */
static const double IMPOSSIBLE = 1e9;

/* Latency in s, efficiency, ramp in s. */
static const double START[STARTS][CONSTANTS] = {{2e-6, 0.7, 30e-6}, {8e-6, 0.6, 60e-6}, {1e-6, 0.8, 10e-6}};

/* What is fitted: the constants of one link of a node, on some rows. */
typedef struct Problem {
    NodeSpec node;
    LinkSpec *link; /* of that node */
    const CommRow **rows;
    int row_count;
} Problem;

static double loss_of(const Problem *problem) {
    double sum = 0;
    for (int i = 0; i < problem->row_count; i++)
        sum += fabs(log(comm_model_seconds(&problem->node, problem->rows[i]) / problem->rows[i]->seconds));
    return sum / problem->row_count;
}

static double try_constants(const gsl_vector *logarithms, void *context) {
    Problem *problem = context;
    problem->link->latency_s = exp(gsl_vector_get(logarithms, 0));
    problem->link->efficiency_fraction = exp(gsl_vector_get(logarithms, 1));
    problem->link->ramp_s = exp(gsl_vector_get(logarithms, 2));
    bool possible =
        problem->link->efficiency_fraction <= 1 && problem->link->latency_s < 1 && problem->link->ramp_s < 1;
    return possible ? loss_of(problem) : IMPOSSIBLE;
}

/* From one start; the link gets the best constants, whose loss is returned. */
static double descend(Problem *problem, const double *start) {
    gsl_vector *point = gsl_vector_alloc(CONSTANTS), *steps = gsl_vector_alloc(CONSTANTS);
    for (int i = 0; i < CONSTANTS; i++)
        gsl_vector_set(point, (size_t)i, log(start[i]));
    gsl_vector_set_all(steps, SIMPLEX_STEP);
    gsl_multimin_function function = {.f = try_constants, .n = CONSTANTS, .params = problem};
    gsl_multimin_fminimizer *simplex = gsl_multimin_fminimizer_alloc(gsl_multimin_fminimizer_nmsimplex2, CONSTANTS);
    gsl_multimin_fminimizer_set(simplex, &function, point, steps);
    for (int i = 0; i < MOST_ITERATIONS; i++)
        if (gsl_multimin_fminimizer_iterate(simplex) || gsl_multimin_fminimizer_size(simplex) < SIMPLEX_TOLERANCE)
            break;
    double loss = try_constants(gsl_multimin_fminimizer_x(simplex), problem);
    gsl_multimin_fminimizer_free(simplex);
    gsl_vector_free(point);
    gsl_vector_free(steps);
    return loss;
}

/* Four digits are more than the rows say; they are what is printed and judged. */
static double to_four_digits(double value) {
    char text[32];
    snprintf(text, sizeof text, "%.4g", value);
    return strtod(text, NULL);
}

static double fit_link(Problem *problem) {
    LinkSpec best = *problem->link;
    double best_loss = INFINITY;
    for (int i = 0; i < STARTS; i++) {
        double loss = descend(problem, START[i]);
        if (loss < best_loss) {
            best_loss = loss;
            best = *problem->link;
        }
    }
    *problem->link = best;
    problem->link->latency_s = to_four_digits(best.latency_s);
    problem->link->efficiency_fraction = to_four_digits(best.efficiency_fraction);
    problem->link->ramp_s = to_four_digits(best.ramp_s);
    return loss_of(problem);
}

static bool is_warm_up(const NodeSpec *node, const CommRow *row) {
    return row->is_first && !comm_model_is_inside(node, row);
}

static int compare_numbers(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double median(double *values, int count) {
    if (count == 0)
        return NAN;
    qsort(values, (size_t)count, sizeof *values, compare_numbers);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

/* Errors of the rows on one side of 1 MiB. */
static CommErrors errors_of(const Problem *problem, bool large, Arena *arena) {
    double *ours = ARENA_ARRAY(arena, problem->row_count, double);
    double *null = ARENA_ARRAY(arena, problem->row_count, double);
    int count = 0;
    for (int i = 0; i < problem->row_count; i++) {
        const CommRow *row = problem->rows[i];
        if ((row->bytes >= LARGE_BYTES) != large)
            continue;
        ours[count] = fabs(comm_model_seconds(&problem->node, row) / row->seconds - 1);
        null[count++] = fabs(comm_model_null_seconds(&problem->node, row) / row->seconds - 1);
    }
    return (CommErrors){count, median(ours, count), median(null, count)};
}

static double spread_of(const Problem *problem, Arena *arena) {
    double *residuals = ARENA_ARRAY(arena, problem->row_count, double);
    int count = 0;
    for (int i = 0; i < problem->row_count; i++)
        if (problem->rows[i]->bytes >= LARGE_BYTES)
            residuals[count++] =
                fabs(log(comm_model_seconds(&problem->node, problem->rows[i]) / problem->rows[i]->seconds));
    return residual_spread(residuals, count);
}

/* Chooses the rows inside a node or between nodes. */
static Problem choose_rows(const CommTable *const *tables, int count, const NodeSpec *node, bool inside, Arena *arena) {
    int all = 0;
    for (int i = 0; i < count; i++)
        all += tables[i]->row_count;
    Problem problem = {.node = *node, .rows = ARENA_ARRAY(arena, all, const CommRow *)};
    for (int i = 0; i < count; i++)
        for (int j = 0; j < tables[i]->row_count; j++) {
            const CommRow *row = &tables[i]->rows[j];
            if (comm_model_is_inside(node, row) == inside && row->kind != COLLECTIVE_ALL_TO_ALL && !row->is_repeat &&
                !is_warm_up(node, row))
                problem.rows[problem.row_count++] = row;
        }
    return problem;
}

static CommLinkFit fit_problem(Problem *problem, LinkSpec *link, Arena *arena) {
    if (problem->row_count == 0)
        return (CommLinkFit){0};
    problem->link = link;
    double given_loss = loss_of(problem);
    double loss = fit_link(problem);
    return (CommLinkFit){.rows = problem->row_count,
                         .loss = loss,
                         .given_loss = given_loss,
                         .large = errors_of(problem, true, arena),
                         .small = errors_of(problem, false, arena),
                         .spread = spread_of(problem, arena)};
}

static CommSeries judge(const CommTable *table, const CommRow *first, const NodeSpec *node, Arena *arena) {
    Problem problem = {.node = *node, .rows = ARENA_ARRAY(arena, table->row_count, const CommRow *)};
    CommSeries series = {.file = table->file,
                         .kind = first->kind,
                         .ranks = first->ranks,
                         .is_fitted = first->kind != COLLECTIVE_ALL_TO_ALL};
    for (int i = 0; i < table->row_count; i++) {
        const CommRow *row = &table->rows[i];
        if (row->kind != first->kind || row->ranks != first->ranks || row->is_repeat || is_warm_up(node, row))
            continue;
        problem.rows[problem.row_count++] = row;
        if (row->bytes < series.largest_bytes)
            continue;
        double bus_bytes = row->bytes * collective_bus_factor(row->kind, row->ranks);
        series.largest_bytes = row->bytes;
        series.measured_bus_bytes_per_s = bus_bytes / row->seconds;
        series.simulated_bus_bytes_per_s = bus_bytes / comm_model_seconds(node, row);
    }
    series.large = errors_of(&problem, true, arena);
    series.small = errors_of(&problem, false, arena);
    return series;
}

static bool is_listed(const CommFit *fit, const CommTable *table, const CommRow *row) {
    for (int i = 0; i < fit->series_count; i++)
        if (fit->series[i].file == table->file && fit->series[i].kind == row->kind &&
            fit->series[i].ranks == row->ranks)
            return true;
    return false;
}

/* Room for one series per first row of one. */
static void judge_all(CommFit *fit, const CommTable *const *tables, int count, Arena *arena) {
    int most = 0;
    for (int i = 0; i < count; i++)
        for (int j = 0; j < tables[i]->row_count; j++) {
            most += tables[i]->rows[j].is_first;
            fit->warm_up_rows += is_warm_up(&fit->node, &tables[i]->rows[j]);
        }
    CommSeries *series = ARENA_ARRAY(arena, most, CommSeries);
    fit->series = series;
    for (int i = 0; i < count; i++)
        for (int j = 0; j < tables[i]->row_count; j++) {
            const CommRow *row = &tables[i]->rows[j];
            if (row->is_first && !is_listed(fit, tables[i], row))
                series[fit->series_count++] = judge(tables[i], row, &fit->node, arena);
        }
}

const CommFit *comm_fit(const CommTable *const *tables, int count, const NodeSpec *node, Arena *arena) {
    CommFit *fit = ARENA_NEW(arena, CommFit);
    fit->node = *node;
    Problem inside = choose_rows(tables, count, node, true, arena);
    bool has_nvlink = node->nvlink.bytes_per_s > 0 && node->gpus > 1;
    fit->port = fit_problem(&inside, has_nvlink ? &inside.node.nvlink : &inside.node.pcie, arena);
    Problem between = choose_rows(tables, count, &inside.node, false, arena);
    fit->nic = fit_problem(&between, &between.node.nic, arena);
    fit->node = between.node;
    judge_all(fit, tables, count, arena);
    return fit;
}

bool comm_fit_check(const CommTable *const *tables, int count, const NodeSpec *node, ErrorList *errors) {
    int before = errors->count;
    for (int i = 0; i < count; i++)
        for (int j = 0; j < tables[i]->row_count; j++) {
            const CommRow *row = &tables[i]->rows[j];
            ErrorPlace place = {.file = tables[i]->file, .line = row->line, .column = 1};
            int packed = row->ranks < node->gpus ? row->ranks : node->gpus;
            if (row->is_first && row->gpus_per_node > 0 && row->gpus_per_node != packed)
                error_list_add(errors, place, NULL,
                               "found %d of %d ranks on a node, expected %d as node %s has %d GPUs", row->gpus_per_node,
                               row->ranks, packed, node->name, node->gpus);
            if (row->is_first && row->ranks > node->gpus && node->nics == 0)
                error_list_add(errors, place, NULL, "found %d ranks, expected at most %d as node %s has no NICs",
                               row->ranks, node->gpus, node->name);
        }
    return errors->count == before;
}
