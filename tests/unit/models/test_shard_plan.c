/* Which shard groups a plan may have. */
#include <criterion/criterion.h>

#include "models/plan/plan_sharding.h"
#include "tests/unit/models/small_plan.h"

/* 24 GPUs: tensor 2, so 12 replicas. */
static TrainingSpec sharded_training(int64_t stage) {
    TrainingSpec training = small_training();
    training.plan.tensor_parallel = 2;
    training.plan.zero_stage = stage;
    return training;
}

Test(shard_plan, a_distributed_optimizer_is_zero_1_and_a_higher_stage_wins) {
    PlanSpec plan = plan_default();
    plan.data_parallel = 12;
    cr_assert_eq(plan_zero_stage(&plan), 0);
    cr_assert_eq(plan_shard_size(&plan), 1);
    plan.distributed_optimizer = true;
    cr_assert_eq(plan_zero_stage(&plan), 1);
    cr_assert_eq(plan_shard_size(&plan), 12);
    plan.zero_stage = 3;
    plan.zero_shard_size = 4;
    cr_assert_eq(plan_zero_stage(&plan), 3);
    cr_assert_eq(plan_shard_size(&plan), 4);
}

Test(shard_plan, a_shard_group_must_divide_the_replicas_and_have_something_to_split) {
    TrainingSpec training = sharded_training(3);
    training.plan.zero_shard_size = 6;
    expect_good(&training, 24);
    training = sharded_training(2);
    training.plan.zero_shard_size = 5;
    expect_error(training, 24, "jobs[0].plan.zero_shard_size", "found 5, expected a divisor of data_parallel 12");
    training.plan.zero_stage = 0;
    training.plan.zero_shard_size = 6;
    expect_error(training, 24, "jobs[0].plan.zero_shard_size",
                 "found shard groups of 6 with nothing to split, expected zero_stage 1, 2 or 3");
}

Test(shard_plan, with_stages_zero_3_moves_once_per_step_and_all_else_in_every_micro_batch) {
    static const struct {
        int64_t stage, stages, chunks;
        ZeroSync sync;
        int64_t gathers, reductions;
    } PLANS[] = {
        {3, 1, 1, ZERO_SYNC_AUTO, 10, 5}, {3, 1, 1, ZERO_SYNC_STEP, 1, 1},         {3, 3, 1, ZERO_SYNC_AUTO, 1, 1},
        {3, 1, 2, ZERO_SYNC_AUTO, 1, 1},  {3, 3, 1, ZERO_SYNC_MICRO_BATCH, 10, 5}, {2, 3, 1, ZERO_SYNC_AUTO, 0, 5},
        {2, 3, 1, ZERO_SYNC_STEP, 0, 1},  {1, 3, 1, ZERO_SYNC_AUTO, 0, 0},
    };
    for (size_t i = 0; i < sizeof PLANS / sizeof *PLANS; i++) {
        PlanSpec plan = sharded_training(PLANS[i].stage).plan;
        plan.pipeline_parallel = PLANS[i].stages;
        plan.virtual_stages = PLANS[i].chunks;
        plan.zero_sync = PLANS[i].sync;
        plan.gradient_accumulation = 5;
        cr_expect_eq(plan_sharding_gathers(&plan), PLANS[i].gathers, "plan %zu", i);
        cr_expect_eq(plan_sharding_reductions(&plan), PLANS[i].reductions, "plan %zu", i);
    }
}

Test(shard_plan, what_is_moved_once_per_step_must_be_there) {
    TrainingSpec training = sharded_training(1);
    training.plan.zero_sync = ZERO_SYNC_STEP;
    expect_error(training, 24, "jobs[0].plan.zero_sync",
                 "found step with zero_stage 1, expected zero_stage 2 or 3, which it is about");
}

Test(shard_plan, switches_of_deepspeed_go_with_one_stage) {
    TrainingSpec training = sharded_training(3);
    training.plan.pipeline_parallel = 3;
    expect_good(&training, 24);
    training.plan.max_live_parameters = 2385;
    expect_error(training, 24, "jobs[0].plan.max_live_parameters",
                 "found it with 3 pipeline stages of 1 chunks and zero_sync step, expected one stage of one chunk and "
                 "micro_batch, as in DeepSpeed");
    training = sharded_training(2);
    training.plan.pipeline_parallel = 3;
    training.plan.zero_list_collectives = true;
    expect_error(training, 24, "jobs[0].plan.zero_list_collectives",
                 "found it with 3 pipeline stages of 1 chunks and zero_sync micro_batch, expected one stage of one "
                 "chunk and micro_batch, as in DeepSpeed");
}

Test(shard_plan, only_zero_3_has_gathered_parameters_to_keep) {
    TrainingSpec training = sharded_training(3);
    training.plan.reshard_after_forward = false;
    expect_good(&training, 24);
    training = sharded_training(2);
    training.plan.reshard_after_forward = false;
    expect_error(training, 24, "jobs[0].plan.reshard_after_forward",
                 "found false with zero_stage 2, expected zero_stage 3, which gathers parameters");
}

Test(shard_plan, only_zero_3_has_whole_parameters_to_limit) {
    TrainingSpec training = sharded_training(3);
    training.plan.max_live_parameters = 2385;
    expect_good(&training, 24);
    training = sharded_training(2);
    training.plan.max_live_parameters = 2385;
    expect_error(training, 24, "jobs[0].plan.max_live_parameters",
                 "found 2385 with zero_stage 2, expected zero_stage 3, which gathers parameters");
}

Test(shard_plan, only_zero_2_and_3_have_collectives_that_lists_cut) {
    TrainingSpec training = sharded_training(2);
    training.plan.zero_list_collectives = true;
    expect_good(&training, 24);
    training = sharded_training(1);
    training.plan.zero_list_collectives = true;
    expect_error(training, 24, "jobs[0].plan.zero_list_collectives",
                 "found true with zero_stage 1, expected zero_stage 2 or 3, whose collectives it cuts");
}

Test(shard_plan, gradient_noise_is_counted_for_lists_of_layers_only) {
    TrainingSpec training = sharded_training(3);
    training.plan.gradient_noise_scale = true;
    expect_error(training, 24, "jobs[0].plan.gradient_noise_scale",
                 "found true with a transformer, expected a list of layers");
}
