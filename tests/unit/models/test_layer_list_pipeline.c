/* Steps of lists of layers in stages. */
#include <criterion/criterion.h>

#include "models/cost/layer_run_cost.h"
#include "models/cost/training_costs.h"
#include "models/cost/work_profile.h"
#include "models/plan/layer_list_plan.h"
#include "models/plan/training_parameters.h"
#include "sim/engine/engine.h"
#include "tests/unit/models/folding.h"
#include "tests/unit/models/small_cluster.h"
#include "tests/unit/models/small_list.h"

static double seconds(const WorkCost *costs, const ListChunk *chunk) {
    WorkCost sum = {0};
    for (int i = chunk->first; i < chunk->end; i++)
        work_cost_add(&sum, &costs[i], 1);
    WorkProfile profile = training_work_profile(&sum, 1);
    return (double)ledger_sum(&profile.row) * 1e-9;
}

/* Nothing overlaps: both stages there and back, a message of 17 x 96 x 14 x 14 halves each way, the larger update. */
Test(layer_list_pipeline, one_micro_batch_takes_the_sum_of_its_stages_and_messages) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_conv_net(arena, 1);
    spec.jobs[0].gpus = 2;
    spec.jobs[0].training.plan.pipeline_parallel = 2;
    const Results *results = small_cluster_run(arena, &spec);
    const TrainingSpec *training = &spec.jobs[0].training;
    GpuSpec gpu = plan_gpu(&training->plan, &spec.cluster.node.gpu);
    LayerRun layers = layer_list_run(&training->list, arena);
    LayerRunCosts costs = layer_run_costs(training, &layers, &gpu, arena);
    WorkProfile update = training_optimizer_profile(training, &gpu, training_stage_parameters(training, 1), 1);
    double message_s = 5e-6 + 1.85e-6 + 17.0 * 96 * 14 * 14 * 2 / (300e9 * 0.7);
    double expected_s = 2 * message_s + (double)ledger_sum(&update.row) * 1e-9;
    for (int stage = 0; stage < 2; stage++) {
        ListChunk chunk = layer_list_chunk(training, stage, 0);
        expected_s += seconds(costs.forward, &chunk) + seconds(costs.backward, &chunk);
    }
    cr_assert_gt(training_stage_parameters(training, 1), training_stage_parameters(training, 0));
    cr_assert_float_eq(sim_time_to_s(results->step), expected_s, 2e-8);
    arena_destroy(arena);
}

typedef struct Layout {
    bool recommender;
    int64_t stages, chunks, micro_batches;
    const char *schedule;
    bool overlap_p2p;
    int64_t zero_stage;
} Layout;

static const Layout LAYOUTS[] = {
    {false, 2, 1, 5, "1f1b", true, 0},  {false, 4, 1, 7, "gpipe", false, 1}, {false, 2, 3, 4, "auto", true, 1},
    {false, 2, 2, 6, "auto", false, 0}, {true, 2, 1, 3, "1f1b", false, 0},   {true, 4, 1, 5, "gpipe", true, 1},
    {true, 2, 3, 4, "auto", true, 0},
};

static SimulationSpec spec_of(Arena *arena, size_t index) {
    const Layout *layout = &LAYOUTS[index];
    SimulationSpec spec = layout->recommender ? small_recommender(arena, 2) : small_conv_net(arena, 2);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->pipeline_parallel = layout->stages;
    plan->virtual_stages = layout->chunks;
    plan->gradient_accumulation = layout->micro_batches;
    plan->schedule = layout->schedule;
    plan->overlap_p2p = layout->overlap_p2p;
    plan->zero_stage = layout->zero_stage;
    small_cluster_resolve(arena, &spec);
    return spec;
}

Test(layer_list_pipeline, folded_and_unfolded_runs_agree) {
    folding_expect_layouts((FoldingLayouts){spec_of, sizeof LAYOUTS / sizeof *LAYOUTS});
}

Test(layer_list_pipeline, folded_and_unfolded_runs_agree_beside_a_slow_gpu) {
    folding_expect_slow_layouts((FoldingLayouts){spec_of, 4});
}

Test(layer_list_pipeline, asking_for_times_only_changes_no_time) {
    for (size_t i = 0; i < sizeof LAYOUTS / sizeof *LAYOUTS; i++) {
        Arena *arena = arena_create();
        SimulationSpec spec = spec_of(arena, i);
        SimTime whole = simulation_run(&spec, arena)->step;
        spec.only_times = true;
        spec.without_links = true;
        cr_expect_eq(simulation_run(&spec, arena)->step, whole, "layout %zu", i);
        arena_destroy(arena);
    }
}

/* Bar number `index` of a kind on a stream of a class, in the order of time. */
static const TimelineBar *bar(const Results *results, int class, BarKind kind, int index) {
    for (int i = 0; i < results->timeline_count; i++) {
        const TimelineBar *found = &results->timeline[i];
        if (found->gpu_class == class && found->kind == kind && index-- == 0)
            return found;
    }
    cr_assert_fail("no such bar");
    return NULL;
}

/* Tables and a bottom layer are on stage 0, the interaction is on stage 1. */
Test(layer_list_pipeline, a_message_waits_for_the_exchange_and_the_exchange_back_for_a_message) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_recommender(arena, 2);
    spec.jobs[0].training.plan.pipeline_parallel = 2;
    const Results *results = small_cluster_run(arena, &spec);
    const TimelineBar *there = bar(results, 0, BAR_DATA_COMM, 0), *back = bar(results, 0, BAR_DATA_COMM, 1);
    const TimelineBar *sent = bar(results, 0, BAR_PIPELINE_COMM, 0), *returned = bar(results, 1, BAR_PIPELINE_COMM, 0);
    cr_expect_geq(there->start, bar(results, 0, BAR_FORWARD, 0)->end);
    cr_expect_lt(bar(results, 0, BAR_FORWARD, 1)->start, there->end);
    cr_expect_geq(sent->start, there->end);
    cr_expect_geq(bar(results, 1, BAR_FORWARD, 0)->start, sent->end);
    cr_expect_geq(back->start, returned->end);
    cr_expect_lt(bar(results, 0, BAR_BACKWARD, 0)->start, back->end);
    cr_expect_geq(bar(results, 0, BAR_BACKWARD, 1)->start, back->end);
    arena_destroy(arena);
}

/* The tables are all that stage 0 has. */
Test(layer_list_pipeline, a_stage_of_tables_alone_does_nothing_beside_the_exchange) {
    static const int64_t LISTED[] = {1, 5};
    Arena *arena = arena_create();
    SimulationSpec spec = small_recommender(arena, 2);
    spec.jobs[0].training.plan.pipeline_parallel = spec.jobs[0].training.plan.layers_per_stage_count = 2;
    spec.jobs[0].training.plan.layers_per_stage = LISTED;
    const Results *results = small_cluster_run(arena, &spec);
    const TimelineBar *there = bar(results, 0, BAR_DATA_COMM, 0), *back = bar(results, 0, BAR_DATA_COMM, 1);
    cr_expect_geq(bar(results, 0, BAR_PIPELINE_COMM, 0)->start, there->end);
    cr_expect_geq(back->start, bar(results, 1, BAR_PIPELINE_COMM, 0)->end);
    cr_expect_geq(bar(results, 0, BAR_BACKWARD, 0)->start, back->end);
    arena_destroy(arena);
}

/* 5 ms on a core for each of 17 samples, one worker for a replica: stage 0 waits, and stage 1 for it. */
Test(layer_list_pipeline, the_first_stage_waits_for_samples) {
    Arena *arena = arena_create();
    SimulationSpec spec = small_conv_net(arena, 1);
    spec.jobs[0].training.plan.pipeline_parallel = 2;
    spec.cluster.storage = (StorageSpec){.read_bytes_per_s = 1e12, .write_bytes_per_s = 1e12};
    spec.jobs[0].loader.stored_bytes = 13000;
    spec.jobs[0].loader.copied_bytes = 27000;
    spec.jobs[0].loader.prepare_core_s = 5e-3;
    spec.jobs[0].loader.workers = 1;
    const Results *results = small_cluster_run(arena, &spec);
    cr_assert_float_eq(sim_time_to_s(results->wall) / (double)results->step_count, 17 * 5e-3, 0.01);
    cr_assert_gt(results->classes[0].ledger.ns[LEDGER_DATA_LOADING], 0.9 * (double)results->wall);
    arena_destroy(arena);
}

/* The pools of the second stage's replicas hold 9408 elements: it computes, but trains nothing. */
Test(layer_list_pipeline, a_stage_may_have_no_weights) {
    static const int64_t LISTED[] = {1, 1, 4};
    Arena *arena = arena_create();
    SimulationSpec spec = small_conv_net(arena, 3);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->pipeline_parallel = plan->layers_per_stage_count = 3;
    plan->layers_per_stage = LISTED;
    plan->gradient_accumulation = 4;
    plan->zero_stage = 1;
    const Results *results = small_cluster_run(arena, &spec);
    cr_assert_eq(results->memory[1].weights_bytes, 0);
    cr_assert_eq(ledger_sum(&results->classes[1].ledger), results->step);
    folding_expect_agreement(&spec, "without weights", arena);
    arena_destroy(arena);
}
