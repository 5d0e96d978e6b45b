/* Jobs that nobody would think of: folded and unfolded agree, MFU stays below 1, a worse part never speeds a step up.
 */
#include <criterion/criterion.h>

#include "sim/engine/engine.h"
#include "tests/fuzz/draw.h"
#include "tests/unit/models/small_cluster.h"

enum { JOBS = 150 };

/* Parts of a step that move by a nanosecond each when times are rounded. */
static const double NOISE_FRACTION = 1e-3;

static void draw_plan(const Draw *draw, PlanSpec *plan) {
    plan->micro_batch_seqs = DRAW_PICK(draw, 1, 2, 3);
    plan->gradient_accumulation = plan->pipeline_parallel * DRAW_PICK(draw, 1, 2, 3);
    plan->recompute = (Recompute)DRAW_PICK(draw, RECOMPUTE_NONE, RECOMPUTE_SELECTIVE, RECOMPUTE_FULL);
    plan->schedule = plan->virtual_stages > 1 ? "interleaved_1f1b" : draw_toss(draw) ? "gpipe" : "1f1b";
    plan->collective = draw_toss(draw) ? "auto" : "ring";
    plan->sequence_parallel = draw_toss(draw);
    plan->distributed_optimizer = draw_toss(draw);
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

static double step_s(const SimulationSpec *spec) {
    Arena *arena = arena_create();
    const Results *results = simulation_run(spec, arena);
    cr_assert_eq(results->status, RUN_OK);
    double step = sim_time_to_s(results->step);
    cr_assert_gt(step, 0);
    cr_assert_leq(results_metric(results, "utilisation.mfu_fraction")->value, 1);
    arena_destroy(arena);
    return step;
}

static void for_random_jobs(uint64_t seed, void (*check)(SimulationSpec *spec, int job)) {
    RandomName name = {.seed = seed, .entity = "job", .purpose = "fuzz"};
    RandomStream *stream = random_stream_create(&name);
    for (int job = 0; job < JOBS; job++) {
        Draw draw = {arena_create(), stream};
        SimulationSpec spec = draw_job(&draw);
        check(&spec, job);
        arena_destroy(draw.arena);
    }
    random_stream_destroy(stream);
}

static void check_folding(SimulationSpec *spec, int job) {
    double folded_s = step_s(spec);
    spec->fidelity = FIDELITY_UNFOLDED;
    cr_assert_float_eq(step_s(spec), folded_s, 1e-8, "job %d: unfolded %.9f s, folded %.9f s", job, step_s(spec),
                       folded_s);
}

Test(random_jobs, folded_and_unfolded_take_the_same_time_on_one_leaf) {
    for_random_jobs(23, check_folding);
}

static void check_no_faster(const SimulationSpec *worse, double before_s, int job, const char *what) {
    double worse_s = step_s(worse);
    cr_assert_geq(worse_s, before_s * (1 - NOISE_FRACTION), "job %d: %s, and the step takes %.9f s instead of %.9f s",
                  job, what, worse_s, before_s);
}

static void check_worse_parts(SimulationSpec *spec, int job) {
    double before_s = step_s(spec);
    SimulationSpec worse = *spec;
    worse.cluster.node.nic.bytes_per_s /= 2.385;
    check_no_faster(&worse, before_s, job, "slower NICs");
    worse = *spec;
    worse.cluster.node.nvlink.bytes_per_s /= 2.385;
    check_no_faster(&worse, before_s, job, "slower NVLink");
    worse = *spec;
    worse.cluster.node.gpu.hbm_bytes_per_s /= 2.385;
    check_no_faster(&worse, before_s, job, "slower memory");
    worse = *spec;
    worse.cluster.node.nic.latency_s += 23.85e-6;
    worse.cluster.node.nvlink.latency_s += 23.85e-6;
    check_no_faster(&worse, before_s, job, "later messages");
}

Test(random_jobs, a_slower_part_never_makes_the_step_faster) {
    for_random_jobs(59, check_worse_parts);
}
