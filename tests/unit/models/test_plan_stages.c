#include "models/plan/plan_stages.h"

#include <criterion/criterion.h>

#include "tests/unit/models/small_plan.h"

/* Layers over all stages and chunks. */
static int64_t layer_sum(const TrainingSpec *training) {
    int64_t sum = 0;
    for (int64_t stage = 0; stage < training->plan.pipeline_parallel; stage++)
        for (int64_t chunk = 0; chunk < training->plan.virtual_stages; chunk++)
            sum += plan_stages_layers(training, stage, chunk);
    return sum;
}

Test(plan_stages, stages_divide_the_layers) {
    TrainingSpec training = small_training();
    training.plan.pipeline_parallel = 5;
    expect_error(training, 5, "jobs[0].plan.pipeline_parallel",
                 "found 5 stages of 1 chunks, expected them to divide the model's 12 layers");
    training.plan.pipeline_parallel = 13;
    expect_error(training, 13, "jobs[0].plan.pipeline_parallel",
                 "found 13 stages of 1 chunks, expected them to divide the model's 12 layers");
    training.plan.pipeline_parallel = 3;
    training.plan.virtual_stages = 5;
    training.plan.gradient_accumulation = 3;
    expect_error(training, 3, "jobs[0].plan.pipeline_parallel",
                 "found 3 stages of 5 chunks, expected them to divide the model's 12 layers");
}

Test(plan_stages, unequal_stages_need_two_stages_of_one_chunk) {
    TrainingSpec training = small_training();
    const char *path = "jobs[0].plan.first_stage_layers";
    const char *message = "found unequal stages, expected at least 2 stages and virtual_stages 1";
    training.plan.first_stage_layers = 12;
    expect_error(training, 1, path, message);
    training.plan.first_stage_layers = 0;
    training.plan.last_stage_layers = 3;
    training.plan.pipeline_parallel = 4;
    training.plan.virtual_stages = 3;
    training.plan.gradient_accumulation = 4;
    expect_error(training, 4, path, message);
}

Test(plan_stages, unequal_stages_leave_a_multiple_of_the_others) {
    TrainingSpec training = small_training();
    training.plan.pipeline_parallel = 4;
    training.plan.first_stage_layers = 3;
    training.plan.last_stage_layers = 2;
    expect_error(training, 4, "jobs[0].plan.pipeline_parallel",
                 "found 4 stages of 1 chunks, expected them to divide the model's 12 layers");
}

Test(plan_stages, an_end_stage_does_not_hold_more_layers_than_there_are) {
    TrainingSpec training = small_training();
    training.plan.pipeline_parallel = 3;
    training.plan.first_stage_layers = 14;
    expect_error(training, 3, "jobs[0].plan.pipeline_parallel",
                 "found 3 stages of 1 chunks, expected them to divide the model's 12 layers");
    training.plan.first_stage_layers = 9;
    training.plan.last_stage_layers = 5;
    expect_error(training, 3, "jobs[0].plan.pipeline_parallel",
                 "found 3 stages of 1 chunks, expected them to divide the model's 12 layers");
}

Test(plan_stages, layers_of_all_chunks_add_up_to_the_model) {
    TrainingSpec training = small_training();
    training.plan.pipeline_parallel = 4;
    expect_good(&training, 4);
    cr_assert_eq(plan_stages_layers(&training, 2, 0), 3);
    cr_assert_eq(layer_sum(&training), 12);
    training.plan.virtual_stages = 3;
    cr_assert_eq(plan_stages_layers(&training, 1, 0), 1);
    cr_assert_eq(layer_sum(&training), 12);
}

Test(plan_stages, ends_that_count_as_layers_hold_one_less) {
    TrainingSpec training = small_training();
    training.model.layers = 10;
    training.plan.pipeline_parallel = 2;
    training.plan.virtual_stages = 3;
    training.plan.gradient_accumulation = 4;
    expect_error(training, 2, "jobs[0].plan.pipeline_parallel",
                 "found 2 stages of 3 chunks, expected them to divide the model's 10 layers");
    training.plan.embedding_as_layer = training.plan.head_as_layer = true;
    expect_good(&training, 2);
    static const int64_t LAYERS[2][3] = {{1, 2, 2}, {2, 2, 1}};
    for (int stage = 0; stage < 2; stage++)
        for (int chunk = 0; chunk < 3; chunk++)
            cr_assert_eq(plan_stages_layers(&training, stage, chunk), LAYERS[stage][chunk]);
}

/* As Qwen3's 94 layers on 32 stages of 3 chunks. */
Test(plan_stages, ends_that_count_as_layers_may_be_all_that_a_chunk_holds) {
    TrainingSpec training = small_training();
    training.model.layers = 4;
    training.plan.pipeline_parallel = 3;
    training.plan.virtual_stages = 2;
    training.plan.gradient_accumulation = 3;
    training.plan.embedding_as_layer = training.plan.head_as_layer = true;
    expect_good(&training, 3);
    static const int64_t LAYERS[3][2] = {{0, 1}, {1, 1}, {1, 0}};
    for (int stage = 0; stage < 3; stage++)
        for (int chunk = 0; chunk < 2; chunk++)
            cr_assert_eq(plan_stages_layers(&training, stage, chunk), LAYERS[stage][chunk]);
    training.plan.virtual_stages = 1;
    training.plan.schedule = "1f1b";
    training.plan.pipeline_parallel = 6;
    expect_good(&training, 6);
    cr_assert_eq(layer_sum(&training), 4);
    training.plan.pipeline_parallel = 7;
    expect_error(training, 7, "jobs[0].plan.pipeline_parallel",
                 "found 7 stages of 1 chunks, expected them to divide the model's 4 layers with the ends that count as "
                 "one");
}

Test(plan_stages, every_stage_without_an_end_has_layers) {
    static const int64_t one[] = {0, 6, 0, 6, 0}, two[] = {6, 0, 0, 3, 0, 3}, v[] = {0, 6, 0, 0, 6, 0};
    TrainingSpec training = small_training();
    const char *message = "found no layers on stage 2, expected some on every stage without embedding or head";
    training.plan.pipeline_parallel = 5;
    training.plan.layers_per_stage = one;
    training.plan.layers_per_stage_count = 5;
    expect_error(training, 5, "jobs[0].plan.layers_per_stage", message);
    training.plan.pipeline_parallel = 3;
    training.plan.virtual_stages = 2;
    training.plan.gradient_accumulation = 3;
    training.plan.layers_per_stage = two;
    training.plan.layers_per_stage_count = 6;
    expect_error(training, 3, "jobs[0].plan.layers_per_stage",
                 "found no layers on stage 1, expected some on every stage without embedding or head");
    training.plan.layers_per_stage = v;
    expect_good(&training, 3);
    training.plan.schedule = "zb_v";
    expect_error(training, 3, "jobs[0].plan.layers_per_stage", message);
    training = small_training();
    training.plan.pipeline_parallel = 4;
    training.plan.first_stage_layers = training.plan.last_stage_layers = 6;
    expect_error(training, 4, "jobs[0].plan.pipeline_parallel",
                 "found no layers on stage 1, expected some on every stage without embedding or head");
}

Test(plan_stages, unequal_end_stages_hold_what_they_are_told_and_the_others_the_rest) {
    TrainingSpec training = small_training();
    training.plan.pipeline_parallel = 4;
    training.plan.first_stage_layers = 3;
    training.plan.last_stage_layers = 1;
    expect_good(&training, 4);
    const int64_t both[] = {3, 4, 4, 1};
    for (int stage = 0; stage < 4; stage++)
        cr_assert_eq(plan_stages_layers(&training, stage, 0), both[stage]);
    training.plan.first_stage_layers = 0;
    training.plan.last_stage_layers = 3;
    expect_good(&training, 4);
    cr_assert_eq(layer_sum(&training), 12);
    cr_assert_eq(plan_stages_layers(&training, 0, 0), 3);
    training.plan.last_stage_layers = 0;
    training.plan.first_stage_layers = 6;
    expect_good(&training, 4);
    cr_assert_eq(layer_sum(&training), 12);
    cr_assert_eq(plan_stages_layers(&training, 3, 0), 2);
}

Test(plan_stages, listed_stages_hold_what_they_are_told) {
    static const int64_t four[] = {2, 4, 5, 1}, six[] = {1, 2, 3, 2, 2, 2};
    TrainingSpec training = small_training();
    training.plan.pipeline_parallel = 4;
    training.plan.layers_per_stage = four;
    training.plan.layers_per_stage_count = 4;
    expect_good(&training, 4);
    for (int stage = 0; stage < 4; stage++)
        cr_assert_eq(plan_stages_layers(&training, stage, 0), four[stage]);
    training = small_training();
    training.plan.pipeline_parallel = 3;
    training.plan.virtual_stages = 2;
    training.plan.gradient_accumulation = 3;
    training.plan.layers_per_stage = six;
    training.plan.layers_per_stage_count = 6;
    expect_good(&training, 3);
    for (int i = 0; i < 6; i++)
        cr_assert_eq(plan_stages_layers(&training, i % 3, i / 3), six[i]);
}

Test(plan_stages, listed_stages_are_as_many_as_there_are_and_add_up) {
    static const int64_t three[] = {5, 4, 4};
    TrainingSpec training = small_training();
    const char *path = "jobs[0].plan.layers_per_stage";
    training.plan.pipeline_parallel = 4;
    training.plan.layers_per_stage = three;
    training.plan.layers_per_stage_count = 3;
    expect_error(training, 4, path, "found 3 numbers, expected one for each of 4 stages of 1 chunks");
    training.plan.pipeline_parallel = 3;
    expect_error(training, 3, path, "found 13 layers in sum, expected the model's 12");
    training.model.layers = 13;
    training.plan.head_as_layer = true;
    expect_error(training, 3, path,
                 "found it beside first_stage_layers, last_stage_layers, embedding_as_layer or head_as_layer, expected "
                 "one way to say what a stage holds");
}

Test(plan_stages, two_unequal_stages_need_no_others) {
    TrainingSpec training = small_training();
    training.plan.pipeline_parallel = 2;
    training.plan.first_stage_layers = 7;
    training.plan.last_stage_layers = 5;
    expect_good(&training, 2);
    cr_assert_eq(plan_stages_layers(&training, 0, 0), 7);
    cr_assert_eq(plan_stages_layers(&training, 1, 0), 5);
    training.plan.last_stage_layers = 4;
    expect_error(training, 2, "jobs[0].plan.pipeline_parallel",
                 "found 2 stages of 1 chunks, expected them to divide the model's 12 layers");
}

/* Listed in the order of a forward pass: down the stages and up again. */
Test(plan_stages, listed_layers_of_a_v_turn_on_the_last_stage) {
    static const int64_t LISTED[] = {1, 2, 3, 3, 2, 1};
    TrainingSpec training = small_training();
    training.plan.pipeline_parallel = 3;
    training.plan.virtual_stages = 2;
    training.plan.schedule = "zb_v";
    training.plan.gradient_accumulation = 4;
    training.plan.layers_per_stage = LISTED;
    training.plan.layers_per_stage_count = 6;
    expect_good(&training, 3);
    for (int64_t stage = 0; stage < 3; stage++)
        for (int64_t chunk = 0; chunk < 2; chunk++)
            cr_expect_eq(plan_stages_layers(&training, stage, chunk), stage + 1);
    training.plan.layers_per_stage_count = 0;
    training.plan.embedding_as_layer = training.plan.head_as_layer = true;
    training.model.layers = 16;
    cr_expect_eq(plan_stages_layers(&training, 0, 0), 2);
    cr_expect_eq(plan_stages_layers(&training, 0, 1), 2);
    cr_expect_eq(plan_stages_layers(&training, 2, 1), 3);
}
