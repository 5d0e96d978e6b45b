/* What PyTorch's FSDP and its pipeline hold on a stage: whole weights, gradients by chunk, messages of a step. */
#include "models/memory/fsdp_stages.h"

#include <criterion/criterion.h>

#include "models/memory/training_memory.h"
#include "models/plan/training_parameters.h"
#include "tests/unit/models/small_cluster.h"

enum { MICRO_BATCHES = 4, MESSAGE_BYTES = 2 * 512 * 1024, LOGIT_BYTES = 2 * 512 * 5120, MOST_PASSES = 64 };

/* 16 GPUs: 4 stages of so many chunks, 4 replicas. */
static SimulationSpec fsdp(Arena *arena, int chunks, int micro_batches) {
    SimulationSpec spec = small_cluster(arena, 4, 4);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->zero_stage = 3;
    plan->torch_fsdp = true;
    plan->pipeline_parallel = 4;
    plan->virtual_stages = chunks;
    plan->global_batch_seqs = 4 * micro_batches;
    small_cluster_resolve(arena, &spec);
    return spec;
}

static StagePasses passes_of(const TrainingSpec *training, int stage, PipelinePass *passes) {
    const PipelineSchedule *schedule = pipeline_find(training->plan.schedule);
    PipelineShape shape = plan_shape(&training->plan);
    int count = pipeline_pass_count(schedule, &shape);
    cr_assert_leq(count, MOST_PASSES);
    schedule->order(schedule, &shape, stage, passes);
    return (StagePasses){stage, passes, count};
}

Test(fsdp_stages, weights_and_gradients_of_a_stage_are_whole) {
    Arena *arena = arena_create();
    SimulationSpec spec = fsdp(arena, 1, MICRO_BATCHES);
    const TrainingSpec *training = &spec.jobs[0].training;
    PipelinePass passes[MOST_PASSES];
    double whole = training_stage_parameters(training, 1), layer = training_layer_parameters(training);
    cr_assert(fsdp_stages_holds(&training->plan));
    cr_expect_float_eq(fsdp_stages_weights_bytes(training, 1), 2 * whole, 1, "no shard in 16 bit beside them");
    cr_expect_float_eq(fsdp_stages_gradients_bytes(training, passes_of(training, 1, passes)), 4 * whole, 1);
    cr_expect_float_eq(fsdp_stages_cached_bytes(training, 1), 2 * 2 * layer + 4 * whole / 4, 1);
    StageMemory memory = training_memory_of_stage(training, 1);
    cr_expect_float_eq(memory.weights_bytes, 2 * whole, 1);
    cr_expect_float_eq(memory.gradients_bytes, 4 * whole, 1);
    cr_expect_geq(memory.cached_bytes, fsdp_stages_cached_bytes(training, 1));
    arena_destroy(arena);
}

/* As many micro-batches as stages: all backward passes of the second chunk come before those of the first. */
Test(fsdp_stages, chunks_one_after_the_other_have_whole_gradients_one_at_a_time) {
    Arena *arena = arena_create();
    SimulationSpec few = fsdp(arena, 2, MICRO_BATCHES), many = fsdp(arena, 2, 2 * MICRO_BATCHES);
    const TrainingSpec *training = &few.jobs[0].training;
    PipelinePass passes[MOST_PASSES];
    double chunk = training_chunk_parameters(training, 1, 0);
    double once = fsdp_stages_gradients_bytes(training, passes_of(training, 1, passes));
    cr_expect_float_eq(once, 4 * (chunk + chunk / 4), 1, "the other chunk's are shards by then");
    training = &many.jobs[0].training;
    double twice = fsdp_stages_gradients_bytes(training, passes_of(training, 1, passes));
    cr_expect_float_eq(twice, 4 * 2 * chunk, 1, "with more of them both chunks' backward passes alternate");
    arena_destroy(arena);
}

/* Stage 1 of 4 holds 3 micro-batches: of 4 inputs one is not in flight; 3 outputs and 4 buffers for their gradients. */
Test(fsdp_stages, messages_have_buffers_for_all_micro_batches_and_the_last_stage_keeps_logits) {
    Arena *arena = arena_create();
    SimulationSpec spec = fsdp(arena, 1, MICRO_BATCHES);
    const TrainingSpec *training = &spec.jobs[0].training;
    PipelinePass passes[MOST_PASSES];
    cr_expect_eq(fsdp_stages_messages_bytes(training, passes_of(training, 0, passes)), (4 + 4) * MESSAGE_BYTES);
    cr_expect_eq(fsdp_stages_messages_bytes(training, passes_of(training, 1, passes)), (1 + 3 + 4) * MESSAGE_BYTES);
    cr_expect_eq(fsdp_stages_messages_bytes(training, passes_of(training, 3, passes)),
                 3 * MESSAGE_BYTES + MICRO_BATCHES * LOGIT_BYTES);
    arena_destroy(arena);
}

Test(fsdp_stages, stages_gather_once_per_step) {
    Arena *arena = arena_create();
    SimulationSpec spec = fsdp(arena, 1, MICRO_BATCHES);
    spec.jobs[0].training.plan.zero_sync = ZERO_SYNC_MICRO_BATCH;
    small_cluster_expect_error(&spec, "jobs[0].plan.torch_fsdp",
                               "found true with zero_sync micro_batch on 4 pipeline stages of 1 chunks, expected "
                               "zero_sync step");
    arena_destroy(arena);
}
