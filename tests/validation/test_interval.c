/*
 * The 80 % intervals of simulated steps against all tables of measured runs in ../shared/data/training-measured: of all
 * rows that run, 70 to 90 % should lie within theirs, as printed and with what is not modelled estimated on the other
 * tables only. Tables by themselves are printed; a table that is simulated far too fast holds less. Without the tables
 * the test is skipped.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

#include "scenarios/experiment/validation_set.h"

static const char *const FOLDER = "../shared/data/training-measured";

static void expect_share(const char *what, int held, int rows) {
    double share = (double)held / rows;
    fprintf(stderr, "%s: %.1f %% of %d rows\n", what, 100 * share, rows);
    cr_expect(share >= 0.7 && share <= 0.9, "%s: %.1f %%", what, 100 * share);
}

Test(interval, holds_70_to_90_percent_of_measured_rows) {
    static const char *const ROOTS[] = {"scenarios"};
    if (access(FOLDER, R_OK) != 0)
        cr_skip_test("no folder %s", FOLDER);
    Arena *arena = arena_create();
    ErrorList errors;
    error_list_init(&errors, arena);
    ValidationSet set = validation_set_read(&FOLDER, 1, &errors);
    cr_assert_eq(errors.count, 0);
    ValidationOptions options = {.catalogue = {.roots = ROOTS, .root_count = 1}};
    validation_set_run(&set, &options, arena);
    for (int i = 0; i < set.file_count; i++)
        if (set.files[i].coverage.rows > 0)
            fprintf(stderr, "%s: %d of %d, %d left out\n", set.files[i].name, set.files[i].coverage.held,
                    set.files[i].coverage.rows, set.files[i].coverage.held_left_out);
    const IntervalCoverage *all = &set.all.coverage;
    expect_share("within the interval as printed", all->held, all->rows);
    expect_share("with what the other tables say is not modelled", all->held_left_out, all->rows);
    arena_destroy(arena);
}
