#include <criterion/criterion.h>

#include "tests/unit/scenarios/measured_table.h"

Test(measured_recompute, cells_that_say_whether_are_all_or_nothing) {
    static const struct {
        const char *text;
        Recompute recompute;
    } CASES[] = {
        {"yes", RECOMPUTE_FULL},
        {"True", RECOMPUTE_FULL},
        {"gradient checkpointing", RECOMPUTE_FULL},
        {"act ckpt", RECOMPUTE_FULL},
        {"no", RECOMPUTE_NONE},
        {"false", RECOMPUTE_NONE},
        {"no activation checkpointing", RECOMPUTE_NONE},
        {"checkpointing off", RECOMPUTE_NONE},
        {"by operator", RECOMPUTE_BY_OPERATOR},
        {"selective (op)", RECOMPUTE_BY_OPERATOR},
        {"uniform", RECOMPUTE_FULL},
        {"-", RECOMPUTE_NONE},
    };
    Reading *reading = reading_create();
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        const char *changes =
            arena_format(reading->arena, "recompute=%s|sharding=ZeRO-1|release=2024-05", CASES[i].text);
        cr_expect_eq(measured_table_plan(changes).recompute, CASES[i].recompute, "%s", CASES[i].text);
    }
    reading_destroy(reading);
    expect_assumption("recompute=gradient checkpointing", "recompute \"gradient checkpointing\" is read as full.");
}

Test(measured_recompute, so_many_layers_are_computed_again) {
    PlanSpec plan = measured_table_plan("recompute=full (block, 4 layers)");
    cr_expect(plan.recompute_method == RECOMPUTE_BLOCK && plan.recompute_num_layers == 4);
    expect_reason("recompute=block",
                  "recompute: found \"block\", expected the number of layers too, as in \"full, block, 4\"");
}

Test(measured_recompute, what_is_not_understood_is_a_reason) {
    expect_reason("recompute=50 %", "recompute: found \"50 %\", expected none, selective or full");
    expect_reason("recompute=selective + offload", "recompute: found \"selective + offload\", how much of the "
                                                   "activations is offloaded is not stated");
}
