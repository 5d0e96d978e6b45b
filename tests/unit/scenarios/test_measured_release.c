#include <criterion/criterion.h>

#include "tests/unit/scenarios/measured_table.h"

/* FlashAttention is usual from 2023 on, in that year of a release; nothing overlaps in 2022. */
static int year_of(const char *release) {
    Reading *reading = reading_create();
    PlanSpec plan = measured_table_plan(arena_format(reading->arena, "source=a page|release=%s", release));
    bool is_named = plan.attention_kernel == ATTENTION_FLASH_1 || plan.attention_kernel == ATTENTION_FLASH_2;
    int year = is_named ? 2023 : plan.flash_attention ? 2024 : 2022;
    reading_destroy(reading);
    return year;
}

Test(measured_release, a_date_is_read_however_it_is_written) {
    static const char *const DATES[] = {"2024",     "2024/05",   "2024.05",
                                        "May 2024", "2024 Sept", "PyTorch 2.3, 2024-07-11"};
    for (size_t i = 0; i < sizeof DATES / sizeof *DATES; i++)
        cr_expect_eq(year_of(DATES[i]), 2024, "%s", DATES[i]);
    cr_expect_eq(year_of("March 2023"), 2023);
    cr_expect_eq(year_of("marathon"), 2022);
    cr_expect_eq(year_of("2048 tokens"), 2022);
    cr_expect_eq(year_of("v2.2024"), 2022);
}

Test(measured_release, the_month_before_overlap_came_is_told_from_the_month_after) {
    cr_expect_not(measured_table_plan("source=Megatron-LM|release=Aug 2023").overlap_grad_reduce);
    cr_expect(measured_table_plan("source=Megatron-LM|release=October 2023").overlap_grad_reduce);
    cr_expect_not(measured_table_plan("source=Megatron-LM|release=2023/08").overlap_grad_reduce);
    cr_expect(measured_table_plan("source=Megatron-LM|release=2023.10").overlap_grad_reduce);
}

Test(measured_release, software_without_a_date_is_not_older_than_its_gpu) {
    expect_assumption("release=v3.1|gpu=NVIDIA H200 141GB",
                      "release \"v3.1\" names no year: software of 2024, since when there are such GPUs.");
    expect_assumption("release=|gpu=B200",
                      "release \"\" names no year: software of 2025, since when there are such GPUs.");
    expect_assumption("release=latest|gpu=p5.48xlarge",
                      "release \"latest\" names no year: software of 2023, since when there are such GPUs.");
    expect_assumption("release=latest|gpu=A100 40GB", "release \"latest\" names no year: software of 2022.");
}
