/*
 * Memory against Korthikanti et al. 2022 (arXiv 2205.05198), Figures 1 and 7, as stored in ../shared/data: parameters
 * with optimizer state, and activations of the fullest stage's layers, by recomputation technique. The figures are
 * formulas, drawn: what is proved is that the layers follow them.
 */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "scenarios/validation/memory_table.h"

static const char *const FILE_NAME = "../shared/data/training-measured/korthikanti_memory.csv";

Test(memory, is_within_2_percent_of_every_figure_of_korthikanti) {
    if (access(FILE_NAME, R_OK) != 0)
        cr_skip_test("no file %s", FILE_NAME);
    Arena *arena = arena_create();
    ErrorList errors;
    error_list_init(&errors, arena);
    const CsvTable *table = csv_read_file(FILE_NAME, arena, &errors);
    cr_assert_not_null(table);
    const MemoryTable *memory = memory_table_run(table, arena);
    printf("memory: activations of %d rows, mean error %.1f %%, worst %+.1f %%; weights and optimizer of %d, %.1f %%\n",
           memory->activations.rows, 100 * memory->activations.mean_absolute_fraction,
           100 * memory->activations.worst_fraction, memory->state.rows, 100 * memory->state.mean_absolute_fraction);
    cr_assert_eq(memory->activations.rows, 24);
    cr_assert_eq(memory->state.rows, 8);
    cr_assert_lt(fabs(memory->activations.worst_fraction), 0.02);
    cr_assert_lt(fabs(memory->state.worst_fraction), 0.02);
    arena_destroy(arena);
}
