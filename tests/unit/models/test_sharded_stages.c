/* ZeRO-2 and 3 under a pipeline: what each GPU of a stage sends and holds, and when. */
#include <criterion/criterion.h>
#include <string.h>

#include "models/cluster/step_bound.h"
#include "models/memory/training_memory.h"
#include "models/plan/shard_order.h"
#include "models/plan/shard_units.h"
#include "models/plan/training_parameters.h"
#include "tests/unit/models/folding.h"
#include "tests/unit/models/small_cluster.h"

typedef struct StageLayout {
    int tensor, stages, chunks;
    int zero_stage, shard_size;
    ZeroSync sync;
    int micro_batches;
    bool overlap, tied;
    const char *schedule;
} StageLayout;

/* On 4 nodes of 4 GPUs. */
static const StageLayout LAYOUTS[] = {
    {1, 2, 1, 3, 0, ZERO_SYNC_AUTO, 5, true, false, "auto"},
    {1, 2, 1, 3, 0, ZERO_SYNC_AUTO, 5, false, true, "auto"},
    {2, 2, 2, 3, 0, ZERO_SYNC_AUTO, 4, true, true, "auto"},
    {2, 4, 1, 3, 0, ZERO_SYNC_MICRO_BATCH, 3, true, false, "gpipe"},
    {1, 2, 2, 3, 4, ZERO_SYNC_MICRO_BATCH, 2, false, true, "auto"},
    {1, 4, 1, 2, 2, ZERO_SYNC_AUTO, 6, true, true, "auto"},
    {2, 2, 1, 2, 0, ZERO_SYNC_STEP, 3, true, false, "auto"},
    {1, 4, 1, 3, 0, ZERO_SYNC_AUTO, 6, true, false, "zb_h1"},
    {1, 4, 1, 3, 0, ZERO_SYNC_MICRO_BATCH, 5, true, true, "zb_h1"},
    {4, 1, 2, 3, 2, ZERO_SYNC_AUTO, 3, true, false, "auto"},
    {2, 4, 2, 3, 0, ZERO_SYNC_AUTO, 9, true, true, "zb_v"},
    {1, 2, 2, 3, 0, ZERO_SYNC_MICRO_BATCH, 5, false, true, "v_half"},
    {1, 16, 1, 3, 0, ZERO_SYNC_AUTO, 3, true, false, "auto"},
};

static SimulationSpec layout_spec(Arena *arena, const StageLayout *layout) {
    SimulationSpec spec = small_cluster(arena, 4, 4);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    spec.jobs[0].training.model.layers = 16;
    spec.jobs[0].training.model.tied_embeddings = layout->tied;
    plan->tensor_parallel = layout->tensor;
    plan->pipeline_parallel = layout->stages;
    plan->virtual_stages = layout->chunks;
    plan->zero_stage = layout->zero_stage;
    plan->zero_shard_size = layout->shard_size;
    plan->zero_sync = layout->sync;
    plan->gradient_accumulation = layout->micro_batches;
    plan->overlap_grad_reduce = layout->overlap;
    plan->overlap_p2p = layout->overlap;
    plan->schedule = layout->stages == 1 ? "gpipe" : layout->schedule;
    if (layout->stages == 1)
        plan->virtual_stages = 1;
    small_cluster_resolve(arena, &spec);
    return spec;
}

static SimulationSpec spec_of(Arena *arena, size_t layout) {
    return layout_spec(arena, &LAYOUTS[layout]);
}

static const FoldingLayouts ALL = {spec_of, sizeof LAYOUTS / sizeof *LAYOUTS};

Test(sharded_stages, folded_and_unfolded_agree_to_the_nanosecond) {
    folding_expect_layouts(ALL);
}

Test(sharded_stages, folded_and_unfolded_agree_with_a_slow_gpu) {
    folding_expect_slow_layouts((FoldingLayouts){spec_of, ALL.count - 1});
}

Test(sharded_stages, a_run_of_which_only_times_are_asked_for_takes_as_long) {
    for (size_t i = 0; i < ALL.count; i++) {
        Arena *arena = arena_create();
        SimulationSpec spec = spec_of(arena, i);
        SimTime whole = simulation_run(&spec, arena)->step;
        spec.only_times = true;
        cr_expect_eq(simulation_run(&spec, arena)->step, whole, "layout %zu", i);
        arena_destroy(arena);
    }
}

Test(sharded_stages, no_run_is_shorter_than_its_lower_bound) {
    for (size_t i = 0; i < ALL.count; i++) {
        Arena *arena = arena_create();
        SimulationSpec spec = spec_of(arena, i);
        double step_s = 1e-9 * (double)simulation_run(&spec, arena)->step, bound_s = step_bound_s(&spec, false);
        cr_expect_leq(bound_s, step_s, "layout %zu", i);
        cr_expect_gt(bound_s, 0.3 * step_s, "layout %zu: %g of %g", i, bound_s, step_s);
        arena_destroy(arena);
    }
}

enum { STAGES = 2, REPLICAS = 4 };

/* A GPU in every node, so that its NIC carries all that it sends: two stages of 4 replicas. */
static SimulationSpec two_stages(Arena *arena, int64_t zero_stage, ZeroSync sync, int64_t micro_batches) {
    SimulationSpec spec = small_cluster(arena, STAGES * REPLICAS, 1);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    spec.jobs[0].training.model.tied_embeddings = false;
    plan->pipeline_parallel = STAGES;
    plan->zero_stage = zero_stage;
    plan->zero_sync = sync;
    plan->gradient_accumulation = micro_batches;
    plan->grad_reduce_in_fp32 = false;
    plan->collective = "ring";
    return spec;
}

/* Elements of 2 bytes that leave all GPUs of a replica in a step, beside hidden states, over the parameters. */
static double sent_over_parameters(Arena *arena, SimulationSpec *spec) {
    const TrainingSpec *training = &spec->jobs[0].training;
    double bytes = small_cluster_sent_bytes(arena, spec);
    double messages = 2.0 * (double)plan_micro_batches(&training->plan) * plan_hidden_bytes(training);
    double parameters = 0;
    for (int stage = 0; stage < STAGES; stage++)
        parameters += training_stage_parameters(training, stage);
    return (bytes / REPLICAS - messages) / 2 / parameters;
}

/* Gathered once and reduced once, however many micro-batches; otherwise three times or once in each of them. */
Test(sharded_stages, send_what_their_sync_says) {
    static const struct {
        int64_t zero_stage;
        ZeroSync sync;
        double times;
    } CASES[] = {{1, ZERO_SYNC_AUTO, 2}, {2, ZERO_SYNC_AUTO, 5 + 1}, {2, ZERO_SYNC_STEP, 2},
                 {3, ZERO_SYNC_AUTO, 2}, {3, ZERO_SYNC_STEP, 2},     {3, ZERO_SYNC_MICRO_BATCH, 3 * 5}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        Arena *arena = arena_create();
        SimulationSpec spec = two_stages(arena, CASES[i].zero_stage, CASES[i].sync, 5);
        double expected = CASES[i].times * 3 / 4.0, sent = sent_over_parameters(arena, &spec);
        cr_expect_float_eq(sent, expected, 1e-9 * expected, "case %zu: sent %.12g, expected %.12g", i, sent, expected);
        arena_destroy(arena);
    }
}

/* Both stages have a copy of it, of whose gradients each of their GPUs has a shard to sum with its partner's: an
 * all-reduce of two sends as much as it sums from each. */
Test(sharded_stages, sum_shards_of_a_tied_table) {
    Arena *arena = arena_create();
    SimulationSpec spec = two_stages(arena, 3, ZERO_SYNC_AUTO, 5);
    spec.jobs[0].training.model.tied_embeddings = true;
    const TransformerSpec *model = &spec.jobs[0].training.model;
    double table = (double)model->vocab * (double)model->hidden, parameters = 0;
    double sent = sent_over_parameters(arena, &spec);
    for (int stage = 0; stage < STAGES; stage++)
        parameters += training_stage_parameters(&spec.jobs[0].training, stage);
    double expected = 2 * 3 / 4.0 + 2 * table / REPLICAS / parameters;
    cr_expect_float_eq(sent, expected, 1e-9 * expected, "sent %.12g, expected %.12g", sent, expected);
    arena_destroy(arena);
}

/* The first stage has the embedding, the last one the head; neither has the other's layers. */
Test(sharded_stages, hold_shards_of_their_own_weights) {
    Arena *arena = arena_create();
    for (int stage = 0; stage < STAGES; stage++) {
        SimulationSpec spec = two_stages(arena, 3, ZERO_SYNC_STEP, 5);
        small_cluster_resolve(arena, &spec);
        const TrainingSpec *training = &spec.jobs[0].training;
        double whole = training_stage_parameters(training, stage), layer = training_layer_parameters(training);
        StageMemory memory = training_memory_of_stage(training, stage);
        cr_expect_float_eq(memory.weights_bytes, 2 * (whole / REPLICAS + whole), 1);
        cr_expect_float_eq(memory.gradients_bytes, 2 * whole, 1);
        cr_expect_float_eq(memory.optimizer_bytes, 12 * whole / REPLICAS, 1);
        spec = two_stages(arena, 3, ZERO_SYNC_MICRO_BATCH, 5);
        small_cluster_resolve(arena, &spec);
        memory = training_memory_of_stage(&spec.jobs[0].training, stage);
        cr_expect_float_eq(memory.weights_bytes, 2 * (whole / REPLICAS + 2 * layer), 1);
        cr_expect_float_eq(memory.gradients_bytes, 2 * (whole / REPLICAS + 2 * layer), 1);
    }
    arena_destroy(arena);
}

Test(sharded_stages, every_parameter_is_in_one_unit_of_its_chunk) {
    for (size_t i = 0; i < ALL.count; i++) {
        Arena *arena = arena_create();
        SimulationSpec spec = spec_of(arena, i);
        const TrainingSpec *training = &spec.jobs[0].training;
        for (int stage = 0; stage < training->plan.pipeline_parallel; stage++) {
            double sum = 0;
            for (int chunk = 0; chunk < training->plan.virtual_stages; chunk++)
                for (int index = 0; index < shard_unit_count(training, stage, chunk); index++) {
                    ShardUnit unit = shard_unit_at(training, stage, chunk, index);
                    sum += shard_unit_parameters(training, &unit);
                }
            cr_expect_float_eq(sum / training_stage_parameters(training, stage), 1, 1e-12, "layout %zu", i);
        }
        arena_destroy(arena);
    }
}

/* Once per step the first forward pass and the last backward pass of a chunk are cut, no other. */
Test(sharded_stages, only_passes_that_move_something_are_cut) {
    Arena *arena = arena_create();
    SimulationSpec spec = layout_spec(arena, &LAYOUTS[2]);
    const ShardOrder *order = shard_order_create(arena, &spec.jobs[0].training);
    for (int stage = 0; stage < 2; stage++)
        for (int position = 0; position < order->per_stage; position++) {
            const ShardPass *at = shard_order_at(order, stage, position);
            bool first = at->pass.kind == PASS_FORWARD && at->pass.micro_batch == 0;
            bool last = at->pass.kind == PASS_BACKWARD && at->pass.micro_batch == 3;
            cr_expect_eq(at->gathers, first);
            cr_expect_eq(at->reduces, last);
            cr_expect_eq(at->slots,
                         first || last ? shard_unit_count(&spec.jobs[0].training, stage, at->pass.chunk) : 1);
        }
    arena_destroy(arena);
}

static SimTime step_of(const StageLayout *layout) {
    Arena *arena = arena_create();
    SimulationSpec spec = layout_spec(arena, layout);
    SimTime step = simulation_run(&spec, arena)->step;
    arena_destroy(arena);
    return step;
}

/* Reductions behind the last backward pass of each stage hold up its message to the stage before. */
Test(sharded_stages, reductions_that_the_message_waits_for_lengthen_the_step) {
    StageLayout layout = {1, 4, 1, 3, 0, ZERO_SYNC_STEP, 4, true, false, "auto"};
    SimTime beside = step_of(&layout);
    layout.overlap = false;
    cr_assert_lt(beside, step_of(&layout));
}

/* Bars of a class on one stream, in order. */
static int collect(const Results *results, int gpu_class, BarKind kind, const TimelineBar **bars) {
    int count = 0;
    for (int i = 0; i < results->timeline_count; i++)
        if (results->timeline[i].gpu_class == gpu_class && results->timeline[i].kind == kind)
            bars[count++] = &results->timeline[i];
    return count;
}

/* While the second stage waits for its first micro-batch it gathers all that it will compute with. */
Test(sharded_stages, what_is_kept_is_gathered_while_the_pipeline_fills) {
    Arena *arena = arena_create();
    SimulationSpec spec = layout_spec(arena, &LAYOUTS[0]);
    const Results *results = simulation_run(&spec, arena);
    const TimelineBar **forward = ARENA_ARRAY(arena, results->timeline_count, const TimelineBar *);
    const TimelineBar **moved = ARENA_ARRAY(arena, results->timeline_count, const TimelineBar *);
    cr_assert_gt(collect(results, 1, BAR_FORWARD, forward), 0);
    cr_assert_gt(collect(results, 1, BAR_DATA_COMM, moved), 9);
    cr_assert_eq(moved[0]->start, 0);
    cr_assert_leq(moved[8]->end, forward[0]->start);
    arena_destroy(arena);
}
