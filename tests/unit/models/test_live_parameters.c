#include "models/plan/live_parameters.h"

#include <criterion/criterion.h>

/* A layer of 12 x 1000^2 parameters: 3, 1, 4 and 4 million in its weights. */
static TrainingSpec gpt(int64_t limit) {
    TrainingSpec training = {.model = transformer_default(), .plan = plan_default()};
    training.model.hidden = 1000;
    training.model.layers = 7;
    training.model.heads = 10;
    training.plan.recompute = RECOMPUTE_FULL;
    training.plan.prefetch_layers = 3;
    training.plan.max_live_parameters = limit;
    return training;
}

Test(live_parameters, without_a_limit_everything_is_gathered_ahead_and_once) {
    TrainingSpec training = gpt(0);
    cr_assert_eq(live_parameters_prefetch_layers(&training), 3);
    cr_assert_eq(live_parameters_again_fraction(&training), 0);
}

Test(live_parameters, a_weight_that_reaches_the_limit_leaves_no_room_for_the_next) {
    TrainingSpec training = gpt(4000001);
    cr_assert_eq(live_parameters_prefetch_layers(&training), 3);
    training.plan.max_live_parameters = 4000000;
    cr_assert_eq(live_parameters_prefetch_layers(&training), 0);
    training.plan.tensor_parallel = 2;
    cr_assert_eq(live_parameters_prefetch_layers(&training), 3);
    training.model.gated = true;
    cr_assert_eq(live_parameters_prefetch_layers(&training), 0);
}

/* Behind the four weights lie 9, 8, 4 and 0 million, and again on the way back. */
Test(live_parameters, recomputed_layers_gather_again_what_is_not_used_soon) {
    const struct {
        int64_t limit;
        double fraction;
    } cases[] = {{1, 8 / 12.0}, {8000000, 8 / 12.0}, {8000001, 4 / 12.0}, {16000001, 3 / 12.0}, {18000001, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        TrainingSpec training = gpt(cases[i].limit);
        cr_assert_float_eq(live_parameters_again_fraction(&training), cases[i].fraction, 1e-12, "case %zu", i);
        training.plan.recompute = RECOMPUTE_SELECTIVE;
        cr_assert_eq(live_parameters_again_fraction(&training), 0);
    }
}

Test(live_parameters, lists_gather_nothing_ahead_and_keep_nothing) {
    TrainingSpec training = gpt(18000001);
    training.plan.zero_list_collectives = true;
    cr_assert_eq(live_parameters_prefetch_layers(&training), 0);
    cr_assert_eq(live_parameters_again_fraction(&training), 1);
    training.plan.recompute = RECOMPUTE_NONE;
    cr_assert_eq(live_parameters_again_fraction(&training), 0);
}
