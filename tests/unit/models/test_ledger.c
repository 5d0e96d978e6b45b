#include "models/ledger.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <signal.h>
#include <string.h>

Test(ledger, every_category_has_a_name_and_a_title_of_its_own) {
    for (int i = 0; i < LEDGER_COUNT; i++) {
        const char *name = ledger_category_name((LedgerCategory)i), *title = ledger_category_title((LedgerCategory)i);
        cr_assert_gt(strlen(name), 3);
        cr_assert(isupper((unsigned char)title[0]));
        cr_assert_eq(strspn(name, "abcdefghijklmnopqrstuvwxyz_"), strlen(name));
        for (int j = 0; j < i; j++) {
            cr_assert_str_neq(name, ledger_category_name((LedgerCategory)j));
            cr_assert_str_neq(title, ledger_category_title((LedgerCategory)j));
        }
    }
    cr_assert_str_eq(ledger_category_name(LEDGER_COMM_TENSOR), "comm_tensor");
    cr_assert_str_eq(ledger_category_name(LEDGER_IDLE), "idle");
    cr_assert_str_eq(ledger_category_title(LEDGER_PIPELINE_BUBBLE), "Pipeline bubble");
}

Test(ledger, a_row_adds_up_its_categories) {
    LedgerRow row = {0};
    ledger_add(&row, LEDGER_IDEAL_COMPUTE, 2385);
    ledger_add(&row, LEDGER_IDLE, 71);
    ledger_add(&row, LEDGER_IDLE, 3);
    cr_assert_eq(row.ns[LEDGER_IDLE], 74);
    cr_assert_eq(ledger_sum(&row), 2459);
}

Test(ledger, totals_count_every_gpu_of_a_class) {
    LedgerRow total = {.ns = {[LEDGER_IDLE] = 5}}, row = {.ns = {[LEDGER_IDLE] = 7, [LEDGER_STRAGGLER] = 11}};
    ledger_accumulate(&total, &row, 13);
    cr_assert_eq(total.ns[LEDGER_IDLE], 96);
    cr_assert_eq(total.ns[LEDGER_STRAGGLER], 143);
    cr_assert_eq(ledger_sum(&total), 239);
}

Test(ledger, a_row_that_closes_passes) {
    LedgerRow row = {.ns = {[LEDGER_COMM_EXPERT] = 2385}};
    ledger_check(&row, 2385);
    cr_assert_eq(ledger_sum(&row), 2385);
}

Test(ledger, a_row_that_does_not_close_stops_the_program, .signal = SIGABRT) {
    LedgerRow row = {.ns = {[LEDGER_COMM_EXPERT] = 2385}};
    ledger_check(&row, 2386);
}

Test(ledger, a_negative_category_stops_the_program_even_when_the_sum_is_right, .signal = SIGABRT) {
    LedgerRow row = {.ns = {[LEDGER_IDLE] = -1, [LEDGER_COMM_EXPERT] = 2386}};
    ledger_check(&row, 2385);
}
