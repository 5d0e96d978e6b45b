/* Jobs that nobody would think of: folded and unfolded agree, MFU stays below 1, a worse part never speeds a step up.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/fuzz/draw.h"
#include "tests/fuzz/drawn_jobs.h"
#include "tests/unit/models/small_cluster.h"

enum { JOBS = 150 };

static void draw_plan(const Draw *draw, PlanSpec *plan) {
    plan->micro_batch_seqs = DRAW_PICK(draw, 1, 2, 3);
    plan->gradient_accumulation = plan->pipeline_parallel * DRAW_PICK(draw, 1, 2, 3);
    plan->recompute = (Recompute)DRAW_PICK(draw, RECOMPUTE_NONE, RECOMPUTE_SELECTIVE, RECOMPUTE_FULL);
    plan->schedule = plan->virtual_stages > 1 ? "interleaved_1f1b" : draw_toss(draw) ? "gpipe" : "1f1b";
    plan->collective = draw_toss(draw) ? "auto" : "ring";
    plan->sequence_parallel = draw_toss(draw);
    plan->distributed_optimizer = draw_toss(draw);
    plan->tp_comm_overlap = plan->sequence_parallel && plan->distributed_optimizer;
    plan->overlap_grad_reduce = draw_toss(draw);
    plan->overlap_p2p = draw_toss(draw);
    plan->flash_attention = draw_toss(draw);
}

/* Half of the clusters have a node or two of another type. */
static void draw_types(const Draw *draw, SimulationSpec *spec) {
    OtherNodesSpec *other = ARENA_NEW(draw->arena, OtherNodesSpec);
    int nodes = (int)spec->cluster.nodes, first = (int)random_below(draw->stream, (uint64_t)nodes);
    if (draw_toss(draw))
        return;
    *other = (OtherNodesSpec){.node = spec->cluster.node};
    other->nodes = arena_format(draw->arena, "%d-%d", first, first + 1 < nodes && draw_toss(draw) ? first + 1 : first);
    other->node.name = "other";
    other->node.gpu.peak_flop_per_s[PRECISION_FP16] *= 0.1 * DRAW_PICK(draw, 3, 10, 25);
    other->node.gpu.hbm_bytes_per_s *= 0.1 * DRAW_PICK(draw, 6, 10, 16);
    other->node.nic.bytes_per_s *= 0.1 * DRAW_PICK(draw, 5, 10, 20);
    other->node.nvlink.bytes_per_s *= 0.1 * DRAW_PICK(draw, 5, 10, 20);
    other->node.nics = draw_toss(draw) ? other->node.gpus : other->node.nics;
    spec->cluster.other_nodes = other;
    spec->cluster.other_node_count = 1;
}

/* Tensor groups and stages fill nodes evenly, on one leaf, so that folding loses nothing. */
static SimulationSpec draw_job(const Draw *draw) {
    int gpus = DRAW_PICK(draw, 1, 2, 4, 8), tensor = DRAW_PICK(draw, 1, 2, 4), pipeline = DRAW_PICK(draw, 1, 2, 4);
    tensor = tensor < gpus ? tensor : gpus;
    SimulationSpec spec = small_cluster(draw->arena, pipeline * DRAW_PICK(draw, 1, 2), gpus);
    spec.cluster.node.nics = gpus > 1 && draw_toss(draw) ? gpus / 2 : gpus;
    spec.cluster.node.nic.bytes_per_s = 1e9 * DRAW_PICK(draw, 1, 12, 50);
    spec.cluster.node.nvlink.bytes_per_s = 1e9 * DRAW_PICK(draw, 150, 900);
    spec.jobs[0].training.sequence_tokens = DRAW_PICK(draw, 64, 132, 512);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    plan->tensor_parallel = tensor;
    plan->pipeline_parallel = pipeline;
    plan->virtual_stages = pipeline > 1 ? DRAW_PICK(draw, 1, 2) : 1;
    draw_plan(draw, plan);
    draw_types(draw, &spec);
    small_cluster_resolve(draw->arena, &spec);
    return spec;
}

/* The same jobs, those with a pipeline in one chunk per stage and with weight gradients of their own. */
static SimulationSpec draw_split_job(const Draw *draw) {
    SimulationSpec spec = draw_job(draw);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    if (plan->pipeline_parallel > 1) {
        plan->virtual_stages = 1;
        plan->schedule = "zb_h1";
    }
    return spec;
}

/* The same jobs, parameters of ZeRO-1 gathered beside the first passes. */
static SimulationSpec draw_gathering_job(const Draw *draw) {
    SimulationSpec spec = draw_job(draw);
    PlanSpec *plan = &spec.jobs[0].training.plan;
    if (plan_zero_stage(plan) < 2) {
        plan->zero_stage = 1;
        plan->overlap_grad_reduce = plan->overlap_param_gather = true;
    }
    return spec;
}

Test(random_jobs, folded_and_unfolded_take_the_same_time_on_one_leaf) {
    drawn_jobs_check(23, JOBS, draw_job, drawn_jobs_check_folding);
}

Test(random_jobs, folded_and_unfolded_take_the_same_time_with_gathers_beside_passes) {
    drawn_jobs_check(2385, JOBS, draw_gathering_job, drawn_jobs_check_folding);
}

/* Where gradients and pipeline messages share a NIC, one that starts later may meet fewer others, and the step ends up
 * to a hundredth earlier. */
static const double SHARING_FRACTION = 0.01;

static void check_no_faster(const SimulationSpec *worse, double before_s, int job, const char *what) {
    double worse_s = drawn_jobs_step_s(worse);
    bool shares = worse->jobs[0].training.plan.overlap_grad_reduce;
    cr_assert_geq(worse_s, before_s * (1 - (shares ? SHARING_FRACTION : DRAWN_JOBS_NOISE_FRACTION)),
                  "job %d: %s, and the step takes %.9f s instead of %.9f s", job, what, worse_s, before_s);
}

/* NCCL chooses by what it expects of links, so "auto" may be wrong before a part gets worse and right after it. */
static void check_worse_parts(SimulationSpec *spec, int job) {
    PlanSpec *plan = &spec->jobs[0].training.plan;
    if (strcmp(plan->collective, "auto") == 0)
        plan->collective = "double_binary_tree";
    double before_s = drawn_jobs_step_s(spec);
    SimulationSpec worse = *spec;
    const char *what = NULL;
    for (int part = 0; (what = drawn_jobs_slow_part(&worse, part)) != NULL; part++, worse = *spec)
        check_no_faster(&worse, before_s, job, what);
    worse.cluster.node.nic.latency_s += 23.85e-6;
    worse.cluster.node.nvlink.latency_s += 23.85e-6;
    check_no_faster(&worse, before_s, job, "later messages");
}

Test(random_jobs, a_slower_part_never_makes_the_step_faster) {
    drawn_jobs_check(59, JOBS, draw_job, check_worse_parts);
}

Test(random_jobs, split_backward_passes_fold_too) {
    drawn_jobs_check(31, JOBS, draw_split_job, drawn_jobs_check_folding);
}

Test(random_jobs, a_slower_part_never_helps_split_backward_passes) {
    drawn_jobs_check(61, JOBS, draw_split_job, check_worse_parts);
}
