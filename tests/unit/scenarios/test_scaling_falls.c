#include <criterion/criterion.h>
#include <math.h>

#include "scenarios/validation/scaling_falls.h"
#include "tests/unit/scenarios/judged_rows.h"

/* A row of weak scaling, whose throughput per GPU is 1 / its step time, up to a factor. */
#define WEAK(gpus, measured, simulated)                                                                                \
    { "a", "1", "bf16", gpus, 2 * gpus, 4, measured, simulated }

Test(scaling_falls, the_cliff_lies_where_a_fifth_is_lost) {
    /* Measured 1, 0.9, 0.7: 0.8 is half of the way from 16 to 32 in doublings. Simulated 1, 0.96, 0.64. */
    const JudgedRow rows[] = {WEAK(32, 1 / 0.7, 3 / 0.64), WEAK(8, 1, 3), WEAK(16, 1 / 0.9, 3 / 0.96)};
    Arena *arena = arena_create();
    RowKeys keys = judged_rows(rows, 3, arena);
    ScalingFalls falls = scaling_falls_of(&keys, arena);
    cr_assert_eq(falls.count, 1);
    const ScalingFall *fall = &falls.items[0];
    cr_assert_eq(fall->line, 3, "the row of fewest GPUs");
    cr_assert_eq(fall->points, 3);
    cr_assert_eq(fall->least_gpus, 8);
    cr_assert_eq(fall->most_gpus, 32);
    cr_assert_float_eq(fall->measured_gpus, 16 * sqrt(2), 1e-9);
    cr_assert_float_eq(fall->simulated_gpus, 16 * sqrt(2), 1e-9);
    cr_assert_float_eq(fall->worst_fraction, 0.64 / 0.7 - 1, 1e-9);
    cr_assert(fall->is_within && !fall->is_strong);
    cr_assert_eq(falls.cliffs, 1);
    cr_assert_eq(falls.within, 1);
    arena_destroy(arena);
}

Test(scaling_falls, a_cliff_more_than_a_doubling_away_is_missed) {
    const JudgedRow rows[] = {WEAK(8, 1, 3), WEAK(16, 1 / 0.8, 3 / 0.99), WEAK(64, 1 / 0.6, 3 / 0.95)};
    Arena *arena = arena_create();
    RowKeys keys = judged_rows(rows, 3, arena);
    ScalingFalls falls = scaling_falls_of(&keys, arena);
    cr_assert_float_eq(falls.items[0].measured_gpus, 16, 1e-9);
    cr_assert(isnan(falls.items[0].simulated_gpus));
    cr_assert_eq(falls.cliffs, 1);
    cr_assert_eq(falls.within, 0);
    arena_destroy(arena);
}

Test(scaling_falls, a_fixed_batch_is_strong_scaling_and_two_points_are_no_series) {
    const JudgedRow rows[] = {{"a", "1", "bf16", 8, 64, 8, 4.1, 4.0},
                              {"a", "1", "bf16", 16, 64, 4, 2.2, 2.1},
                              {"a", "1", "bf16", 32, 64, 2, 1.2, 1.1},
                              {"b", "1", "bf16", 8, 64, 8, 4.1, 4.0},
                              {"b", "1", "bf16", 16, 64, 4, 2.2, 2.1}};
    Arena *arena = arena_create();
    RowKeys keys = judged_rows(rows, 5, arena);
    ScalingFalls falls = scaling_falls_of(&keys, arena);
    cr_assert_eq(falls.count, 1);
    cr_assert(falls.items[0].is_strong);
    cr_assert_eq(falls.items[0].points, 3);
    cr_assert_eq(falls.cliffs, 0, "4.1 to 4 * 1.2 is less than a fifth");
    arena_destroy(arena);
}

Test(scaling_falls, rows_of_one_number_of_gpus_are_one_point) {
    const JudgedRow rows[] = {WEAK(8, 1, 3), WEAK(8, 1 / 0.8, 3), WEAK(16, 1 / 0.63, 3), WEAK(32, 1 / 0.9, 3)};
    Arena *arena = arena_create();
    RowKeys keys = judged_rows(rows, 4, arena);
    ScalingFalls falls = scaling_falls_of(&keys, arena);
    /* The first point is 0.9 on average: 0.63 is 0.7 of it, the fifth is lost at two thirds of the doubling. */
    cr_assert_eq(falls.items[0].points, 3);
    cr_assert_float_eq(falls.items[0].measured_gpus, 8 * exp2(2 / 3.0), 1e-9);
    arena_destroy(arena);
}
