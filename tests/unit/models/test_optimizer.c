#include <criterion/criterion.h>

#include "models/cost/ends_cost.h"
#include "models/memory/training_memory.h"
#include "models/plan/optimizer.h"
#include "models/plan/training_parameters.h"
#include "models/workload/checkpoint.h"
#include "models/workload/offload.h"
#include "tests/unit/models/small_cluster.h"

static void expect_near(double found, double expected) {
    cr_assert_float_eq(found / expected, 1, 1e-12, "found %.9g, expected %.9g", found, expected);
}

Test(optimizer, keeps_main_params_and_as_many_moments_as_its_kind_has) {
    OptimizerSpec optimizer = {.kind = OPTIMIZER_ADAM};
    expect_near(optimizer_state_bytes(&optimizer, 2), 12);
    optimizer.kind = OPTIMIZER_LION;
    expect_near(optimizer_state_bytes(&optimizer, 2), 8);
    optimizer.kind = OPTIMIZER_SGD_MOMENTUM;
    expect_near(optimizer_state_bytes(&optimizer, 2), 8);
    optimizer.kind = OPTIMIZER_SGD;
    expect_near(optimizer_state_bytes(&optimizer, 2), 4);
}

/* 26 of gradients, 24 of state, 2 of weights; 20 for the second pass over update and weights. */
Test(optimizer, lamb_keeps_what_adam_does_and_walks_weights_and_update_twice) {
    OptimizerSpec optimizer = {.kind = OPTIMIZER_LAMB};
    expect_near(optimizer_state_bytes(&optimizer, 2), 12);
    expect_near(optimizer_update_bytes(&optimizer, 2), 72);
    optimizer.kind = OPTIMIZER_ADAM;
    expect_near(optimizer_update_bytes(&optimizer, 2), 52);
}

Test(optimizer, keeps_no_second_copy_of_fp32_weights_unless_told) {
    OptimizerSpec optimizer = {.kind = OPTIMIZER_ADAM};
    expect_near(optimizer_state_bytes(&optimizer, 4), 8);
    optimizer.main_params = MAIN_PARAMS_FP32;
    expect_near(optimizer_state_bytes(&optimizer, 4), 12);
}

/* Apex with dtype bf16: 4 bytes, beside fp8 parameters 6; with remainders 10; 8-bit Adam 4 and twice 1 + 4/256. */
Test(optimizer, keeps_states_of_the_types_that_it_is_given) {
    OptimizerSpec optimizer = {OPTIMIZER_ADAM, .main_params = MAIN_PARAMS_NONE, .exp_avg = MOMENT_BF16,
                               .exp_avg_sq = MOMENT_BF16};
    expect_near(optimizer_state_bytes(&optimizer, 2), 4);
    optimizer.main_params = MAIN_PARAMS_BF16;
    expect_near(optimizer_state_bytes(&optimizer, 2), 6);
    optimizer = (OptimizerSpec){OPTIMIZER_ADAM, .main_params = MAIN_PARAMS_REMAINDER};
    expect_near(optimizer_state_bytes(&optimizer, 2), 10);
    optimizer = (OptimizerSpec){OPTIMIZER_ADAM, .exp_avg = MOMENT_INT8, .exp_avg_sq = MOMENT_INT8};
    expect_near(optimizer_state_bytes(&optimizer, 2), 6 + 8.0 / 256);
    optimizer = (OptimizerSpec){OPTIMIZER_ADAM, .exp_avg = MOMENT_FP8, .exp_avg_sq = MOMENT_FP16};
    expect_near(optimizer_state_bytes(&optimizer, 2), 7);
}

/* 26 of gradients; twice the state; weights written, and read where no whole copy of them is. */
Test(optimizer, update_moves_state_twice_and_reads_weights_that_have_no_copy) {
    OptimizerSpec optimizer = {.kind = OPTIMIZER_ADAM};
    expect_near(optimizer_update_bytes(&optimizer, 2), 26 + 2 + 24);
    expect_near(optimizer_update_bytes(&optimizer, 4), 26 + 8 + 16);
    optimizer.main_params = MAIN_PARAMS_REMAINDER;
    expect_near(optimizer_update_bytes(&optimizer, 2), 26 + 4 + 20);
    optimizer = (OptimizerSpec){OPTIMIZER_ADAM, .main_params = MAIN_PARAMS_NONE, .exp_avg = MOMENT_BF16,
                                .exp_avg_sq = MOMENT_BF16};
    expect_near(optimizer_update_bytes(&optimizer, 2), 26 + 4 + 8);
}

Test(optimizer, says_in_words_what_it_keeps) {
    Arena *arena = arena_create();
    OptimizerSpec optimizer = {OPTIMIZER_ADAM, .exp_avg = MOMENT_BF16, .exp_avg_sq = MOMENT_FP8};
    cr_assert_str_eq(optimizer_words(&optimizer, 2, arena), "adam: main params fp32, moments bf16 and fp8");
    optimizer = (OptimizerSpec){.kind = OPTIMIZER_SGD_MOMENTUM};
    cr_assert_str_eq(optimizer_words(&optimizer, 4, arena), "sgd_momentum: main params none, moment fp32");
    optimizer.kind = OPTIMIZER_SGD;
    cr_assert_str_eq(optimizer_words(&optimizer, 4, arena), "sgd: main params none, no moments");
    arena_destroy(arena);
}

static const char *error_of(Arena *arena, OptimizerSpec optimizer, Precision precision) {
    ErrorList errors;
    error_list_init(&errors, arena);
    optimizer_check(&optimizer, precision, "jobs[0]", &errors);
    return errors.count > 0 ? arena_format(arena, "%s: %s", errors.items[0].path, errors.items[0].message) : "";
}

Test(optimizer, refuses_types_that_cannot_be) {
    Arena *arena = arena_create();
    OptimizerSpec remainder = {OPTIMIZER_ADAM, .main_params = MAIN_PARAMS_REMAINDER};
    cr_assert_str_eq(error_of(arena, remainder, PRECISION_BF16), "");
    cr_assert_str_eq(error_of(arena, remainder, PRECISION_FP8),
                     "jobs[0].plan.main_params_dtype: found remainder with precision fp8, expected precision bf16, "
                     "whose bits it completes");
    cr_assert_str_eq(error_of(arena, (OptimizerSpec){OPTIMIZER_SGD, .exp_avg = MOMENT_BF16}, PRECISION_BF16),
                     "jobs[0].plan.exp_avg_dtype: found bf16 with optimizer sgd, expected none: it has no such moment");
    cr_assert_str_eq(error_of(arena, (OptimizerSpec){OPTIMIZER_LION, .exp_avg_sq = MOMENT_INT8}, PRECISION_BF16),
                     "jobs[0].plan.exp_avg_sq_dtype: found int8 with optimizer lion, expected none: it has no such "
                     "moment");
    arena_destroy(arena);
}

/* Of a plan it is the memory, the update on the GPU and in host memory, and what a checkpoint saves. */
Test(optimizer, is_in_memory_traffic_offload_and_checkpoints_of_a_plan) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_cluster(arena, 1, 2);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->distributed_optimizer = true;
    plan->optimizer = (OptimizerSpec){OPTIMIZER_AUTO, MAIN_PARAMS_FP16, MOMENT_FP16, MOMENT_FP8};
    small_cluster_resolve(arena, &spec);
    const JobSpec *job = &spec.jobs[0];
    double parameters = training_stage_parameters(&job->training, 0);
    cr_assert_eq(plan->optimizer.kind, OPTIMIZER_ADAM);
    expect_near(training_memory_of_stage(&job->training, 0).optimizer_bytes, 5 * parameters / 2);
    expect_near(optimizer_cost(&job->training, &spec.cluster.node.gpu, 23.85e6).hbm_bytes, (26 + 2 + 10) * 23.85e6);
    expect_near(offload_update_bytes(plan, 2.385e6), (10 + 4 + 2) * 2.385e6 / 2);
    expect_near(offload_kept_bytes(plan, 2.385e6), (5 + 4 + 2) * 2.385e6 / 2);
    expect_near(checkpoint_gpu_bytes(job, 0), 7 * parameters / 2);
    arena_destroy(arena);
}
