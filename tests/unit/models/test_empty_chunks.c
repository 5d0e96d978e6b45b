/* Chunks without layers: embedding or head alone, or nothing at all. */
#include <criterion/criterion.h>

#include "models/cluster/step_bound.h"
#include "models/memory/training_memory.h"
#include "models/plan/weight_owners.h"
#include "tests/unit/models/folding.h"
#include "tests/unit/models/small_cluster.h"
#include "tests/unit/models/small_experts.h"

typedef struct EmptyLayout {
    int stages, chunks, tensor, contexts;
    int64_t layers[8]; /* of every chunk in the order of a forward pass: 8 in sum */
    const char *schedule;
} EmptyLayout;

/* On 4 nodes of 4 GPUs. */
static const EmptyLayout LAYOUTS[] = {
    {4, 1, 1, 1, {0, 4, 4, 0}, "auto"},
    {4, 1, 2, 1, {0, 3, 5, 0}, "gpipe"},
    {4, 1, 1, 1, {0, 2, 4, 2}, "zb_h1"},
    {2, 1, 2, 2, {0, 8}, "auto"},
    {2, 2, 2, 1, {0, 4, 4, 0}, "auto"},
    {2, 4, 1, 1, {0, 2, 1, 0, 0, 3, 2, 0}, "auto"},
    {4, 2, 1, 1, {2, 1, 1, 1, 0, 2, 1, 0}, "auto"},
    {4, 2, 2, 1, {0, 1, 2, 1, 1, 2, 1, 0}, "zb_v"},
    {2, 2, 2, 2, {1, 0, 7, 0}, "v_half"},
};

enum { LAYOUT_COUNT = sizeof LAYOUTS / sizeof *LAYOUTS, SWITCHES = 64 };

static SimulationSpec layout_spec(Arena *arena, const EmptyLayout *layout) {
    SimulationSpec spec = small_cluster(arena, 4, 4);
    spec.cluster.node.host_memory_bytes_per_s = 409.6e9;
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->tensor_parallel = layout->tensor;
    plan->pipeline_parallel = layout->stages;
    plan->virtual_stages = layout->chunks;
    plan->context_parallel = layout->contexts;
    plan->flash_attention = layout->contexts > 1;
    plan->gradient_accumulation = 8;
    plan->schedule = layout->schedule;
    plan->layers_per_stage = layout->layers;
    plan->layers_per_stage_count = (int64_t)layout->stages * layout->chunks;
    return spec;
}

/* Layouts times switches. */
static SimulationSpec drawn_spec(Arena *arena, size_t index) {
    size_t switches = index % SWITCHES;
    SimulationSpec spec = layout_spec(arena, &LAYOUTS[index / SWITCHES]);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    spec.jobs[0].training.model.tied_embeddings = switches & 1;
    plan->zero_stage = switches / 2 % 4;
    plan->overlap_grad_reduce = plan->overlap_p2p = switches & 8;
    plan->sequence_parallel = plan->tp_comm_overlap = switches & 16;
    plan->recompute = switches & 32 ? RECOMPUTE_FULL : RECOMPUTE_NONE;
    plan->zero_whole_weights = plan->zero_stage == 1 && switches & 8;
    plan->offload_activations_fraction = switches & 32 && !plan_splits_backward(plan) ? 0.385 : 0;
    plan->offload_optimizer = plan->zero_stage == 2 || (plan->zero_stage < 2 && switches & 32 && !(switches & 8));
    small_cluster_resolve(arena, &spec);
    return spec;
}

Test(empty_chunks, every_rank_by_itself_takes_as_long) {
    folding_expect_layouts((FoldingLayouts){drawn_spec, LAYOUT_COUNT * SWITCHES});
}

Test(empty_chunks, no_run_is_shorter_than_the_bound) {
    for (size_t index = 0; index < LAYOUT_COUNT * SWITCHES; index++) {
        Arena *arena = arena_create();
        SimulationSpec spec = drawn_spec(arena, index);
        const Results *results = simulation_run(&spec, arena);
        cr_assert_eq(results->status, RUN_OK, "layout %zu", index);
        double step_s = (double)results->step * 1e-9, bound_s = step_bound_s(&spec, false);
        cr_expect_leq(bound_s, step_s, "layout %zu: %.9f above %.9f", index, bound_s, step_s);
        cr_expect_gt(bound_s, 0.2 * step_s, "layout %zu: %.9f of %.9f", index, bound_s, step_s);
        arena_destroy(arena);
    }
}

/* Seconds at peak of all GPUs together. */
static double ideal_s(const SimulationSpec *spec, Arena *arena) {
    const Results *results = simulation_run(spec, arena);
    cr_assert_eq(results->status, RUN_OK);
    return (double)results->ledger.ns[LEDGER_IDEAL_COMPUTE] * 1e-9;
}

Test(empty_chunks, they_take_no_layer_from_the_others) {
    static const EmptyLayout full = {4, 1, 1, 1, {2, 2, 2, 2}, "auto"};
    Arena *arena = arena_create();
    SimulationSpec spec = layout_spec(arena, &full), empty = layout_spec(arena, &LAYOUTS[0]);
    small_cluster_resolve(arena, &spec);
    small_cluster_resolve(arena, &empty);
    double full_s = ideal_s(&spec, arena);
    cr_expect_float_eq(ideal_s(&empty, arena), full_s, 1e-6 * full_s);
    arena_destroy(arena);
}

Test(empty_chunks, an_end_alone_holds_its_table_and_nothing_of_a_layer) {
    Arena *arena = arena_create();
    SimulationSpec spec = layout_spec(arena, &LAYOUTS[0]);
    spec.jobs[0].training.model.dropout_fraction = 0;
    spec.jobs[0].training.model.tied_embeddings = false;
    small_cluster_resolve(arena, &spec);
    const TrainingSpec *training = &spec.jobs[0].training;
    StageMemory first = training_memory_of_stage(training, 0), last = training_memory_of_stage(training, 3);
    cr_expect_float_eq(first.weights_bytes, transformer_embedding_parameters(&training->model) * 2, 1);
    cr_expect_eq(first.activations_bytes, 0);
    cr_expect_float_eq(last.weights_bytes, transformer_head_parameters(&training->model) * 2, 1);
    cr_expect_gt(last.activations_bytes, 0);
    arena_destroy(arena);
}

Test(empty_chunks, whole_weights_of_an_end_alone_have_an_owner_each) {
    Arena *arena = arena_create();
    SimulationSpec spec = layout_spec(arena, &LAYOUTS[0]);
    TrainingSpec *training = &spec.jobs[0].training;
    training->plan.zero_stage = 1;
    training->plan.zero_whole_weights = true;
    training->model.tied_embeddings = true;
    small_cluster_resolve(arena, &spec);
    double table = (double)training->model.vocab * (double)training->model.hidden;
    WeightOwners first = weight_owners_of_stage(training, 0), last = weight_owners_of_stage(training, 3);
    cr_expect_float_eq(first.busiest_parameters, table, 1);
    cr_expect_eq(first.with_matrices, 1);
    cr_expect_eq(first.with_vectors, 1, "%d", (int)first.with_vectors); /* the table of positions */
    cr_expect_float_eq(last.busiest_parameters, table, 1);
    cr_expect_eq(last.with_vectors, 0);
    arena_destroy(arena);
}

/* Experts on every GPU of a team of 4, and adapters: a chunk without layers exchanges no token and trains nothing. */
Test(empty_chunks, experts_and_adapters_are_where_the_layers_are) {
    static const int64_t LAYERS[] = {0, 3, 1, 4, 0, 2, 1, 1};
    for (int i = 0; i < 8; i++) {
        Arena *arena = arena_create();
        SimulationSpec spec = small_experts(arena, 4, 4);
        TrainingSpec *training = &spec.jobs[0].training;
        PlanSpec *plan = &training->plan;
        training->model.layers = 12;
        training->model.dense_first = i & 1 ? 3 : 0;
        plan->pipeline_parallel = 4;
        plan->virtual_stages = 2;
        plan->gradient_accumulation = 4;
        plan->expert_parallel = i & 2 ? 4 : 1;
        plan->distributed_optimizer = i & 4;
        plan->overlap_grad_reduce = plan->overlap_p2p = i & 4;
        plan->layers_per_stage = LAYERS;
        plan->layers_per_stage_count = 8;
        small_cluster_resolve(arena, &spec);
        folding_expect_agreement(&spec, arena_format(arena, "experts %d", i), arena);
        cr_expect_leq(step_bound_s(&spec, false), (double)simulation_run(&spec, arena)->step * 1e-9);
        arena_destroy(arena);
    }
}

Test(empty_chunks, an_adapter_is_in_no_chunk_without_layers) {
    Arena *arena = arena_create();
    SimulationSpec spec = layout_spec(arena, &LAYOUTS[0]);
    TrainingSpec *training = &spec.jobs[0].training;
    training->plan.lora = (LoraSpec){.rank = 16, .targets = LORA_QKV};
    small_cluster_resolve(arena, &spec);
    folding_expect_agreement(&spec, "adapters", arena);
    cr_expect_eq(training_memory_of_stage(training, 0).optimizer_bytes, 0);
    cr_expect_gt(training_memory_of_stage(training, 1).optimizer_bytes, 0);
    arena_destroy(arena);
}
