/*
 * Would the model have chosen the plan that was measured to be best? Rows of the same model, GPUs, sequences and batch
 * are a group; in each the simulated steps are put in order, and the plan that was measured fastest should be among the
 * first three. Beside the share of groups stands what three blind draws reach: groups of three rows or fewer prove
 * nothing, so they are counted by themselves. The tables are read from ../shared/data/training-measured; without them
 * the tests are skipped.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

#include "scenarios/validation/validation.h"

enum { FIRST_FEW = 3 };

static const char *const VTRAIN = "../shared/data/training-measured/vtrain_a100_1node.csv";
static const char *const VTRAIN_64 = "../shared/data/training-measured/vtrain_a100_64gpu.csv";
static const char *const SC21 = "../shared/data/training-measured/megatron_sc21.csv";

static const double LEAST_FRACTION = 0.9;

/* What came out for the groups of a table. */
typedef struct Choice {
    int groups;
    int met;          /* groups whose measured best is among our first three */
    int telling;      /* groups of more than three rows */
    int telling_met;  /* of those */
    double blind_met; /* of those, what three draws at random would meet on average */
} Choice;

static bool same_group(const ValidationRow *one, const ValidationRow *other) {
    const JobSpec *a = &one->run.spec.jobs[0], *b = &other->run.spec.jobs[0];
    const TransformerSpec *model = &a->training.model, *second = &b->training.model;
    return a->gpus == b->gpus && a->training.sequence_tokens == b->training.sequence_tokens &&
           a->training.plan.global_batch_seqs == b->training.plan.global_batch_seqs &&
           model->hidden == second->hidden && model->layers == second->layers && model->heads == second->heads;
}

static bool ran(const ValidationRow *row) {
    return row->status == VALIDATION_RAN;
}

static bool is_first_of_group(const Validation *validation, int index) {
    bool first = ran(&validation->rows[index]);
    for (int i = 0; i < index && first; i++)
        first = !ran(&validation->rows[i]) || !same_group(&validation->rows[i], &validation->rows[index]);
    return first;
}

static void judge_group(const Validation *validation, int index, Choice *choice) {
    const ValidationRow *first = &validation->rows[index], *best = first;
    int rows = 0, faster = 0;
    for (int i = index; i < validation->row_count; i++) {
        const ValidationRow *row = &validation->rows[i];
        if (!ran(row) || !same_group(first, row))
            continue;
        rows++;
        best = row->run.step_s < best->run.step_s ? row : best;
    }
    for (int i = index; i < validation->row_count; i++)
        faster += ran(&validation->rows[i]) && same_group(first, &validation->rows[i]) &&
                  validation->rows[i].simulated_s < best->simulated_s;
    choice->groups++;
    choice->met += faster < FIRST_FEW;
    if (rows <= FIRST_FEW)
        return;
    choice->telling++;
    choice->telling_met += faster < FIRST_FEW;
    choice->blind_met += (double)FIRST_FEW / rows;
}

/* A tree without the file skips the test. */
static Choice judge(const char *file) {
    static const char *const ROOTS[] = {"scenarios"};
    if (access(file, R_OK) != 0)
        cr_skip_test("no file %s", file);
    Arena *arena = arena_create();
    ErrorList errors;
    error_list_init(&errors, arena);
    const CsvTable *table = csv_read_file(file, arena, &errors);
    cr_assert_not_null(table);
    ValidationOptions options = {.catalogue = {.roots = ROOTS, .root_count = 1}};
    const Validation *validation = validation_run(table, &options, arena);
    Choice choice = {0};
    for (int i = 0; i < validation->row_count; i++)
        if (is_first_of_group(validation, i))
            judge_group(validation, i, &choice);
    fprintf(stderr,
            "%s: the measured best is among our first 3 in %d of %d groups; of those with more rows in %d of %d (blind "
            "draws: %.1f)\n",
            file, choice.met, choice.groups, choice.telling_met, choice.telling, choice.blind_met);
    arena_destroy(arena);
    return choice;
}

Test(plan_choice, the_measured_best_of_vtrain_is_among_the_first_three_in_9_of_10_groups) {
    Choice choice = judge(VTRAIN);
    cr_expect_geq(choice.met, LEAST_FRACTION * choice.groups);
    cr_assert_geq(choice.telling, 50);
    cr_expect_geq(choice.telling_met, LEAST_FRACTION * choice.telling);
    cr_expect_gt(choice.telling_met, 1.5 * choice.blind_met);
}

Test(plan_choice, the_measured_best_of_vtrain_on_64_gpus_is_among_the_first_three) {
    Choice choice = judge(VTRAIN_64);
    cr_expect_eq(choice.telling, 1);
    cr_expect_eq(choice.telling_met, 1);
}

/* Nearly all of its groups are of one plan: the share is met, and says little. */
Test(plan_choice, the_measured_best_of_sc21_is_among_the_first_three_in_9_of_10_groups) {
    Choice choice = judge(SC21);
    cr_expect_geq(choice.groups, 10);
    cr_expect_geq(choice.met, LEAST_FRACTION * choice.groups);
}
