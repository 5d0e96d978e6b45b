/* Parameters of ZeRO-1 that are gathered beside the next step's first forward passes. */
#include "models/workload/training_gather.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "models/cluster/step_bound.h"
#include "tests/unit/models/folding.h"
#include "tests/unit/models/small_experts.h"

/* 8 dense layers on nodes of one GPU, whose NICs carry all that it sends; micro-batches of 64 sequences take longer
 * than what is gathered beside them, unless the NICs are slow. */
static SimulationSpec sharded(Arena *arena, int nodes, int64_t stages, int64_t chunks) {
    SimulationSpec spec = small_cluster(arena, nodes, 1);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    spec.cluster.node.nic = (LinkSpec){.bytes_per_s = 25e9, .efficiency_fraction = 0.65};
    plan->pipeline_parallel = stages;
    plan->virtual_stages = chunks;
    plan->micro_batch_seqs = 64;
    plan->gradient_accumulation = 4;
    plan->distributed_optimizer = plan->overlap_grad_reduce = plan->overlap_p2p = true;
    plan->overlap_slowdown = false;
    plan->recompute = RECOMPUTE_FULL;
    plan->collective = "ring";
    return spec;
}

/* By how much a step is shorter with the switch. */
static double gained_ns(SimulationSpec *spec, Arena *arena) {
    small_cluster_resolve(arena, spec);
    const Results *behind = simulation_run(spec, arena);
    spec->jobs[0].training.plan.overlap_param_gather = true;
    const Results *beside = simulation_run(spec, arena);
    return (double)(behind->step - beside->step);
}

/* Of a GPU of 4 that gathers so many parameters of 2 bytes in a ring. */
static double ring_ns(double parameters, double nic_bytes_per_s) {
    return parameters * 2 * 3 / 4 / (nic_bytes_per_s * 0.65) * 1e9;
}

static const double LAYER = 12.0 * 1024 * 1024 + 13 * 1024, TABLES = (5120 + 640) * 1024.0;

/* Eight pieces, each an eighth of all parameters; the first is waited for. */
Test(param_gather, all_but_the_first_piece_hide_beside_the_layers_before) {
    Arena *arena = arena_create();
    SimulationSpec spec = sharded(arena, 4, 1, 1);
    double expected = ring_ns(8 * LAYER + TABLES, 25e9) * 7 / 8;
    cr_expect_float_eq(gained_ns(&spec, arena), expected, 1e-3 * expected);
    arena_destroy(arena);
}

/* Pieces that take longer than layers follow each other; seven layers and the embedding are beside them. */
Test(param_gather, slow_pieces_hide_the_passes_instead) {
    Arena *arena = arena_create();
    SimulationSpec spec = sharded(arena, 4, 1, 1);
    spec.cluster.node.nic.bytes_per_s = 1e9;
    double gained = gained_ns(&spec, arena);
    const TrainingSpec *training = &spec.jobs[0].training;
    GpuSpec gpu = plan_gpu(&training->plan, &spec.cluster.node.gpu);
    TrainingCosts costs = training_costs_of(training, &gpu);
    PassWork work = {.kind = PASS_FORWARD, .layers = {7, 0}, .embedding = true};
    WorkProfile profile = training_pass_profile(&costs, &work, 1);
    /* Seven pieces more have a latency each. */
    cr_expect_float_eq(gained, (double)ledger_sum(&profile.row), 7 * 6e3);
    arena_destroy(arena);
}

/* Four layers on each stage; the second begins with its own first piece when the first message is there. */
Test(param_gather, every_stage_waits_for_a_piece_of_its_own) {
    Arena *arena = arena_create();
    SimulationSpec spec = sharded(arena, 8, 2, 1);
    double whole = ring_ns(4 * LAYER + TABLES, 25e9), second = ring_ns(4 * LAYER + 5120 * 1024, 25e9);
    double expected = whole - whole / 4 - second / 4;
    cr_expect_float_eq(gained_ns(&spec, arena), expected, 1e-2 * expected);
    arena_destroy(arena);
}

/* Two layers in each chunk: the first of the first stage is waited for, with the embedding in it. */
Test(param_gather, of_chunks_the_first_is_waited_for_and_the_others_hide) {
    Arena *arena = arena_create();
    SimulationSpec spec = sharded(arena, 8, 2, 2);
    double whole = ring_ns(4 * LAYER + TABLES, 25e9), first = ring_ns(2 * LAYER + TABLES, 25e9);
    cr_expect_float_eq(gained_ns(&spec, arena), whole - first, 1e-2 * (whole - first));
    arena_destroy(arena);
}

Test(param_gather, as_many_bytes_are_sent_as_behind_the_optimizer) {
    Arena *arena = arena_create();
    for (int64_t chunks = 1; chunks <= 2; chunks++) {
        SimulationSpec behind = sharded(arena, 8, 2, chunks), beside = sharded(arena, 8, 2, chunks);
        beside.jobs[0].training.plan.overlap_param_gather = true;
        double expected = small_cluster_sent_bytes(arena, &behind);
        cr_expect_float_eq(small_cluster_sent_bytes(arena, &beside), expected, 1e-9 * expected);
    }
    arena_destroy(arena);
}

Test(param_gather, no_step_is_shorter_than_its_bound) {
    Arena *arena = arena_create();
    for (int64_t stages = 1; stages <= 4; stages *= 2) {
        SimulationSpec spec = sharded(arena, 8, stages, stages > 1 ? 2 : 1);
        spec.jobs[0].training.plan.overlap_param_gather = true;
        small_cluster_resolve(arena, &spec);
        double step_s = sim_time_to_s(simulation_run(&spec, arena)->step), bound_s = step_bound_s(&spec, false);
        cr_expect_leq(bound_s, step_s, "%d stages", (int)stages);
        cr_expect_gt(bound_s, 0.6 * step_s, "%d stages", (int)stages);
    }
    arena_destroy(arena);
}

typedef struct GatherLayout {
    SmallExpertsLayout small; /* experts of 1: a dense model */
    int64_t shard_size;
    int64_t bucket; /* parameters */
    const char *schedule;
    int per_leaf;
} GatherLayout;

/* Those on several leaves last. */
static const GatherLayout LAYOUTS[] = {
    {{2, 4, 1, 1, 1, 0, 1, 1, 3, 1}, 4, 0, "auto", 0},   {{4, 4, 2, 1, 1, 0, 2, 1, 3, 1}, 0, 1000000, "1f1b", 0},
    {{2, 4, 1, 1, 2, 0, 1, 1, 2, 1.3}, 0, 0, "auto", 0}, {{4, 4, 2, 2, 4, 1, 2, 2, 4, 1}, 0, 0, "auto", 0},
    {{2, 4, 1, 1, 1, 0, 4, 1, 5, 1}, 0, 0, "zb_h1", 0},  {{2, 4, 1, 1, 2, 0, 2, 2, 4, 1}, 0, 0, "zb_v", 0},
    {{4, 4, 2, 1, 1, 0, 2, 2, 4, 1}, 0, 0, "auto", 1},   {{4, 4, 1, 2, 1, 0, 2, 4, 2, 1}, 0, 3000000, "auto", 2},
};

enum { LAYOUT_COUNT = sizeof LAYOUTS / sizeof *LAYOUTS, ON_ONE_LEAF = LAYOUT_COUNT - 2 };

static SimulationSpec layout_spec(Arena *arena, size_t index) {
    const GatherLayout *layout = &LAYOUTS[index];
    SimulationSpec spec = small_experts_spec(arena, &layout->small);
    TransformerSpec *model = &spec.jobs[0].training.model;
    PlanSpec *plan = &spec.jobs[0].training.plan;
    if (layout->small.experts == 1)
        model->experts = model->experts_per_token = model->expert_ffn_hidden = 0;
    plan->schedule = layout->schedule;
    plan->zero_shard_size = layout->shard_size;
    plan->gradient_bucket_parameters = layout->bucket;
    plan->distributed_optimizer = plan->overlap_grad_reduce = plan->overlap_param_gather = true;
    plan->overlap_p2p = true;
    small_cluster_leaves(&spec, layout->per_leaf);
    small_cluster_resolve(arena, &spec);
    return spec;
}

Test(param_gather, folded_and_unfolded_agree_to_the_nanosecond) {
    folding_expect_layouts((FoldingLayouts){layout_spec, LAYOUT_COUNT});
}

/* Not over oversubscribed uplinks (training_gather.h). */
Test(param_gather, folded_and_unfolded_agree_with_a_slow_gpu) {
    folding_expect_slow_layouts((FoldingLayouts){layout_spec, ON_ONE_LEAF});
}

Test(param_gather, what_has_nothing_to_gather_there_is_an_error) {
    Arena *arena = arena_create();
    const char *path = "jobs[0].plan.overlap_param_gather";
    SimulationSpec spec = sharded(arena, 4, 1, 1);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->overlap_param_gather = true;
    plan->overlap_grad_reduce = false;
    small_cluster_expect_error(&spec, path,
                               "found true without overlap_grad_reduce, expected overlap_grad_reduce: true");
    plan->overlap_grad_reduce = true;
    plan->offload_optimizer = true;
    small_cluster_expect_error(&spec, path, "found true with offload_optimizer, expected one of them");
    plan->offload_optimizer = false;
    plan->zero_stage = 2;
    small_cluster_expect_error(
        &spec, path,
        "found true with zero_stage 2, expected zero_stage 1, which gathers parameters behind the optimizer");
    plan->zero_stage = 1;
    plan->zero_whole_weights = true;
    small_cluster_expect_error(&spec, path,
                               "found true with zero_stage 1 and zero_whole_weights, expected zero_stage 1, which "
                               "gathers parameters behind the optimizer");
    arena_destroy(arena);
}
