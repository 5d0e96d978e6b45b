/* Lists of layers that nobody would think of, in stages: folded and unfolded agree, a worse part never speeds a step
 * up, and nothing of a list is lost between its stages. */
#include <criterion/criterion.h>

#include "models/cluster/step_bound.h"
#include "models/memory/training_memory.h"
#include "models/plan/layer_list_plan.h"
#include "models/plan/training_parameters.h"
#include "tests/fuzz/draw.h"
#include "tests/fuzz/drawn_jobs.h"
#include "tests/unit/models/small_cluster.h"

enum { JOBS = 60, MOST_LAYERS = 14 };

/* The last three cannot be in a block here: their vectors are of the whole list. */
static const LayerSpec SAMPLES[] = {
    {.kind = LAYER_CONV, .in_channels = 3, .out_channels = 64, .kernel_size = 3, .height = 28, .batch_norm = true},
    {.kind = LAYER_CONV, .in_channels = 96, .out_channels = 200, .kernel_size = 1, .height = 7, .relu = true},
    {.kind = LAYER_POOL, .in_channels = 200, .kernel_size = 2, .height = 28},
    {.kind = LAYER_ELEMENT_WISE, .elements = 100352, .inputs = 2},
    {.kind = LAYER_ELEMENT_WISE, .elements = 2385, .relu = true},
    {.kind = LAYER_LINEAR, .in_features = 1024, .out_features = 3000, .bias = true},
    {.kind = LAYER_LINEAR, .in_features = 13, .out_features = 512},
    {.kind = LAYER_EMBEDDING_BAG, .num_embeddings = 70001, .embedding_dim = 48, .sharded = true},
    {.kind = LAYER_EMBEDDING_BAG, .num_embeddings = 701, .embedding_dim = 48, .lookups = 5},
    {.kind = LAYER_INTERACTION, .vectors = 5, .embedding_dim = 48},
};

enum { SAMPLE_COUNT = sizeof SAMPLES / sizeof *SAMPLES, INNER_COUNT = SAMPLE_COUNT - 3 };

static LayerSpec draw_layer(const Draw *draw, uint64_t count) {
    LayerSpec layer = SAMPLES[random_below(draw->stream, count)];
    layer.repeat = DRAW_PICK(draw, 1, 1, 2, 3);
    return layer;
}

static LayerSpec draw_block(const Draw *draw) {
    LayerSpec *inner = ARENA_ARRAY(draw->arena, 3, LayerSpec);
    for (int i = 0; i < 3; i++)
        inner[i] = draw_layer(draw, INNER_COUNT);
    return (LayerSpec){.kind = LAYER_BLOCK, .repeat = DRAW_PICK(draw, 1, 3), .block = {inner, 3, false}};
}

/* The first one has weights, the last ones are pieces enough for all chunks. */
static LayerListSpec draw_list(const Draw *draw) {
    LayerSpec *layers = ARENA_ARRAY(draw->arena, MOST_LAYERS, LayerSpec);
    int64_t count = DRAW_PICK(draw, 4, 9, MOST_LAYERS);
    for (int64_t i = 0; i < count; i++)
        layers[i] = i % 5 == 3 ? draw_block(draw) : draw_layer(draw, SAMPLE_COUNT);
    layers[0] = (LayerSpec){.kind = LAYER_LINEAR, .repeat = 1, .in_features = 240, .out_features = 512};
    layers[count - 1] = (LayerSpec){.kind = LAYER_LINEAR, .repeat = 8, .in_features = 700, .out_features = 700};
    return (LayerListSpec){layers, count, true};
}

static void draw_plan(const Draw *draw, PlanSpec *plan, int64_t stages) {
    plan->pipeline_parallel = stages;
    plan->virtual_stages = stages > 1 ? DRAW_PICK(draw, 1, 1, 2) : 1;
    plan->micro_batch_seqs = DRAW_PICK(draw, 1, 5, 64);
    plan->gradient_accumulation = stages * DRAW_PICK(draw, 1, 2, 3);
    plan->schedule = plan->virtual_stages > 1 ? "interleaved_1f1b" : draw_toss(draw) ? "gpipe" : "1f1b";
    plan->collective = "ring";
    plan->zero_stage = DRAW_PICK(draw, 0, 1);
    plan->overlap_grad_reduce = draw_toss(draw);
    plan->overlap_p2p = draw_toss(draw);
    plan->stage_split = draw_toss(draw) ? STAGE_SPLIT_EVEN : STAGE_SPLIT_COST;
}

/* Stages fill nodes, on one leaf, so that folding loses nothing. */
static SimulationSpec draw_job(const Draw *draw) {
    int stages = DRAW_PICK(draw, 1, 2, 4);
    SimulationSpec spec = small_cluster(draw->arena, stages * DRAW_PICK(draw, 1, 2), DRAW_PICK(draw, 1, 2, 4));
    spec.cluster.node.nic.bytes_per_s = 1e9 * DRAW_PICK(draw, 1, 12, 50);
    TrainingSpec *training = &spec.jobs[0].training;
    training->model = (TransformerSpec){.name = "drawn"};
    training->sequence_tokens = 0;
    training->list = draw_list(draw);
    draw_plan(draw, &training->plan, stages);
    small_cluster_resolve(draw->arena, &spec);
    return spec;
}

Test(random_lists, folded_and_unfolded_take_the_same_time_on_one_leaf) {
    drawn_jobs_check(23, JOBS, draw_job, drawn_jobs_check_folding);
}

static void check_no_faster(const SimulationSpec *worse, double before_s, int job, const char *what) {
    double worse_s = drawn_jobs_step_s(worse);
    cr_assert_geq(worse_s, before_s * 0.99, "job %d: %s, and the step takes %.9f s instead of %.9f s", job, what,
                  worse_s, before_s);
}

static void check_worse_parts(SimulationSpec *spec, int job) {
    double before_s = drawn_jobs_step_s(spec);
    SimulationSpec worse = *spec;
    const char *what = NULL;
    for (int part = 0; (what = drawn_jobs_slow_part(&worse, part)) != NULL; part++, worse = *spec)
        check_no_faster(&worse, before_s, job, what);
}

Test(random_lists, a_slower_part_never_makes_the_step_faster) {
    drawn_jobs_check(59, JOBS, draw_job, check_worse_parts);
}

static void check_bounds(SimulationSpec *spec, int job) {
    double step_s = drawn_jobs_step_s(spec), bound_s = step_bound_s(spec, false), compute_s = step_bound_s(spec, true);
    cr_assert_gt(compute_s, 0, "job %d", job);
    cr_assert_leq(compute_s, bound_s, "job %d: %.9f s of compute, %.9f s of all", job, compute_s, bound_s);
    cr_assert_leq(bound_s, step_s, "job %d: bound %.9f s, step %.9f s", job, bound_s, step_s);
}

Test(random_lists, no_step_is_shorter_than_its_bound) {
    drawn_jobs_check(67, 2 * JOBS, draw_job, check_bounds);
}

static void check_nothing_is_lost(SimulationSpec *spec, int job) {
    const TrainingSpec *training = &spec->jobs[0].training;
    const PlanSpec *plan = &training->plan;
    double parameters = 0, kept = 0, sent = 0;
    int end = 0;
    for (int place = 0; place < plan->pipeline_parallel * plan->virtual_stages; place++) {
        ListChunk chunk =
            layer_list_chunk(training, place % (int)plan->pipeline_parallel, place / (int)plan->pipeline_parallel);
        cr_assert_eq(chunk.first, end, "job %d", job);
        cr_assert_gt(chunk.end, chunk.first, "job %d", job);
        cr_assert(place == 0 || chunk.in_elements > 0, "job %d", job);
        end = chunk.end;
        parameters += chunk.parameters + chunk.sharded_parameters;
        kept += chunk.kept_elements;
        sent += chunk.in_elements;
    }
    cr_assert_eq(end, (int)layer_list_length(&training->list), "job %d", job);
    cr_assert_float_eq(parameters, training_model_parameters(training), 1e-3, "job %d", job);
    cr_assert_float_eq(kept - sent, layer_list_kept_elements(&training->list), 1e-3, "job %d", job);
    for (int stage = 0; stage < plan->pipeline_parallel; stage++) {
        StageMemory memory = training_memory_of_stage(training, stage);
        cr_assert_gt(memory.activations_bytes, 0, "job %d", job);
    }
}

Test(random_lists, nothing_of_a_list_is_lost_between_its_stages) {
    drawn_jobs_check(31, 5 * JOBS, draw_job, check_nothing_is_lost);
}
