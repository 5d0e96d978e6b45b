#include "models/cluster/step_bound.h"

#include <math.h>

#include "models/cluster/placement.h"
#include "models/cost/layer_run_cost.h"
#include "models/cost/training_costs.h"
#include "models/cost/training_experts.h"
#include "models/cost/work_profile.h"
#include "models/plan/layer_list_plan.h"
#include "models/plan/plan_sharding.h"
#include "models/plan/shard_units.h"
#include "models/plan/training_flop.h"
#include "models/plan/training_parameters.h"
#include "models/plan/weight_owners.h"
#include "models/workload/workload.h"
#include "sim/engine/check.h"

/* Sums of rounded parts are compared with another order of the same sums. */
static const double ROUNDING_FRACTION = 1e-9;

/* What a pass takes; most chunks of a step do the same as the one before. */
typedef struct KnownWork {
    bool known;
    PassWork work;
    double sum_s;
    double seconds;
} KnownWork;

typedef struct Bound {
    const SimulationSpec *spec;
    const TrainingSpec *training;
    const PlanSpec *plan;
    const GpuSpec *gpus;             /* [type]: of the nodes, at the sustained clock */
    const TrainingCosts *costs;      /* [type]; of a transformer */
    const LayerRunCosts *list_costs; /* [type]; of a list of layers */
    int types;
    Arena *arena;
    FairShare *share;         /* NULL = compute only */
    const Workload *workload; /* NULL = compute only */
    KnownWork *latest;        /* [PassKind] */
} Bound;

/* One direction of one micro-batch through the chunks of a stage. */
typedef struct Passage {
    double work_s;    /* compute, sums of the tensor group, tokens to their experts and back */
    double message_s; /* to the next stage, or back to the one before; 0 where there is none */
} Passage;

/* An operation alone on its links, `times` times over. */
static double operation_s(const Bound *bound, int operation, double times) {
    double seconds = 0;
    if (operation == NO_OPERATION)
        return 0;
    const Traffic *traffic = bound->workload->traffic;
    for (int i = 0; i < traffic_leg_count(traffic, operation); i++) {
        const TrafficLeg *leg = traffic_leg(traffic, operation, i);
        seconds += leg->latency_s * times;
        if (leg->amount_bytes <= 0)
            continue;
        double rate_per_s = fair_share_alone_rate_per_s(bound->share, &leg->way);
        seconds += rate_per_s > 0 ? leg->amount_bytes * times / rate_per_s : 0;
    }
    return seconds;
}

static double profile_s(const WorkProfile *profile) {
    return profile->endless ? INFINITY : (double)ledger_sum(&profile->row) * 1e-9;
}

/* Sums of the tensor group that nothing hides in a pass on that type of node, at least. */
static double open_sums(const Bound *bound, int type, const PassWork *work) {
    double of_ends = work->kind == PASS_FORWARD ? work->embedding : work->head;
    return training_open_sums(&bound->costs[type], work) + of_ends;
}

/* What sums of sum_s each take longer than the products that they run beside. */
static double longer_s(const TrainingCosts *costs, PassWork work, double sum_s) {
    double seconds = 0;
    work.sums_s = 0; /* the open ones are not beside these products */
    for (int window = 0; window < TENSOR_WINDOWS; window++) {
        double sums = training_hidden_sums(costs, &work, window);
        work.part = (PassPart)(PASS_BESIDE + window);
        WorkProfile cover = sums > 0 ? training_pass_profile(costs, &work, 1) : (WorkProfile){0};
        seconds += fmax(0, sums * sum_s - profile_s(&cover));
    }
    return seconds;
}

static double least_work_s(const Bound *bound, PassWork work, double sum_s) {
    double least_s = INFINITY;
    for (int type = 0; type < bound->types; type++) {
        work.sums_s = sum_s > 0 ? open_sums(bound, type, &work) * sum_s : 0;
        WorkProfile profile = training_pass_profile(&bound->costs[type], &work, 1);
        double longer = sum_s > 0 ? longer_s(&bound->costs[type], work, sum_s) : 0;
        least_s = fmin(least_s, profile_s(&profile) + work.sums_s + longer);
    }
    return least_s;
}

static bool is_known(const KnownWork *latest, const PassWork *work, double sum_s) {
    const PassWork *of = &latest->work;
    return latest->known && latest->sum_s == sum_s && of->layers.layers == work->layers.layers &&
           of->layers.experts == work->layers.experts && of->embedding == work->embedding && of->head == work->head;
}

/* Compute and sums of the tensor group, of sum_s each, on the fastest type of node that there is; of the work of a
 * chunk. */
static double work_s(const Bound *bound, const PassWork *work, double sum_s) {
    KnownWork *latest = &bound->latest[work->kind];
    if (!is_known(latest, work, sum_s))
        *latest = (KnownWork){true, *work, sum_s, least_work_s(bound, *work, sum_s)};
    return latest->seconds;
}

static double optimizer_s(const Bound *bound, double parameters) {
    double least_s = INFINITY;
    if (bound->plan->offload_optimizer)
        return 0; /* the CPUs' */
    for (int type = 0; type < bound->types; type++) {
        WorkProfile profile = training_optimizer_profile(bound->training, &bound->gpus[type], parameters, 1);
        least_s = fmin(least_s, profile_s(&profile));
    }
    return least_s;
}

/* Tokens of the first team to their experts and back, where nothing hides them. */
static double experts_s(const Bound *bound, int stage, const PassWork *work) {
    const ExpertTraffic *experts = &bound->workload->training.experts[stage];
    double times = training_expert_exchanges(bound->plan, work->kind) * (double)work->layers.experts;
    if (bound->plan->overlap_expert_comm)
        return 0;
    return operation_s(bound, experts->dispatch, times) + operation_s(bound, experts->combine, times);
}

/* Of a chunk of a list, on the fastest type of node; no exchange. */
static Passage list_passage(const Bound *bound, PassKind kind, int stage, int chunk) {
    const ListChunk listed = layer_list_chunk(bound->training, stage, chunk);
    PipelineShape shape = plan_shape(bound->plan);
    double least_s = INFINITY;
    for (int type = 0; type < bound->types; type++) {
        const LayerRunCosts *costs = &bound->list_costs[type];
        WorkCost sum = {0};
        for (int i = listed.first; i < listed.end; i++)
            work_cost_add(&sum, kind == PASS_FORWARD ? &costs->forward[i] : &costs->backward[i], 1);
        least_s = fmin(least_s, work_cost_seconds(&sum));
    }
    if (bound->workload == NULL)
        return (Passage){.work_s = least_s};
    int message =
        layer_list_traffic_message(&bound->workload->training.list, &shape, 0, stage, &(PipelinePass){kind, 0, chunk});
    return (Passage){.work_s = least_s, .message_s = operation_s(bound, message, 1)};
}

static Passage chunk_passage(const Bound *bound, PassKind kind, int stage, int chunk) {
    const PlanSpec *plan = bound->plan;
    PipelineShape shape = plan_shape(plan);
    if (training_family(bound->training) == FAMILY_LAYERS)
        return list_passage(bound, kind, stage, chunk);
    PassWork work = {.kind = kind,
                     .embedding = training_is_first_chunk(stage, chunk),
                     .head = training_is_last_chunk(plan, stage, chunk)};
    work.layers = chunk_layers(bound->training, (ChunkPart){stage, chunk, 0, 1, false});
    if (bound->workload == NULL || kind == PASS_WEIGHT)
        return (Passage){.work_s = work_s(bound, &work, 0)};
    const TrainingTraffic *traffic = &bound->workload->training;
    double sum_s = operation_s(bound, traffic->tensor[stage], 1);
    int message = training_message(traffic, &shape, 0, stage, &(PipelinePass){kind, 0, chunk});
    return (Passage){.work_s = work_s(bound, &work, sum_s) + experts_s(bound, stage, &work),
                     .message_s = operation_s(bound, message, 1)};
}

/* What a micro-batch holds the compute stream of a stage for, in all passes up to `last` and all chunks. */
static double micro_batch_s(const Bound *bound, int stage, PassKind last) {
    double seconds = 0;
    for (int chunk = 0; chunk < bound->plan->virtual_stages; chunk++)
        for (int kind = PASS_FORWARD; kind <= (int)last; kind++) {
            Passage passage = chunk_passage(bound, (PassKind)kind, stage, chunk);
            seconds += passage.work_s + (bound->plan->overlap_p2p ? 0 : passage.message_s);
        }
    return seconds;
}

/* Reduces the gradients of a slice of a chunk. */
static double slice_reduction_s(const Bound *bound, int stage, int chunk) {
    const TrainingTraffic *traffic = &bound->workload->training;
    int operation = traffic->gradients[(stage * traffic->chunks + chunk) * traffic->tensor_groups];
    return operation_s(bound, operation, training_gradient_buckets(bound->training, stage, chunk));
}

/* From the end of the last pass of a stage, which takes last_pass_s, until its gradients are reduced. */
static double reduction_s(const Bound *bound, int stage, double last_pass_s) {
    const PlanSpec *plan = bound->plan;
    double seconds = 0;
    if (bound->workload == NULL)
        return 0;
    if (plan->overlap_grad_reduce) {
        /* The slices of the first chunk are made in the last pass, and reduced one after the other. */
        double slice_s = slice_reduction_s(bound, stage, 0);
        return fmax(slice_s, slice_s * training_gradient_slices(bound->training, stage) - last_pass_s);
    }
    for (int chunk = 0; chunk < plan->virtual_stages; chunk++)
        seconds += slice_reduction_s(bound, stage, chunk);
    return seconds;
}

/* After everybody's gradients: the optimizer of a stage, and the parameters that it gathers, not beside passes. */
static double end_s(const Bound *bound, int stage) {
    double seconds = optimizer_s(bound, weight_owners_parameters(bound->training, stage));
    bool gathers = bound->workload != NULL && !bound->plan->overlap_param_gather;
    for (int chunk = 0; gathers && chunk < bound->plan->virtual_stages; chunk++) {
        const TrainingTraffic *traffic = &bound->workload->training;
        seconds +=
            operation_s(bound, traffic->parameters[(stage * traffic->chunks + chunk) * traffic->tensor_groups], 1);
    }
    if (bound->workload != NULL && bound->workload->training.weights != NULL) {
        const TrainingTraffic *traffic = &bound->workload->training;
        const WeightTraffic *weights = &traffic->weights[stage * traffic->tensor_groups];
        seconds += operation_s(bound, weights->matrices, weights->matrices_times) +
                   operation_s(bound, weights->vectors, weights->vectors_times);
    }
    return seconds;
}

/* ZeRO-2 and 3: all that the one stream of unit collectives of a stage carries in the step, one after the other. */
static double units_s(const Bound *bound, int stage) {
    const TrainingTraffic *traffic = bound->workload != NULL ? &bound->workload->training : NULL;
    double gathers = (double)plan_sharding_gathers(bound->plan), seconds = 0;
    double reductions = (double)plan_sharding_reductions(bound->plan);
    for (int chunk = 0; traffic != NULL && chunk < traffic->chunks; chunk++)
        for (int i = 0; i < shard_unit_count(bound->training, stage, chunk); i++) {
            const UnitTraffic *unit = shard_traffic_at(&traffic->units, stage, chunk, i, 0);
            seconds += operation_s(bound, unit->scatter, reductions * unit->times) +
                       operation_s(bound, unit->expert_scatter, reductions * unit->times) +
                       operation_s(bound, unit->gather, gathers * unit->times) +
                       operation_s(bound, unit->expert_gather, gathers * unit->times) +
                       operation_s(bound, unit->sum, unit->times);
        }
    return seconds;
}

static double bound_of_stages(const Bound *bound) {
    double there_s = 0, back_s = 0, reduced_s = 0, longest_end_s = 0;
    PassKind completes = plan_splits_backward(bound->plan) ? PASS_WEIGHT : PASS_BACKWARD;
    for (int stage = 0; stage < bound->plan->pipeline_parallel; stage++) {
        Passage forward = chunk_passage(bound, PASS_FORWARD, stage, 0);
        Passage backward = chunk_passage(bound, PASS_BACKWARD, stage, 0);
        /* The last message back is over when the stage before begins; the gradients do not wait for it. */
        double held_s = bound->plan->overlap_p2p ? 0 : backward.message_s;
        double count = (double)plan_micro_batches(bound->plan);
        double back_by_s = there_s + count * micro_batch_s(bound, stage, PASS_BACKWARD) - held_s;
        double done_s = there_s + count * micro_batch_s(bound, stage, completes) - held_s;
        double way_back_s = stage > 0 ? backward.message_s + back_s : 0;
        double last_pass_s = chunk_passage(bound, completes, stage, 0).work_s;
        reduced_s = fmax(reduced_s, units_s(bound, stage));
        reduced_s = fmax(reduced_s, fmax(back_by_s + way_back_s, done_s + reduction_s(bound, stage, last_pass_s)));
        longest_end_s = fmax(longest_end_s, end_s(bound, stage));
        there_s += forward.work_s + forward.message_s;
        back_s = way_back_s + backward.work_s;
    }
    return reduced_s + longest_end_s;
}

/* Lays the job out on its network, as a run would, but runs nothing. */
static double bound_with_traffic(Bound *bound) {
    const SimulationSpec *spec = bound->spec;
    ErrorList errors;
    error_list_init(&errors, bound->arena);
    const JobPlace *places = placement_of_jobs(spec, bound->arena, &errors);
    CHECK(places != NULL);
    Network network = cluster_network(&spec->cluster);
    Traffic *traffic = traffic_create(bound->arena, &network, TRAFFIC_FOLDED);
    traffic_echo_silence(traffic_echo(traffic));
    bound->workload = workload_create(bound->arena, spec, &spec->jobs[0], &places[0], traffic);
    Engine *engine = engine_create(&(EngineSettings){.seed = spec->seed, .scenario = spec->name});
    bound->share = fair_share_create(engine);
    traffic_seal(traffic, bound->share);
    double seconds = bound_of_stages(bound);
    traffic_destroy(traffic);
    fair_share_destroy(bound->share);
    engine_destroy(engine);
    return seconds;
}

/* Costs on every type of node that has the plan's precision; the job may be on any of them. */
static void price_types(Bound *bound) {
    const ClusterSpec *cluster = &bound->spec->cluster;
    GpuSpec *gpus = ARENA_ARRAY(bound->arena, cluster_type_count(cluster), GpuSpec);
    TrainingCosts *costs = ARENA_ARRAY(bound->arena, cluster_type_count(cluster), TrainingCosts);
    LayerRunCosts *list_costs = ARENA_ARRAY(bound->arena, cluster_type_count(cluster), LayerRunCosts);
    bool is_list = training_family(bound->training) == FAMILY_LAYERS;
    LayerRun run = is_list ? layer_list_run(&bound->training->list, bound->arena) : (LayerRun){0};
    for (int type = 0; type < cluster_type_count(cluster); type++) {
        gpus[bound->types] = plan_gpu(bound->plan, &cluster_type(cluster, type)->gpu);
        if (gpus[bound->types].peak_flop_per_s[bound->plan->precision] <= 0)
            continue;
        if (is_list)
            list_costs[bound->types] = layer_run_costs(bound->training, &run, &gpus[bound->types], bound->arena);
        else
            costs[bound->types] = training_costs_of(bound->training, &gpus[bound->types]);
        bound->types++;
    }
    bound->gpus = gpus;
    bound->costs = costs;
    bound->list_costs = list_costs;
}

double step_bound_s(const SimulationSpec *spec, bool compute_only) {
    const TrainingSpec *training = &spec->jobs[0].training;
    CHECK(spec->job_count == 1 && spec->jobs[0].kind == JOB_TRAINING);
    Bound bound = {.spec = spec, .training = training, .plan = &training->plan, .arena = arena_create()};
    bound.latest = ARENA_ARRAY(bound.arena, PASS_KIND_COUNT, KnownWork);
    price_types(&bound);
    double seconds = compute_only ? bound_of_stages(&bound) : bound_with_traffic(&bound);
    arena_destroy(bound.arena);
    return seconds * (1 - ROUNDING_FRACTION);
}
