/* Clusters that nobody would think of: jobs, background flows and events on links, all at random. No run hangs or
 * crashes, all ledgers close, and the order of jobs in the file means nothing. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "models/spec_resolve.h"
#include "sim/engine/engine.h"
#include "tests/fuzz/draw.h"
#include "tests/unit/models/busy_cluster.h"

enum { CLUSTERS = 250 };

static const char *const NAMES[] = {"a", "b", "c", "d"};

static double seconds(const Draw *draw) {
    return random_exponential(draw->stream, 0.01);
}

static void draw_fabric(const Draw *draw, SimulationSpec *spec) {
    FabricSpec *fabric = &spec->cluster.fabric;
    fabric->routing = draw_toss(draw) ? ROUTING_ECMP : ROUTING_SPRAY;
    fabric->reroute_s = draw_toss(draw) ? 0 : 0.1 * seconds(draw);
    if (DRAW_PICK(draw, 0, 0, 1)) {
        fabric->topology = "torus";
        fabric->torus_x = (int)spec->cluster.nodes / 2;
        fabric->torus_y = 2;
        return;
    }
    fabric->topology = "leaf_spine";
    fabric->nodes_per_leaf = DRAW_PICK(draw, 1, 2, 3);
    fabric->spines = DRAW_PICK(draw, 0, 1, 2, 3);
    fabric->oversubscription = fabric->spines ? 1 : DRAW_PICK(draw, 1, 2, 5);
}

static void draw_job(const Draw *draw, SimulationSpec *spec, const char *name) {
    int gpus = spec->cluster.node.gpus * (int)spec->cluster.nodes / 4;
    JobSpec *job;
    if (draw_toss(draw)) {
        job = busy_cluster_add_collective(spec, name, gpus, "");
        job->collective.operation =
            (const char *[]){"all_reduce", "all_gather", "all_to_all", "broadcast"}[DRAW_PICK(draw, 0, 1, 2, 3)];
        job->collective.algorithm = "auto";
        job->collective.from_bytes = DRAW_PICK(draw, 1, 1000, 10000000);
        job->collective.to_bytes = job->collective.from_bytes * DRAW_PICK(draw, 1, 4);
    } else {
        job = busy_cluster_add_training(spec, name, gpus, "");
        PlanSpec *plan = &job->training.plan;
        plan->tensor_parallel = DRAW_PICK(draw, 1, 2);
        plan->pipeline_parallel = gpus % (2 * plan->tensor_parallel) == 0 ? DRAW_PICK(draw, 1, 2) : 1;
        plan->gradient_accumulation = plan->pipeline_parallel * DRAW_PICK(draw, 1, 2);
        plan->schedule = "1f1b";
        plan->overlap_grad_reduce = draw_toss(draw);
        plan->distributed_optimizer = draw_toss(draw);
    }
    job->placement = (Placement)DRAW_PICK(draw, PLACEMENT_PACKED, PLACEMENT_SPREAD, PLACEMENT_RANDOM);
    job->steps = DRAW_PICK(draw, 1, 1, 3);
    job->start_s = draw_toss(draw) ? 0 : seconds(draw);
}

static void draw_background(const Draw *draw, SimulationSpec *spec, const char *name) {
    int nodes = (int)spec->cluster.nodes, from = (int)random_below(draw->stream, (uint64_t)nodes);
    BackgroundSpec *flow =
        busy_cluster_add_background(spec, name, arena_format(draw->arena, "%d", from),
                                    arena_format(draw->arena, "%d", (from + 1 + DRAW_PICK(draw, 0, 1, 2)) % nodes));
    flow->bytes_per_s = 1e9 * DRAW_PICK(draw, 0, 1, 7);
    flow->start_s = draw_toss(draw) ? 0 : seconds(draw);
    if (draw_toss(draw))
        return;
    flow->on_s = seconds(draw);
    flow->off_s = seconds(draw);
    flow->random = draw_toss(draw);
}

static void draw_event(const Draw *draw, SimulationSpec *spec) {
    static const char *const LINKS[] = {"node[0]", "node[1].nic[0].out", "gpu[2]", "gpu", "node", "node[2].nic[0]"};
    const char *link = LINKS[DRAW_PICK(draw, 0, 1, 2, 3, 4, 5)];
    if (draw_toss(draw) && strcmp(spec->cluster.fabric.topology, "leaf_spine") == 0 &&
        spec->cluster.nodes > spec->cluster.fabric.nodes_per_leaf)
        link = DRAW_PICK(draw, 0, 1) ? "leaf[0].up" : "leaf[1]";
    LinkEventSpec *event = busy_cluster_add_event(spec, link, seconds(draw), 0);
    event->speed_fraction = draw_toss(draw) ? 0 : random_uniform(draw->stream);
    if (DRAW_PICK(draw, 0, 1, 1)) {
        event->for_s = seconds(draw);
        event->every_s = draw_toss(draw) ? 0 : event->for_s + seconds(draw);
    }
}

/* Some nodes of another type, with more or fewer GPUs and NICs. */
static void draw_types(const Draw *draw, SimulationSpec *spec) {
    OtherNodesSpec *other = ARENA_NEW(draw->arena, OtherNodesSpec);
    if (DRAW_PICK(draw, 0, 0, 1) == 0)
        return;
    *other = (OtherNodesSpec){.nodes = draw_toss(draw) ? "1" : "0, 2-3", .node = spec->cluster.node};
    other->node.name = "other";
    other->node.gpu.name = "other";
    other->node.gpu.hbm_bytes_per_s *= 0.61;
    other->node.nic.bytes_per_s *= 0.1 * DRAW_PICK(draw, 5, 20);
    other->node.gpus = DRAW_PICK(draw, 2, 4, 4, 8);
    other->node.nics = DRAW_PICK(draw, 1, 2, other->node.gpus);
    spec->cluster.other_nodes = other;
    spec->cluster.other_node_count = 1;
}

static SimulationSpec draw_cluster(const Draw *draw) {
    SimulationSpec spec = busy_cluster(draw->arena, DRAW_PICK(draw, 4, 8), DRAW_PICK(draw, 2, 4), 0);
    spec.seed = random_below(draw->stream, 1000);
    spec.fidelity = draw_toss(draw) ? FIDELITY_FOLDED : FIDELITY_UNFOLDED;
    spec.cluster.node.nics = DRAW_PICK(draw, 1, spec.cluster.node.gpus);
    draw_fabric(draw, &spec);
    draw_types(draw, &spec);
    for (int jobs = DRAW_PICK(draw, 1, 2, 3, 4), i = 0; i < jobs; i++)
        draw_job(draw, &spec, NAMES[i]);
    for (int flows = DRAW_PICK(draw, 0, 1, 2), i = 0; i < flows; i++)
        draw_background(draw, &spec, i ? "noise" : "hum");
    for (int events = DRAW_PICK(draw, 0, 0, 1, 3); events > 0; events--)
        draw_event(draw, &spec);
    return spec;
}

static SimulationSpec backwards(const SimulationSpec *spec, Arena *arena) {
    SimulationSpec copy = *spec;
    copy.jobs = ARENA_ARRAY(arena, spec->job_count, JobSpec);
    for (int64_t i = 0; i < spec->job_count; i++)
        copy.jobs[i] = spec->jobs[spec->job_count - 1 - i];
    copy.background = ARENA_ARRAY(arena, spec->background_count, BackgroundSpec);
    for (int64_t i = 0; i < spec->background_count; i++)
        copy.background[i] = spec->background[spec->background_count - 1 - i];
    return copy;
}

static void expect_same(const Results *one, const Results *other, int cluster) {
    cr_assert_eq(one->event_hash, other->event_hash, "cluster %d", cluster);
    cr_assert_eq(one->wall, other->wall, "cluster %d", cluster);
    cr_assert_eq(one->metric_count, other->metric_count);
    for (int i = 0; i < one->metric_count; i++) {
        cr_assert_str_eq(one->metrics[i].name, other->metrics[i].name);
        cr_assert_eq(memcmp(&one->metrics[i].value, &other->metrics[i].value, sizeof(double)), 0, "cluster %d: %s",
                     cluster, one->metrics[i].name);
    }
}

/* Fabrics that cannot be are left out; most of the others end. */
Test(random_neighbours, runs_end_close_their_books_and_do_not_know_the_order_of_jobs, .timeout = 240) {
    RandomStream *stream = random_stream_create(&(RandomName){.seed = 71, .entity = "cluster", .purpose = "fuzz"});
    int ended = 0, endless = 0;
    for (int cluster = 0; cluster < CLUSTERS; cluster++) {
        Draw draw = {arena_create(), stream};
        SimulationSpec spec = draw_cluster(&draw), turned = backwards(&spec, draw.arena), checked = turned;
        ErrorList errors;
        error_list_init(&errors, draw.arena);
        checked = backwards(&turned, draw.arena);
        if (simulation_spec_resolve(&checked, &errors)) {
            const Results *results = busy_cluster_run(&spec, draw.arena);
            expect_same(results, busy_cluster_run(&turned, draw.arena), cluster);
            ended += results->status == RUN_OK;
            endless += results->status == RUN_TOO_LONG;
            for (int i = 0; results->contention && i < results->contention->job_count; i++)
                cr_assert(results->status != RUN_OK || results->contention->slowdown[i] > 0.99, "cluster %d: %s %g",
                          cluster, NAMES[i], results->contention->slowdown[i]);
        }
        arena_destroy(draw.arena);
    }
    cr_expect_gt(ended, CLUSTERS / 2, "%d ended", ended);
    cr_expect_gt(endless, 0);
    random_stream_destroy(stream);
}
