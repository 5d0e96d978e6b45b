/* Passes that are timed without events must give what a run with every event gives, nanosecond by nanosecond, whatever
 * the plan and the fabric; here for many plans drawn at random. */
#include <criterion/criterion.h>
#include <string.h>

#include "models/spec_resolve.h"
#include "sim/engine/splitmix.h"
#include "tests/unit/models/small_cluster.h"

enum { DRAWS = 3000 };

static int draw(uint64_t *state, int count) {
    *state += SPLITMIX_STEP;
    return (int)(splitmix_finish(*state) % (uint64_t)count);
}

static void draw_plan(uint64_t *state, SimulationSpec *spec) {
    TrainingSpec *training = &spec->jobs[0].training;
    PlanSpec *plan = &training->plan;
    const char *const schedules[] = {"1f1b", "gpipe", "zb_h1", "zb_h2"};
    const char *const of_chunks[] = {"auto", "zb_v", "v_half", "v_min"};
    const Recompute recomputes[] = {RECOMPUTE_NONE, RECOMPUTE_SELECTIVE, RECOMPUTE_FULL};
    plan->tensor_parallel = 1 << draw(state, 3);
    plan->pipeline_parallel = 1 << draw(state, 4);
    plan->virtual_stages = draw(state, 3) == 0 ? 2 : 1;
    plan->micro_batch_seqs = 1 + draw(state, 2);
    plan->gradient_accumulation = draw(state, 3) == 0 ? 1 + draw(state, 7) : 8 * (1 + draw(state, 5));
    plan->schedule = (plan->virtual_stages > 1 ? of_chunks : schedules)[draw(state, 4)];
    plan->overlap_grad_reduce = draw(state, 2);
    plan->overlap_p2p = draw(state, 2);
    plan->overlap_slowdown = draw(state, 2);
    plan->distributed_optimizer = draw(state, 2);
    plan->sequence_parallel = draw(state, 2);
    plan->tp_comm_overlap = plan->sequence_parallel && draw(state, 2);
    plan->recompute = recomputes[draw(state, 3)];
    plan->embedding_as_layer = plan->head_as_layer = draw(state, 3) == 0;
    training->model.layers =
        plan->pipeline_parallel * plan->virtual_stages * (1 + draw(state, 3)) - (plan->embedding_as_layer ? 2 : 0);
    training->model.hidden = 256 << draw(state, 4);
    training->model.tied_embeddings = draw(state, 2);
    if (plan->virtual_stages == 1 && !plan->embedding_as_layer && draw(state, 4) == 0) {
        training->model.layers += draw(state, 5);
        plan->last_stage_layers = training->model.layers / plan->pipeline_parallel;
        plan->first_stage_layers = draw(state, 2);
    }
}

/* As many layers on every chunk as a die says, none on some. */
static void draw_layers(Arena *arena, uint64_t *state, TrainingSpec *training) {
    PlanSpec *plan = &training->plan;
    int64_t chunks = plan->pipeline_parallel * plan->virtual_stages, sum = 0;
    int64_t *layers = ARENA_ARRAY(arena, chunks, int64_t);
    if (plan->first_stage_layers || plan->last_stage_layers || plan->embedding_as_layer || draw(state, 3) > 0)
        return;
    for (int64_t i = 0; i < chunks; i++)
        sum += layers[i] = draw(state, 4);
    plan->layers_per_stage = layers;
    plan->layers_per_stage_count = chunks;
    training->model.layers = sum;
}

static SimulationSpec draw_spec(Arena *arena, uint64_t *state) {
    const int leaves[] = {0, 1, 2, 3, 5};
    SimulationSpec spec = small_cluster(arena, 2 << draw(state, 4), 1 << draw(state, 4));
    draw_plan(state, &spec);
    draw_layers(arena, state, &spec.jobs[0].training);
    small_cluster_leaves(&spec, leaves[draw(state, 5)]);
    if (spec.cluster.fabric.nodes_per_leaf > 0)
        spec.cluster.fabric.oversubscription = 1 + 0.385 * draw(state, 8);
    spec.cluster.node.nics = draw(state, 3) ? spec.cluster.node.gpus : 1;
    spec.cluster.node.nvlink.bytes_per_s /= 1 + 13 * draw(state, 2);
    spec.cluster.node.nic.bytes_per_s /= 1 + 6.3 * draw(state, 3);
    spec.fidelity = draw(state, 6) ? FIDELITY_FOLDED : FIDELITY_UNFOLDED;
    spec.jobs[0].steps = 1 + draw(state, 2);
    spec.only_times = spec.without_links = true;
    return spec;
}

static bool is_same(const Results *one, const Results *other) {
    if (one->status != other->status || one->wall != other->wall || one->step != other->step)
        return false;
    for (int i = 0; i < one->class_count; i++)
        if (memcmp(&one->classes[i].ledger, &other->classes[i].ledger, sizeof one->ledger) != 0)
            return false;
    return memcmp(&one->ledger, &other->ledger, sizeof one->ledger) == 0 &&
           memcmp(one->comm_ns, other->comm_ns, sizeof one->comm_ns) == 0;
}

Test(quiet_passes, many_plans_take_the_same_time_with_and_without_their_events) {
    int quiet = 0, run = 0;
    for (int i = 0; i < DRAWS; i++) {
        Arena *arena = arena_create();
        ErrorList errors;
        uint64_t state = (uint64_t)i * 7919 + 13;
        SimulationSpec spec = draw_spec(arena, &state);
        error_list_init(&errors, arena);
        if (simulation_spec_resolve(&spec, &errors)) {
            const Results *without = simulation_run(&spec, arena);
            spec.every_event = true;
            const Results *with = simulation_run(&spec, arena);
            cr_expect(is_same(with, without), "draw %d: %lld and %lld ns", i, (long long)with->wall,
                      (long long)without->wall);
            quiet += without->event_count < with->event_count;
            run++;
        }
        arena_destroy(arena);
    }
    cr_expect_gt(run, DRAWS / 4);
    cr_expect_gt(3 * quiet, run, "only %d of %d runs had quiet passes", quiet, run);
}
