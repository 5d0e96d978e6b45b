/* What MaxText computes again by the policy that a row's note names. */
#include <criterion/criterion.h>

#include "tests/unit/scenarios/measured_table.h"

#define MAXTEXT                                                                                                        \
    "gpu=H100|precision=bf16|tp=1|pp=1|dp=16|micro_batch_seqs=1|grad_accum=|global_batch_seqs=16|sharding=FSDP|"       \
    "recompute=|"

Test(measured_remat, policies_that_keep_products_recompute_no_layers) {
    PlanSpec plan = measured_table_plan(MAXTEXT "release=2025-01 MaxText|note=remat_policy minimal_flash");
    cr_expect_eq(plan.recompute, RECOMPUTE_NONE);
    cr_expect(plan.recompute_norms && !plan.recompute_mlp);
    plan = measured_table_plan(MAXTEXT "release=2025-01 MaxText|note=save_dot_with_context_except_mlp");
    cr_expect_eq(plan.recompute, RECOMPUTE_NONE);
    cr_expect(plan.recompute_norms && plan.recompute_mlp);
    expect_assumption(MAXTEXT "release=2025-01 MaxText|note=save_dot_with_context_except_mlp",
                      "MaxText's save_dot_with_context_except_mlp: norms and MLPs are made again.");
}

Test(measured_remat, other_policies_and_other_software_are_as_before) {
    PlanSpec plan = measured_table_plan(MAXTEXT "release=2025-01 MaxText|note=remat_policy full");
    cr_expect(plan.recompute == RECOMPUTE_FULL && plan.recompute_keeps == RECOMPUTE_KEEPS_INPUT);
    cr_expect_not(measured_table_plan(MAXTEXT "release=2025-01|note=minimal_flash").recompute_norms);
}
