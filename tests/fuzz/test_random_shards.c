/* Jobs under ZeRO that nobody would think of: folded and unfolded agree, a slower network never speeds a step up. */
#include <criterion/criterion.h>

#include "tests/fuzz/draw.h"
#include "tests/fuzz/drawn_jobs.h"
#include "tests/unit/models/small_cluster.h"

enum { JOBS = 100 };

/* Shard groups are all replicas, or half of them. */
static void draw_plan(const Draw *draw, int replicas, PlanSpec *plan) {
    plan->zero_stage = DRAW_PICK(draw, 1, 2, 3, 3);
    plan->zero_shard_size = replicas % 2 == 0 && draw_toss(draw) ? replicas / 2 : 0;
    plan->prefetch_layers = DRAW_PICK(draw, 0, 1, 3);
    plan->reshard_after_forward = plan->zero_stage != 3 || draw_toss(draw);
    plan->zero_list_collectives = plan->zero_stage >= 2 && plan->pipeline_parallel == 1 && draw_toss(draw);
    if (plan->zero_stage >= 2 && !plan->zero_list_collectives)
        plan->zero_sync = (ZeroSync)DRAW_PICK(draw, ZERO_SYNC_AUTO, ZERO_SYNC_MICRO_BATCH, ZERO_SYNC_STEP);
    plan->zero_whole_weights = plan->zero_stage == 1 && draw_toss(draw);
    plan->gradient_bucket_copies = plan->zero_stage == 1 && draw_toss(draw);
    plan->overlap_grad_reduce = draw_toss(draw);
    plan->micro_batch_seqs = DRAW_PICK(draw, 1, 2, 3);
    plan->gradient_accumulation = DRAW_PICK(draw, 1, 2, 3);
    plan->recompute = (Recompute)DRAW_PICK(draw, RECOMPUTE_NONE, RECOMPUTE_SELECTIVE, RECOMPUTE_FULL);
    plan->schedule = draw_toss(draw) ? "gpipe" : "1f1b";
    plan->collective = draw_toss(draw) ? "auto" : "ring";
    plan->sequence_parallel = draw_toss(draw);
    plan->tp_comm_overlap = plan->sequence_parallel && plan->micro_batch_seqs > 1;
}

/* A node of another type splits replicas into sets. */
static void draw_types(const Draw *draw, SimulationSpec *spec) {
    OtherNodesSpec *other = ARENA_NEW(draw->arena, OtherNodesSpec);
    if (draw_toss(draw))
        return;
    *other = (OtherNodesSpec){.node = spec->cluster.node, .nodes = "0"};
    other->node.name = "other";
    other->node.gpu.peak_flop_per_s[PRECISION_FP16] *= 0.1 * DRAW_PICK(draw, 3, 10, 25);
    other->node.nic.bytes_per_s *= 0.1 * DRAW_PICK(draw, 5, 10, 20);
    spec->cluster.other_nodes = other;
    spec->cluster.other_node_count = 1;
}

static SimulationSpec draw_job(const Draw *draw) {
    int gpus = DRAW_PICK(draw, 1, 2, 4, 8), tensor = DRAW_PICK(draw, 1, 2, 4), nodes = DRAW_PICK(draw, 1, 2, 3, 4);
    tensor = tensor < gpus ? tensor : gpus;
    SimulationSpec spec = small_cluster(draw->arena, nodes, gpus);
    spec.cluster.node.nics = gpus > 1 && draw_toss(draw) ? gpus / 2 : gpus;
    spec.cluster.node.nic.bytes_per_s = 1e9 * DRAW_PICK(draw, 1, 12, 50);
    spec.cluster.node.nvlink.bytes_per_s = 1e9 * DRAW_PICK(draw, 150, 900);
    spec.jobs[0].training.sequence_tokens = DRAW_PICK(draw, 64, 132, 512);
    /* Messages that share a NIC are rounded one by one when they are not folded. */
    bool may_split = spec.cluster.node.nics == gpus && nodes * gpus / tensor % 2 == 0;
    int stages = may_split && draw_toss(draw) ? 2 : 1;
    spec.jobs[0].training.plan.tensor_parallel = tensor;
    spec.jobs[0].training.plan.pipeline_parallel = stages;
    draw_plan(draw, nodes * gpus / tensor / stages, &spec.jobs[0].training.plan);
    draw_types(draw, &spec);
    small_cluster_resolve(draw->arena, &spec);
    return spec;
}

Test(random_shards, folded_and_unfolded_take_the_same_time_on_one_leaf) {
    drawn_jobs_check(29, JOBS, draw_job, drawn_jobs_check_folding);
}

static void check_slower_network(SimulationSpec *spec, int job) {
    double before_s = drawn_jobs_step_s(spec);
    spec->cluster.node.nic.bytes_per_s /= 2.385;
    spec->cluster.node.nvlink.bytes_per_s /= 2.385;
    double worse_s = drawn_jobs_step_s(spec);
    cr_assert_geq(worse_s, before_s * (1 - DRAWN_JOBS_NOISE_FRACTION), "job %d: %.9f s instead of %.9f s", job, worse_s,
                  before_s);
}

Test(random_shards, a_slower_network_never_makes_the_step_faster) {
    drawn_jobs_check(61, JOBS, draw_job, check_slower_network);
}
