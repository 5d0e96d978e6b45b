/* Pieces of a list dealt out over stages by what they cost and send, against every other way to cut it. */
#include "models/cost/layer_list_split.h"

#include <criterion/criterion.h>
#include <math.h>

#include "models/cost/layer_run_cost.h"
#include "models/plan/layer_list_plan.h"
#include "models/plan/plan_stages.h"
#include "tests/unit/models/small_cluster.h"
#include "tests/unit/models/small_list.h"

enum { PIECES = 9, STAGES = 4 };

/* Nine layers, of which the first ones are wide and the last ones long. */
static const LayerSpec LAYERS[] = {
    {.kind = LAYER_CONV, .repeat = 2, .in_channels = 32, .out_channels = 32, .kernel_size = 3, .height = 56},
    {.kind = LAYER_CONV, .repeat = 3, .in_channels = 96, .out_channels = 96, .kernel_size = 3, .height = 14},
    {.kind = LAYER_LINEAR, .repeat = 4, .in_features = 2048, .out_features = 2048},
};

typedef struct Cut {
    int ends[STAGES + 1]; /* pieces before each stage, and all */
    double longest_s;
    double sent_s;
} Cut;

static SimulationSpec split_spec(Arena *arena, int nodes, bool overlap_p2p) {
    SimulationSpec spec = small_conv_net(arena, nodes);
    TrainingSpec *training = &spec.jobs[0].training;
    training->list = (LayerListSpec){LAYERS, sizeof LAYERS / sizeof *LAYERS, true};
    training->plan.pipeline_parallel = STAGES;
    training->plan.gradient_accumulation = STAGES;
    training->plan.overlap_p2p = overlap_p2p;
    training->plan.stage_split = STAGE_SPLIT_COST;
    return spec;
}

/* On one node over ports, on four of them, a stage each, over NICs. */
static double message_s(const SimulationSpec *spec, const LayerRun *run, int piece) {
    const NodeSpec *node = &spec->cluster.node;
    const LinkSpec *link = spec->cluster.nodes > 1 ? &node->nic : &node->nvlink;
    double bytes = 17 * run->live_elements[piece] * 2;
    return piece == 0 || piece == PIECES ? 0
                                         : link->latency_s + bytes / (link->bytes_per_s * link->efficiency_fraction);
}

static double work_s(const LayerRun *run, const WorkCost *costs, int first, int end) {
    WorkCost sum = {0};
    cr_assert_eq(run->piece_count, run->count);
    for (int i = first; i < end; i++)
        work_cost_add(&sum, &costs[i], 1);
    return work_cost_seconds(&sum);
}

static void judge(const SimulationSpec *spec, const LayerRun *run, const LayerRunCosts *costs, Cut *cut) {
    cut->longest_s = cut->sent_s = 0;
    for (int stage = 0; stage < STAGES; stage++) {
        int first = cut->ends[stage], end = cut->ends[stage + 1];
        double sends_s = message_s(spec, run, first) + message_s(spec, run, end);
        double works_s = work_s(run, costs->forward, first, end) + work_s(run, costs->backward, first, end);
        bool overlap = spec->jobs[0].training.plan.overlap_p2p;
        cut->longest_s = fmax(cut->longest_s, overlap ? fmax(works_s, sends_s) : works_s + sends_s);
        cut->sent_s += message_s(spec, run, first);
    }
}

static Cut best_cut(const SimulationSpec *spec, const LayerRun *run, const LayerRunCosts *costs) {
    Cut best = {.longest_s = INFINITY};
    for (int a = 1; a < PIECES; a++)
        for (int b = a + 1; b < PIECES; b++)
            for (int c = b + 1; c < PIECES; c++) {
                Cut cut = {.ends = {0, a, b, c, PIECES}};
                judge(spec, run, costs, &cut);
                bool alike = fabs(cut.longest_s - best.longest_s) < 1e-12;
                if (alike ? cut.sent_s < best.sent_s - 1e-12 : cut.longest_s < best.longest_s)
                    best = cut;
            }
    return best;
}

static void expect_best(int nodes, bool overlap_p2p) {
    Arena *arena = arena_create();
    SimulationSpec spec = split_spec(arena, nodes, overlap_p2p);
    small_cluster_resolve(arena, &spec);
    const TrainingSpec *training = &spec.jobs[0].training;
    GpuSpec gpu = plan_gpu(&training->plan, &spec.cluster.node.gpu);
    LayerRun run = layer_list_run(&training->list, arena);
    LayerRunCosts costs = layer_run_costs(training, &run, &gpu, arena);
    Cut best = best_cut(&spec, &run, &costs), taken = {0};
    for (int stage = 0; stage < STAGES; stage++)
        taken.ends[stage + 1] = taken.ends[stage] + (int)plan_stages_layers(training, stage, 0);
    judge(&spec, &run, &costs, &taken);
    const char *text = plan_stages_text(training, arena);
    cr_expect_eq(taken.ends[STAGES], PIECES);
    cr_expect_float_eq(taken.longest_s, best.longest_s, 1e-12, "%d nodes, overlap %d: %s, not %d, %d, %d", nodes,
                       overlap_p2p, text, best.ends[1], best.ends[2], best.ends[3]);
    cr_expect_float_eq(taken.sent_s, best.sent_s, 1e-12, "%d nodes, overlap %d: %s, not %d, %d, %d", nodes, overlap_p2p,
                       text, best.ends[1], best.ends[2], best.ends[3]);
    arena_destroy(arena);
}

Test(layer_list_split, no_other_cut_has_a_shorter_longest_stage_or_as_short_a_one_that_sends_less) {
    expect_best(1, false);
    expect_best(1, true);
    expect_best(4, false);
    expect_best(4, true);
}

/* Two layers of 56 x 56 x 32 in front: over a slow NIC nobody cuts between or behind them. */
Test(layer_list_split, a_slow_network_moves_the_cut_to_where_little_is_sent) {
    Arena *arena = arena_create();
    SimulationSpec fast = split_spec(arena, 4, false), slow = split_spec(arena, 4, false);
    fast.cluster.node.nic.bytes_per_s = 2500e9;
    slow.cluster.node.nic.bytes_per_s = 0.1e9;
    small_cluster_resolve(arena, &fast);
    small_cluster_resolve(arena, &slow);
    cr_assert_leq(layer_list_chunk(&fast.jobs[0].training, 0, 0).end, 4, "%s",
                  plan_stages_text(&fast.jobs[0].training, arena));
    for (int stage = 1; stage < STAGES; stage++)
        cr_expect_eq(layer_list_chunk(&slow.jobs[0].training, stage, 0).in_elements, 2048);
    arena_destroy(arena);
}

/* The last layer takes longest, alone on its stage: the others may be cut behind 64 features or behind 4096. */
Test(layer_list_split, of_cuts_that_are_as_good_the_one_that_sends_less_is_taken) {
    static const LayerSpec UNEQUAL[] = {
        {.kind = LAYER_LINEAR, .repeat = 1, .in_features = 4096, .out_features = 64},
        {.kind = LAYER_LINEAR, .repeat = 1, .in_features = 64, .out_features = 4096},
        {.kind = LAYER_LINEAR, .repeat = 1, .in_features = 4096, .out_features = 4096},
        {.kind = LAYER_LINEAR, .repeat = 1, .in_features = 4096, .out_features = 90000},
    };
    Arena *arena = arena_create();
    SimulationSpec spec = split_spec(arena, 3, true);
    spec.jobs[0].training.list = (LayerListSpec){UNEQUAL, 4, false};
    spec.jobs[0].training.plan.pipeline_parallel = 3;
    small_cluster_resolve(arena, &spec);
    cr_assert_str_eq(plan_stages_text(&spec.jobs[0].training, arena), "1, 2, 1");
    arena_destroy(arena);
}

Test(layer_list_split, equal_layers_are_dealt_out_evenly_over_chunks) {
    LayerSpec layer = {.kind = LAYER_LINEAR, .repeat = 12, .in_features = 4096, .out_features = 4096};
    Arena *arena = arena_create();
    SimulationSpec spec = split_spec(arena, 1, true);
    spec.jobs[0].training.list = (LayerListSpec){&layer, 1, false};
    spec.jobs[0].training.plan.pipeline_parallel = 2;
    spec.jobs[0].training.plan.virtual_stages = 3;
    small_cluster_resolve(arena, &spec);
    cr_assert_str_eq(plan_stages_text(&spec.jobs[0].training, arena), "6 x 2");
    arena_destroy(arena);
}
