#include "models/plan/plan_resolve.h"

#include <criterion/criterion.h>

#include "tests/unit/models/small_plan.h"

Test(plan, every_size_that_must_be_positive_is_named_when_it_is_not) {
    TrainingSpec training = small_training();
    struct {
        int64_t *value;
        const char *path;
    } sizes[] = {{&training.plan.tensor_parallel, "jobs[0].plan.tensor_parallel"},
                 {&training.plan.pipeline_parallel, "jobs[0].plan.pipeline_parallel"},
                 {&training.plan.virtual_stages, "jobs[0].plan.virtual_stages"},
                 {&training.plan.micro_batch_seqs, "jobs[0].plan.micro_batch"},
                 {&training.sequence_tokens, "jobs[0].sequence_length"},
                 {&training.model.hidden, "jobs[0].model.hidden_size"},
                 {&training.model.layers, "jobs[0].model.num_hidden_layers"},
                 {&training.model.heads, "jobs[0].model.num_attention_heads"},
                 {&training.model.vocab, "jobs[0].model.vocab_size"}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        training = small_training();
        *sizes[i].value = 0;
        expect_error(training, 1, sizes[i].path, "found 0, expected at least 1");
        *sizes[i].value = -7;
        expect_error(training, 1, sizes[i].path, "found -7, expected at least 1");
    }
}

Test(plan, all_mistakes_are_in_one_list_under_the_path_of_the_job) {
    Arena *arena = arena_create();
    ErrorList errors;
    error_list_init(&errors, arena);
    TrainingSpec training = small_training();
    training.plan.tensor_parallel = 5;
    training.plan.schedule = "zigzag";
    training.plan.collective = "rong";
    cr_assert_not(plan_resolve(&training, 5, "jobs[3]", &errors));
    cr_assert_eq(errors.count, 3);
    cr_assert_str_eq(errors.items[0].path, "jobs[3].plan.tensor_parallel");
    cr_assert_str_eq(errors.items[1].path, "jobs[3].plan.schedule");
    cr_assert_str_eq(errors.items[2].path, "jobs[3].plan.collective");
    arena_destroy(arena);
}

Test(plan, mistakes_of_others_in_the_list_are_not_its_own) {
    Arena *arena = arena_create();
    ErrorList errors;
    error_list_init(&errors, arena);
    error_list_add(&errors, (ErrorPlace){0}, "cluster", "found it wanting");
    TrainingSpec training = small_training();
    cr_assert(plan_resolve(&training, 1, "jobs[0]", &errors));
    arena_destroy(arena);
}

Test(plan, heads_divide_the_hidden_size_unless_their_size_is_given) {
    TrainingSpec training = small_training();
    training.model.heads = 7;
    expect_error(training, 1, "jobs[0].model.num_attention_heads",
                 "found 7 heads, expected a divisor of hidden_size 60");
    training.model.head_dim = 16;
    expect_good(&training, 1);
}

Test(plan, key_value_heads_divide_the_heads) {
    TrainingSpec training = small_training();
    training.model.kv_heads = 4;
    expect_error(training, 1, "jobs[0].model.num_key_value_heads", "found 4, expected a divisor of the 6 heads");
}

Test(plan, the_tensor_group_divides_heads_and_mlp) {
    TrainingSpec training = small_training();
    training.plan.tensor_parallel = 4;
    expect_error(training, 4, "jobs[0].plan.tensor_parallel", "found 4, expected a divisor of the 6 attention heads");
    training.plan.tensor_parallel = 3;
    training.model.ffn_hidden = 250;
    expect_error(training, 3, "jobs[0].plan.tensor_parallel", "found 3, expected a divisor of intermediate_size 250");
}

Test(plan, open_replicas_take_the_gpus_that_are_left) {
    TrainingSpec training = small_training();
    training.plan.tensor_parallel = 2;
    training.plan.pipeline_parallel = 3;
    expect_good(&training, 42);
    cr_assert_eq(training.plan.data_parallel, 7);
}

Test(plan, a_job_runs_at_the_pace_of_the_slowest_of_all_its_gpus) {
    GpuSpec gpu = {.kernels = {.sustained_fraction = 1, .variation_fraction = 0.0212}};
    gpu.kernels.matrix_fraction[PRECISION_BF16] = 0.83;
    const PlanSpec plan = {.tensor_parallel = 2, .pipeline_parallel = 3, .context_parallel = 5, .data_parallel = 7};
    cr_assert_eq(plan_gpu(&plan, &gpu).kernels.matrix_fraction[PRECISION_BF16],
                 gpu_slowest(&gpu, 210).kernels.matrix_fraction[PRECISION_BF16]);
}

Test(plan, parallel_sizes_multiply_to_the_gpus) {
    TrainingSpec training = small_training();
    training.plan.tensor_parallel = 2;
    training.plan.pipeline_parallel = 3;
    expect_error(training, 25, "jobs[0].plan.tensor_parallel",
                 "found tensor 2 x pipeline 3, expected a divisor of 25 GPUs");
    training.plan.data_parallel = 5;
    expect_error(training, 24, "jobs[0].plan.data_parallel",
                 "found tensor 2 x pipeline 3 x data 5, expected a product of 24 GPUs");
}

/* Their product is 2^64 + 6464, which 64 bits would take for 6464. */
Test(plan, parallel_sizes_that_wrap_are_not_a_product) {
    TrainingSpec training = small_training();
    PlanSpec *plan = &training.plan;
    training.model.heads = training.model.kv_heads = training.model.hidden = training.model.ffn_hidden = 34360;
    training.model.layers = 127087;
    plan->flash_attention = true;
    plan->tensor_parallel = 34360;
    plan->context_parallel = 61848;
    plan->pipeline_parallel = 127087;
    plan->data_parallel = 68303;
    training.sequence_tokens = 2 * plan->context_parallel;
    expect_error(training, 6464, "jobs[0].plan.data_parallel",
                 "found tensor 34360 x context 61848 x pipeline 127087 x data 68303, expected a product of 6464 GPUs");
}

Test(plan, an_open_batch_is_what_one_step_of_micro_batches_holds) {
    TrainingSpec training = small_training();
    training.plan.micro_batch_seqs = 3;
    expect_good(&training, 5);
    cr_assert_eq(training.plan.global_batch_seqs, 15);
    cr_assert_eq(plan_micro_batches(&training.plan), 1);
    training = small_training();
    training.plan.micro_batch_seqs = 3;
    training.plan.gradient_accumulation = 7;
    expect_good(&training, 5);
    cr_assert_eq(training.plan.global_batch_seqs, 105);
    cr_assert_eq(plan_micro_batches(&training.plan), 7);
}

Test(plan, a_global_batch_is_cut_into_micro_batches) {
    TrainingSpec training = small_training();
    training.plan.micro_batch_seqs = 2;
    training.plan.global_batch_seqs = 66;
    expect_good(&training, 3);
    cr_assert_eq(plan_micro_batches(&training.plan), 11);
    training.plan.gradient_accumulation = 11;
    expect_good(&training, 3);
    cr_assert_eq(plan_micro_batches(&training.plan), 11);
}

Test(plan, a_global_batch_that_cannot_be_cut_is_refused) {
    TrainingSpec training = small_training();
    const char *path = "jobs[0].plan.global_batch";
    training.plan.micro_batch_seqs = 2;
    training.plan.global_batch_seqs = 67;
    expect_error(training, 3, path, "found 67 sequences, expected a multiple of micro_batch 2 x data_parallel 3");
    training.plan.global_batch_seqs = 4;
    expect_error(training, 3, path, "found 4 sequences, expected a multiple of micro_batch 2 x data_parallel 3");
    training.plan.global_batch_seqs = 66;
    training.plan.gradient_accumulation = 10;
    expect_error(training, 3, path,
                 "found 66 sequences, expected a multiple of micro_batch 2 x data_parallel 3, and "
                 "gradient_accumulation to be their quotient");
}

Test(plan, an_open_schedule_is_interleaved_only_with_chunks) {
    TrainingSpec training = small_training();
    training.plan.pipeline_parallel = 2;
    training.plan.gradient_accumulation = 4;
    expect_good(&training, 2);
    cr_assert_str_eq(training.plan.schedule, "1f1b");
    training.plan.schedule = "auto";
    training.plan.virtual_stages = 3;
    expect_good(&training, 2);
    cr_assert_str_eq(training.plan.schedule, "interleaved_1f1b");
}

Test(plan, an_unknown_schedule_or_collective_is_refused) {
    TrainingSpec training = small_training();
    training.plan.schedule = "zigzag";
    expect_error(training, 1, "jobs[0].plan.schedule",
                 "found \"zigzag\", expected auto or a name from `chokepoint list schedules`");
    training.plan.schedule = "gpipe";
    training.plan.collective = "rong";
    expect_error(training, 1, "jobs[0].plan.collective",
                 "found \"rong\", expected auto or a name from `chokepoint list collectives`");
    training.plan.collective = "ring";
    expect_good(&training, 1);
}

Test(plan, a_schedule_that_cannot_run_the_shape_says_what_it_needs) {
    TrainingSpec training = small_training();
    training.plan.pipeline_parallel = 2;
    training.plan.virtual_stages = 3;
    training.plan.gradient_accumulation = 4;
    training.plan.schedule = "1f1b";
    expect_error(training, 2, "jobs[0].plan.schedule",
                 "found 1f1b with 2 stages, 3 chunks and 4 micro-batches, expected 1 virtual stage");
    training.plan.schedule = "interleaved_1f1b";
    training.plan.gradient_accumulation = 5;
    expect_error(training, 2, "jobs[0].plan.schedule",
                 "found interleaved_1f1b with 2 stages, 3 chunks and 5 micro-batches, expected a number of "
                 "micro-batches that pipeline_parallel divides");
    training.plan.pipeline_parallel = 1;
    expect_error(training, 1, "jobs[0].plan.schedule",
                 "found interleaved_1f1b with 1 stages, 3 chunks and 5 micro-batches, expected at least 2 pipeline "
                 "stages");
}

Test(plan, sequence_parallelism_cuts_the_sequence) {
    TrainingSpec training = small_training();
    training.sequence_tokens = 97;
    training.plan.sequence_parallel = true;
    training.plan.tensor_parallel = 2;
    expect_error(training, 2, "jobs[0].sequence_length",
                 "found 97, expected a multiple of tensor_parallel 2 for sequence_parallel");
    training.plan.sequence_parallel = false;
    expect_good(&training, 2);
    training.plan.sequence_parallel = true;
    training.plan.tensor_parallel = 1;
    training.plan.data_parallel = training.plan.global_batch_seqs = training.plan.gradient_accumulation = 0;
    expect_good(&training, 2);
}

Test(plan, recomputation_has_four_names) {
    const char *const names[] = {"none", "selective", "by_operator", "full"};
    for (int i = 0; i < 4; i++)
        cr_assert_str_eq(recompute_name((Recompute)i), names[i]);
}

Test(plan, a_sequence_is_not_longer_than_the_positions_that_were_learned) {
    TrainingSpec training = small_training();
    training.model.max_positions = training.sequence_tokens - 1;
    Arena *arena = arena_create();
    const char *message = arena_format(arena, "found %d, expected at most the model's %d positions",
                                       (int)training.sequence_tokens, (int)training.sequence_tokens - 1);
    expect_error(training, 1, "jobs[0].sequence_length", message);
    training.model.max_positions = 0;
    ErrorList errors;
    error_list_init(&errors, arena);
    cr_assert(plan_resolve(&training, 1, "jobs[0]", &errors));
    arena_destroy(arena);
}

Test(plan, a_release_of_fused_attention_makes_attention_fused) {
    TrainingSpec training = small_training();
    expect_good(&training, 1);
    cr_assert_not(training.plan.flash_attention);
    training.plan.attention_kernel = ATTENTION_FLASH_1_TRITON;
    expect_good(&training, 1);
    cr_assert(training.plan.flash_attention);
    training.plan.attention_kernel = ATTENTION_STANDARD;
    expect_error(training, 1, "jobs[0].plan.attention_kernel",
                 "found standard with flash_attention: true, expected auto or a fused kernel");
}
