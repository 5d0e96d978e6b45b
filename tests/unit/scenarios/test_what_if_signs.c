#include <criterion/criterion.h>
#include <math.h>

#include "scenarios/validation/what_if_signs.h"
#include "tests/unit/scenarios/judged_rows.h"

static WhatIfSigns signs_of(const JudgedRow *rows, int count) {
    Arena *arena = arena_create();
    RowKeys keys = judged_rows(rows, count, arena);
    WhatIfSigns signs = what_if_signs_of(&keys);
    arena_destroy(arena);
    return signs;
}

Test(what_if_signs, a_change_of_one_column_is_judged_by_its_sign) {
    /* tp 1 to 2: slower, simulated too. tp 2 to 4: faster, simulated slower. tp 1 to 4: 1 % is noise. */
    const JudgedRow rows[] = {{"a", "1", "fp16", 8, 64, 8, 1.00, 3.0},
                              {"a", "2", "fp16", 8, 64, 16, 1.10, 3.1},
                              {"a", "4", "fp16", 8, 64, 32, 1.01, 3.3}};
    WhatIfSigns signs = signs_of(rows, 3);
    cr_assert_eq(signs.columns[ROW_TENSOR].pairs, 2);
    cr_assert_eq(signs.columns[ROW_TENSOR].right, 1);
    cr_assert_eq(signs.columns[ROW_TENSOR].quiet, 1);
    cr_assert_eq(signs.all.pairs, 2);
}

Test(what_if_signs, two_changes_or_another_model_are_no_what_if) {
    const JudgedRow rows[] = {{"a", "1", "fp16", 8, 64, 8, 1.00, 3.0},
                              {"a", "2", "fp8", 8, 64, 8, 2.00, 1.0},
                              {"b", "1", "fp16", 8, 64, 8, 2.00, 1.0},
                              {"a", "1", "fp16", 8, 32, 4, 2.00, NAN}};
    WhatIfSigns signs = signs_of(rows, 4);
    cr_assert_eq(signs.all.pairs + signs.all.quiet, 0);
}

/* Throughput per GPU: 64 / 8 / 1 against 64 / 16 / 0.52 and 128 / 16 / 1.3. */
Test(what_if_signs, more_gpus_keep_the_batch_or_the_accumulation) {
    const JudgedRow strong[] = {{"a", "1", "fp16", 8, 64, 8, 1.0, 3.0}, {"a", "1", "fp16", 16, 64, 4, 0.52, 1.6}};
    const JudgedRow weak[] = {{"a", "1", "fp16", 8, 64, 8, 1.0, 3.0}, {"a", "1", "fp16", 16, 128, 8, 1.3, 2.9}};
    cr_assert_eq(signs_of(strong, 2).columns[ROW_GPUS].right, 1);
    cr_assert_eq(signs_of(weak, 2).columns[ROW_GPUS].pairs, 1);
    cr_assert_eq(signs_of(weak, 2).columns[ROW_GPUS].right, 0);
}

Test(what_if_signs, counts_of_tables_add_up) {
    WhatIfSigns sum = {0}, one = {0};
    one.columns[ROW_CONTEXT] = one.all = (SignCount){.pairs = 5, .right = 4, .quiet = 3};
    what_if_signs_add(&sum, &one);
    what_if_signs_add(&sum, &one);
    cr_assert_eq(sum.columns[ROW_CONTEXT].right, 8);
    cr_assert_eq(sum.all.quiet, 6);
}
