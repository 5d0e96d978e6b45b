/* What a row that ran must have done to fit, where it does not say. */
#include <criterion/criterion.h>

#include "tests/unit/scenarios/measured_table.h"

#define WHOLE "tp=1|pp=1|dp=16|micro_batch_seqs=1|grad_accum=2|"

Test(measured_fit, a_plan_that_fits_stays_as_it_is) {
    PlanSpec plan = measured_table_plan("recompute=|sharding=|micro_batch_seqs=1|grad_accum=16");
    cr_assert_eq(plan.recompute, RECOMPUTE_NONE);
    cr_assert_not(plan.distributed_optimizer || plan.sequence_parallel);
}

Test(measured_fit, the_state_is_distributed_before_anything_is_computed_again) {
    PlanSpec plan = measured_table_plan("tp=1|pp=2|dp=8|micro_batch_seqs=1|grad_accum=4|recompute=|sharding=");
    cr_assert_eq(plan.recompute, RECOMPUTE_NONE);
    cr_assert(plan.distributed_optimizer);
    expect_assumption("tp=1|pp=2|dp=8|micro_batch_seqs=1|grad_accum=4|recompute=|sharding=",
                      "The run did not fit: distributed optimizer, as sharding is not stated.");
}

Test(measured_fit, recomputation_is_the_least_that_fits) {
    PlanSpec plan = measured_table_plan(WHOLE "recompute=|sharding=|precision=bf16");
    cr_assert_eq(plan.recompute, RECOMPUTE_SELECTIVE);
    cr_assert(plan.distributed_optimizer);
    expect_assumption(WHOLE "recompute=|sharding=ZeRO-1|precision=bf16",
                      "The run did not fit: selective recomputation, as recompute is not stated.");
    cr_assert_eq(
        measured_table_plan("tp=1|pp=1|dp=16|micro_batch_seqs=2|grad_accum=1|recompute=|sharding=|seq_tokens=6144")
            .recompute,
        RECOMPUTE_FULL);
}

Test(measured_fit, tokens_are_split_where_state_and_weights_leave_no_room) {
    static const char SPLIT[] =
        "tp=8|pp=1|dp=2|micro_batch_seqs=32|grad_accum=1|global_batch_seqs=64|recompute=full|sharding=|hidden=8192|"
        "heads=64|kv_heads=64|ffn_hidden=32768|layers=48|params_b=39.1";
    cr_assert(measured_table_plan(SPLIT).sequence_parallel);
    expect_assumption(SPLIT, "The run did not fit: sequence parallelism, of which a row has no cell.");
}

Test(measured_fit, what_a_row_says_is_not_changed) {
    PlanSpec plan = measured_table_plan("tp=1|pp=2|dp=8|micro_batch_seqs=1|grad_accum=4|recompute=none|sharding=none");
    cr_assert_not(plan.distributed_optimizer || plan.sequence_parallel);
    plan = measured_table_plan(WHOLE "recompute=none|sharding=|precision=bf16");
    cr_assert_eq(plan.recompute, RECOMPUTE_NONE);
    cr_assert_not(plan.distributed_optimizer);
}
