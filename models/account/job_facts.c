#include "models/account/job_facts.h"

#include <inttypes.h>
#include <string.h>

#include "models/account/host_memory.h"
#include "models/account/job_gpus.h"
#include "models/hardware/gpu_power.h"
#include "models/plan/parameter_bytes.h"
#include "models/plan/plan_experts.h"
#include "models/plan/plan_stages.h"
#include "models/workload/checkpoint.h"

enum { POWER_WORDS_MAX = 3, ASSUMPTIONS_MAX = 16 + POWER_WORDS_MAX };

/* True when some messages of a stage leave their leaf and others do not. */
static bool stages_cross_leaves_unevenly(const SimulationSpec *spec, const PlanSpec *plan) {
    Network network = cluster_network(&spec->cluster);
    int64_t leaf = (int64_t)network_nodes_per_leaf(&network) * network.gpus_per_node;
    int64_t stage = plan_stage_gpus(plan) * plan->data_parallel;
    bool several = leaf < network_gpu_count(&network);
    return plan->pipeline_parallel > 1 && several && stage % leaf && leaf % stage;
}

/* A type that has as many GPUs and NICs as all the job's nodes; NULL when they differ. */
static const NodeSpec *shape_of_nodes(const JobGpus *gpus) {
    const NodeSpec *first = cluster_type(gpus->cluster, cluster_type_of_gpu(gpus->cluster, gpus->rank_gpu[0]));
    for (int64_t rank = 1; rank < gpus->job->gpus && gpus->cluster->mix; rank++) {
        const NodeSpec *node = cluster_type(gpus->cluster, cluster_type_of_gpu(gpus->cluster, gpus->rank_gpu[rank]));
        if (node->gpus != first->gpus || node->nics != first->nics)
            return NULL;
    }
    return first;
}

/* True when tensor groups, stages, GPUs of a NIC or leaves are not filled alike, so that equal ranks have unequal ways.
 */
static bool sits_unevenly(const SimulationSpec *spec, const JobGpus *gpus) {
    const PlanSpec *plan = &gpus->job->training.plan;
    const NodeSpec *node = shape_of_nodes(gpus);
    if (spec->cluster.nodes == 1)
        return false;
    if (!node)
        return true;
    int64_t per_node = node->gpus, stage = plan_stage_gpus(plan) * plan->data_parallel;
    bool tensors =
        plan->tensor_parallel < per_node ? per_node % plan->tensor_parallel : plan->tensor_parallel % per_node;
    bool stages = plan->pipeline_parallel > 1 && stage % per_node;
    return tensors || stages || per_node % node->nics || stages_cross_leaves_unevenly(spec, plan);
}

static const char *placement_words(const JobSpec *job) {
    if (*job->nodes != '\0')
        return "as listed";
    switch (job->placement) {
    case PLACEMENT_PACKED:
        return "packed over leaves";
    case PLACEMENT_SPREAD:
        return "spread over leaves";
    case PLACEMENT_RANDOM:
        break;
    }
    return "at random";
}

static const char *loader_words(const SimulationSpec *spec, const JobSpec *job, Arena *arena) {
    const char *counted = simulation_spec_is_one_job(spec) ? "steps count once the loader goes on as it will"
                                                           : "its first step waits for the first samples";
    return arena_format(
        arena, "one GPU of each replica loads, by %" PRId64 " workers, at most %" PRId64 " micro-batches ahead; %s",
        job->loader.workers, job->loader.prefetch, counted);
}

const char *job_facts_missed_checkpoint(const JobSpec *job, Arena *arena) {
    if (job->steps >= job->checkpoint.every_steps)
        return NULL;
    return arena_format(arena,
                        "no checkpoint is taken: the first is due after step %" PRId64 ", and `steps` is %" PRId64,
                        job->checkpoint.every_steps, job->steps);
}

static const char *checkpoint_words(const SimulationSpec *spec, const JobSpec *job, Arena *arena) {
    const char *counted = !simulation_spec_is_one_job(spec) ? ""
                          : job->loader.workers > 0         ? "; figures are means over whole rounds"
                                                            : "; figures are means over whole rounds, in which steps "
                                                              "like the one before are counted, not simulated";
    if (job_facts_missed_checkpoint(job, arena))
        return job_facts_missed_checkpoint(job, arena);
    return arena_format(arena,
                        "a checkpoint of %.3g B per parameter after every %" PRId64 " steps, each GPU writes its "
                        "part%s",
                        checkpoint_parameter_bytes(job), job->checkpoint.every_steps, counted);
}

static const char *nothing_else(const SimulationSpec *spec, const JobSpec *job, Arena *arena) {
    const char *input = job->loader.workers > 0 ? "" : "input, ";
    const char *checkpoints = job->checkpoint.every_steps > 0 ? "" : "checkpoints";
    if (simulation_spec_is_one_job(spec))
        return arena_format(arena, "nothing else slows the job down: no %s%s%sfailures or other jobs", input,
                            checkpoints, *checkpoints != '\0' ? ", " : "");
    return arena_format(
        arena,
        "nothing but the traffic of others and the events of links slows the job down: no %s%s%sfailures "
        "of GPUs",
        input, checkpoints, *checkpoints != '\0' ? " or " : "");
}

static const char *memory_words(const TrainingSpec *training, Arena *arena) {
    double weight_bytes = training_weight_bytes(training);
    const char *which = training->plan.lora.rank > 0 ? "a parameter of an adapter" : "a parameter";
    return arena_format(arena, "%s takes %.3g B of weights, %.3g B of gradients and %.3g B of optimizer (%s)", which,
                        weight_bytes, training_gradient_bytes(&training->plan), training_state_bytes(training),
                        optimizer_words(&training->plan.optimizer, weight_bytes, arena));
}

/* Types of GPUs under a power limit; returns how many words it added. */
static int add_power(const ClusterSpec *cluster, Arena *arena, const char **list) {
    int count = 0;
    for (int type = 0; type < cluster_type_count(cluster) && count < POWER_WORDS_MAX; type++) {
        const GpuSpec *gpu = &cluster_type(cluster, type)->gpu;
        if (!gpu_power_is_limited(gpu))
            continue;
        list[count++] = arena_format(
            arena, "at %g of %g W products and attention of %s run at %.3g of their clock, HBM and links at full speed",
            gpu->power_limit_watts, gpu->tdp_watts, gpu->name,
            gpu_power_clock_fraction(gpu->power_limit_watts / gpu->tdp_watts));
    }
    return count;
}

/* What feeds the job, and what else might slow it down; returns how many words it added. */
static int add_surroundings(const SimulationSpec *spec, const JobSpec *job, Arena *arena, const char **list) {
    int count = add_power(&spec->cluster, arena, list);
    if (job->loader.workers > 0)
        list[count++] = loader_words(spec, job, arena);
    if (job->checkpoint.every_steps > 0)
        list[count++] = checkpoint_words(spec, job, arena);
    if (job->training.plan.offload_optimizer)
        list[count++] = arena_format(
            arena,
            "CPUs update at 0.8 of the bandwidth of host memory, %.3g B per parameter and what moves, while "
            "parameters come back",
            2 * training_state_bytes(&job->training));
    if (job->training.plan.offload_activations_fraction > 0)
        list[count++] =
            "offloaded activations go down beside their forward pass and come up beside their backward pass";
    list[count++] = nothing_else(spec, job, arena);
    return count;
}

/* Where the folded run is a bound. */
static const char *uneven_words(const SimulationSpec *spec, const JobGpus *gpus) {
    if (spec->fidelity != FIDELITY_FOLDED || !sits_unevenly(spec, gpus))
        return NULL;
    return "stages or tensor groups share nodes, NICs or leaves unevenly: all their ranks are taken to have the "
           "longest way of any of them; fidelity: unfolded tells them apart";
}

static const char *layout_of_list(const TrainingSpec *training, Arena *arena) {
    const PlanSpec *plan = &training->plan;
    const char *batch = arena_format(arena, "data %" PRId64 ", %" PRId64 " micro-batches of %" PRId64 " samples",
                                     plan->data_parallel, plan_micro_batches(plan), plan->micro_batch_seqs);
    double layers = layer_list_length(&training->list);
    if (training->plan.list_chunks == NULL)
        return arena_format(arena, "%.0f layers, %s", layers, batch);
    return arena_format(
        arena, "%.0f layers in %" PRId64 " pieces, pipeline %" PRId64 " x %s, schedule %s, pieces chunk by chunk %s",
        layers, layer_list_piece_count(&training->list), plan->pipeline_parallel, batch, plan->schedule,
        plan_stages_text(training, arena));
}

/* Of a model that is no transformer. */
static void assume_of_list(const SimulationSpec *spec, const JobGpus *gpus, Arena *arena, Results *results) {
    const JobSpec *job = gpus->job;
    const TrainingSpec *training = &job->training;
    const char **list = ARENA_ARRAY(arena, ASSUMPTIONS_MAX, const char *);
    bool staged = training->plan.pipeline_parallel > 1;
    int count = 0;
    list[count++] = layout_of_list(training, arena);
    list[count++] = arena_format(arena, "ranks fill nodes in order%s, %s", staged ? " (data, then pipeline)" : "",
                                 placement_words(job));
    if (staged && uneven_words(spec, gpus))
        list[count++] = uneven_words(spec, gpus);
    list[count++] = "the loss is free";
    if (layer_list_sharded_parameters(&training->list) > 0)
        list[count++] = arena_format(
            arena, "sharded tables are spread evenly over all GPUs%s, and read at the full bandwidth of HBM",
            staged ? " of their stage" : "");
    list[count++] = memory_words(training, arena);
    list[count++] = "CUDA and NCCL keep 1.5 GiB per process";
    count += add_surroundings(spec, job, arena, &list[count]);
    results->assumptions = list;
    results->assumption_count = count;
}

static const char *layers_with_experts(const TransformerSpec *model, Arena *arena) {
    int64_t experts = transformer_expert_layers(model, 0, model->layers);
    if (experts == model->layers)
        return "per layer";
    return arena_format(arena, "in each of %" PRId64 " of %" PRId64 " layers", experts, model->layers);
}

/* Adds up to two sentences to the list; returns its new length. */
static int assume_of_experts(const TrainingSpec *training, Arena *arena, const char **list, int count) {
    const PlanSpec *plan = &training->plan;
    if (training->model.experts == 0)
        return count;
    list[count++] = arena_format(arena,
                                 "%" PRId64 " experts %s, %" PRId64 "%s on each GPU of an expert group of %" PRId64
                                 "; %" PRId64 " see each token; model FLOPs count these alone",
                                 training->model.experts, layers_with_experts(&training->model, arena),
                                 training->model.experts / plan->expert_parallel,
                                 plan_expert_tensor(plan) < plan->tensor_parallel ? " whole ones" : "",
                                 plan->expert_parallel, training->model.experts_per_token);
    if (plan->expert_parallel > 1 && plan->routing.imbalance == 1)
        list[count++] = "tokens are spread evenly over the experts (expert_imbalance 1), which no router does: a lower "
                        "bound of the step";
    return count;
}

/* What the user did not say with numbers. */
static const char *split_words(const TrainingSpec *training, Arena *arena) {
    return training->plan.stage_split == STAGE_SPLIT_EVEN
               ? ""
               : arena_format(arena, ", layers chunk by chunk %s", plan_stages_text(training, arena));
}

static const char *layout_words(const TrainingSpec *training, Arena *arena) {
    const PlanSpec *plan = &training->plan;
    const char *context =
        plan->context_parallel > 1 ? arena_format(arena, " x context %" PRId64, plan->context_parallel) : "";
    return arena_format(arena,
                        "tensor %" PRId64 "%s x pipeline %" PRId64 " x data %" PRId64 ", %" PRId64
                        " micro-batch%s of %" PRId64 " sequence%s, schedule %s%s",
                        plan->tensor_parallel, context, plan->pipeline_parallel, plan->data_parallel,
                        plan_micro_batches(plan), plan_micro_batches(plan) == 1 ? "" : "es", plan->micro_batch_seqs,
                        plan->micro_batch_seqs == 1 ? "" : "s", plan->schedule, split_words(training, arena));
}

static void assume(const SimulationSpec *spec, const JobGpus *gpus, Arena *arena, Results *results) {
    const JobSpec *job = gpus->job;
    const PlanSpec *plan = &job->training.plan;
    const char **list = ARENA_ARRAY(arena, ASSUMPTIONS_MAX, const char *);
    int count = 0;
    list[count++] = layout_words(&job->training, arena);
    list[count++] = arena_format(arena, "ranks fill nodes in order (tensor fastest, then %sdata, then pipeline), %s",
                                 plan->context_parallel > 1 ? "context, then " : "", placement_words(job));
    list[count++] =
        plan->flash_attention ? "attention is fused and causal" : "attention is unfused and computes the full square";
    list[count++] = "all collectives of a pass are one transfer after its compute";
    if (plan->context_parallel > 1)
        list[count++] = "keys and values travel round the context group beside attention, in one transfer per pass";
    count = assume_of_experts(&job->training, arena, list, count);
    if (uneven_words(spec, gpus))
        list[count++] = uneven_words(spec, gpus);
    list[count++] = memory_words(&job->training, arena);
    list[count++] = "CUDA and NCCL keep 1.5 GiB per process";
    list[count++] = plan->flash_attention
                        ? "FLOPs of attention are counted for the causal half, which is what is computed"
                        : "FLOPs of attention are counted for the full square, as the SC21 paper does";
    count += add_surroundings(spec, job, arena, &list[count]);
    results->assumptions = list;
    results->assumption_count = count;
}

static void assume_of_collective(const JobSpec *job, Arena *arena, Results *results) {
    const char **list = ARENA_ARRAY(arena, ASSUMPTIONS_MAX, const char *);
    list[0] = arena_format(arena, "ranks fill nodes in order, %s", placement_words(job));
    list[1] = "algbw and busbw as nccl-tests define them; the size is the buffer of one rank";
    results->assumptions = list;
    results->assumption_count = 2;
    if (strcmp(job->collective.algorithm, "auto") != 0)
        list[results->assumption_count++] =
            arena_format(arena, "where %s cannot run, ring does, and direct in an all_to_all: see `algorithm`",
                         job->collective.algorithm);
}

void job_facts_fill(const SimulationSpec *spec, const JobSpec *job, const JobPlace *place, Arena *arena,
                    Results *results) {
    const JobGpus gpus = {&spec->cluster, job, place->rank_gpu};
    bool fits;
    results->name = job->name;
    results->lesson = "";
    results->kind = job_kind_name(job->kind);
    results->seed = spec->seed;
    results->gpus = job->gpus;
    job_gpus_name(&gpus, arena, results);
    switch (job->kind) {
    case JOB_TRAINING:
        fits = job_gpus_memory(&gpus, arena, results);
        fits = host_memory_fill(spec, job, place, arena, results) && fits;
        results->status = fits ? RUN_OK : RUN_OUT_OF_MEMORY;
        if (training_family(&job->training) == FAMILY_LAYERS)
            assume_of_list(spec, &gpus, arena, results);
        else
            assume(spec, &gpus, arena, results);
        break;
    case JOB_COLLECTIVE:
        results->status = RUN_OK;
        assume_of_collective(job, arena, results);
        break;
    }
}
