#include "models/traffic/training_traffic.h"

#include <math.h>

#include "models/cost/training_context.h"
#include "models/plan/element_bytes.h"
#include "models/plan/layer_list_plan.h"
#include "models/plan/parameter_bytes.h"
#include "models/plan/plan_experts.h"
#include "models/plan/plan_lora.h"
#include "models/plan/plan_stages.h"
#include "models/plan/training_parameters.h"
#include "models/traffic/rank_gpus.h"

enum { BUCKETS_MAX = 1000000 };

int training_gradient_slices(const TrainingSpec *training, int stage) {
    const PlanSpec *plan = &training->plan;
    if (training_family(training) == FAMILY_LAYERS)
        return layer_list_slices(training, stage);
    int64_t layers = TRAINING_SLICES_MAX, most = 1;
    for (int64_t chunk = 0; chunk < plan->virtual_stages; chunk++) {
        int64_t here = plan_stages_layers(training, stage, chunk);
        layers = here > 0 && here < layers ? here : layers;
        most = here > most ? here : most;
    }
    if (!plan->overlap_grad_reduce || plan_weight_copies(plan) < 2)
        return 1;
    return (int)(layers < most ? layers : most);
}

int training_gradient_buckets(const TrainingSpec *training, int stage, int chunk) {
    double bucket = (double)training->plan.gradient_bucket_parameters;
    double parameters = training_chunk_trained_parameters(training, stage, chunk) -
                        training_chunk_expert_parameters(training, stage, chunk);
    double buckets = bucket > 0 ? ceil(parameters / training_gradient_slices(training, stage) / bucket) : 1;
    return (int)fmax(fmin(buckets, BUCKETS_MAX), 1);
}

/* A group inside one node touches no shared link, so one copy's group stands for all of the set. */
static bool group_is_inside_a_node(const CopyTraffic *builder, int stage, int copy) {
    int per_node = builder->network->gpus_per_node, first = copy_traffic_gpu(builder, stage, copy, 0) / per_node;
    for (int tensor = 1; tensor < builder->plan->tensor_parallel; tensor++)
        if (copy_traffic_gpu(builder, stage, copy, tensor) / per_node != first)
            return false;
    return true;
}

static int set_copies(const CopyTraffic *builder, const ReplicaSet *set) {
    return set->replica_count * (int)builder->plan->context_parallel;
}

static int set_copy(const CopyTraffic *builder, const ReplicaSet *set, int index) {
    int contexts = (int)builder->plan->context_parallel;
    return set->replicas[index / contexts] * contexts + index % contexts;
}

/* Those that open_tensor_operation leaves to the first one. */
static void echo_tensor_groups(CopyTraffic *builder, const ReplicaSet *set, int stage, int operation) {
    TrafficEcho *echo = traffic_echo(builder->traffic);
    for (int i = 1; i < set_copies(builder, set) && !traffic_echo_is_silent(echo); i++) {
        if (!group_is_inside_a_node(builder, stage, set_copy(builder, set, i)))
            continue;
        for (int tensor = 0; tensor < builder->plan->tensor_parallel; tensor++)
            traffic_echo_add(echo,
                             (EchoPair){operation, copy_traffic_gpu(builder, stage, set_copy(builder, set, 0), tensor),
                                        copy_traffic_gpu(builder, stage, set_copy(builder, set, i), tensor)});
    }
}

static int open_tensor_operation(CopyTraffic *builder, const ReplicaSet *set, int stage) {
    int tensors = (int)builder->plan->tensor_parallel, count = 0;
    if (tensors < 2)
        return NO_OPERATION;
    for (int i = 0; i < set_copies(builder, set); i++) {
        int copy = set_copy(builder, set, i);
        if (i > 0 && group_is_inside_a_node(builder, stage, copy))
            continue;
        for (int tensor = 0; tensor < tensors; tensor++)
            builder->gpus[count * tensors + tensor] = copy_traffic_gpu(builder, stage, copy, tensor);
        count++;
    }
    int operation = copy_traffic_add(builder, (TrafficGroups){.kind = COLLECTIVE_ALL_REDUCE,
                                                              .bytes = plan_hidden_bytes(builder->training),
                                                              .ranks = tensors,
                                                              .count = count,
                                                              .split = builder->plan->sequence_parallel,
                                                              .copies = 1});
    echo_tensor_groups(builder, set, stage, operation);
    return operation;
}

/* Every member of stage `from` sends to the one of stage `to` that is `ahead` members further round the group. */
typedef struct Hop {
    int from;
    int to;
    int ahead;
} Hop;

/* One pair for every `copies` tensor ranks of every replica and context rank; returns their number. */
static int fill_pairs(CopyTraffic *builder, const ReplicaSet *set, Hop hop, int copies) {
    int pairs = 0, members = (int)plan_stage_gpus(builder->plan);
    for (int i = 0; i < set->replica_count; i++)
        for (int member = 0; member < members; member += copies, pairs++) {
            int other = (member + hop.ahead) % members;
            builder->gpus[2 * pairs] = rank_gpus_at(builder->ranks, builder->plan, hop.from, set->replicas[i], member);
            builder->gpus[2 * pairs + 1] = rank_gpus_at(builder->ranks, builder->plan, hop.to, set->replicas[i], other);
        }
    return pairs;
}

/* All context ranks pass a block on to the next one at the same time. */
static int open_context_operation(CopyTraffic *builder, const ReplicaSet *set, int stage) {
    const PlanSpec *plan = builder->plan;
    if (plan->context_parallel < 2)
        return NO_OPERATION;
    int copies = copy_traffic_side_by_side(builder, 0, (int)plan->tensor_parallel);
    int pairs = fill_pairs(builder, set, (Hop){stage, stage, (int)plan->tensor_parallel}, copies);
    return copy_traffic_add(builder, (TrafficGroups){.kind = COLLECTIVE_SEND_RECV,
                                                     .bytes = training_context_block_bytes(builder->training),
                                                     .ranks = 2,
                                                     .count = pairs,
                                                     .copies = copies});
}

static int open_message_operation(CopyTraffic *builder, const ReplicaSet *set, int from, int to) {
    const PlanSpec *plan = builder->plan;
    int stages = (int)plan->pipeline_parallel;
    bool wraps = to < 0 || to >= stages, is_list = training_family(builder->training) == FAMILY_LAYERS;
    if (stages < 2 || is_list || (wraps && (plan->virtual_stages < 2 || plan_shape(plan).v_shaped)))
        return NO_OPERATION;
    int copies = copy_traffic_side_by_side(builder, 0, (int)plan->tensor_parallel);
    int pairs = fill_pairs(builder, set, (Hop){from, (to + stages) % stages, 0}, copies);
    return copy_traffic_add(
        builder, (TrafficGroups){.kind = COLLECTIVE_SEND_RECV,
                                 .bytes = plan_hidden_bytes(builder->training) / (double)plan->tensor_parallel,
                                 .ranks = 2,
                                 .count = pairs,
                                 .copies = copies});
}

static CopyGroups all_copies(const PlanSpec *plan) {
    return (CopyGroups){(int)plan_weight_copies(plan), 1};
}

/* The first and the last stage sum the gradients of their copies of a tied table. */
static int open_embedding_operation(CopyTraffic *builder, int first, int end) {
    const PlanSpec *plan = builder->plan;
    const TransformerSpec *model = &builder->training->model;
    int last_stage = (int)plan->pipeline_parallel - 1, pairs = 0,
        copies = copy_traffic_side_by_side(builder, first, end);
    for (int copy = 0; copy < plan_weight_copies(plan); copy++)
        for (int tensor = first; tensor < end; tensor += copies, pairs++) {
            builder->gpus[2 * pairs] = copy_traffic_gpu(builder, 0, copy, tensor);
            builder->gpus[2 * pairs + 1] = copy_traffic_gpu(builder, last_stage, copy, tensor);
        }
    double parameters = (double)model->vocab * (double)model->hidden / (double)plan->tensor_parallel;
    /* From ZeRO-2 on shards of both stages, which are cut alike. */
    if (plan_zero_stage(plan) >= 2)
        parameters /= (double)plan_shard_size(plan);
    return copy_traffic_add(builder, (TrafficGroups){.kind = COLLECTIVE_ALL_REDUCE,
                                                     .bytes = parameters * training_gradient_bytes(plan),
                                                     .ranks = 2,
                                                     .count = pairs,
                                                     .copies = copies});
}

static void open_set_operations(CopyTraffic *builder, TrainingTraffic *out) {
    int sets = builder->ranks->replica_set_count, stages = out->stages;
    int *tensor = ARENA_ARRAY(builder->arena, sets * stages, int);
    int *context = ARENA_ARRAY(builder->arena, sets * stages, int);
    int *forward = ARENA_ARRAY(builder->arena, sets * stages, int);
    int *backward = ARENA_ARRAY(builder->arena, sets * stages, int);
    for (int index = 0; index < sets * stages; index++) {
        const ReplicaSet *set = &builder->ranks->replica_sets[index / stages];
        int stage = index % stages;
        tensor[index] = open_tensor_operation(builder, set, stage);
        context[index] = open_context_operation(builder, set, stage);
        forward[index] = open_message_operation(builder, set, stage, stage + 1);
        backward[index] = open_message_operation(builder, set, stage, stage - 1);
    }
    out->tensor = tensor;
    out->context = context;
    out->forward = forward;
    out->backward = backward;
}

/* A chunk's gradients, slice by slice, its parameters after the optimizer and its sums between shard groups. */
typedef struct ChunkTraffic {
    int gradients;
    int parameters;
    int sum;
    int expert_gradients;
    int expert_parameters;
} ChunkTraffic;

/* Experts are in no smaller shard groups. From ZeRO-2 on gradients, and from ZeRO-3 on parameters move unit by unit. */
static void open_expert_operations(CopyTraffic *builder, const TensorSpan *span, double experts, ChunkTraffic *out) {
    const PlanSpec *plan = builder->plan;
    CopyGroups copies = copy_groups_experts(plan);
    int slices = training_gradient_slices(builder->training, span->stage);
    double bytes = experts * training_gradient_bytes(plan) / slices;
    int stage = plan_zero_stage(plan);
    if (stage < 2)
        out->expert_gradients = copy_traffic_open(builder, span, &copies,
                                                  stage > 0 ? COLLECTIVE_REDUCE_SCATTER : COLLECTIVE_ALL_REDUCE, bytes);
    double gathered = experts / (plan->overlap_param_gather ? slices : 1);
    if (stage == 1 || stage == 2)
        out->expert_parameters = copy_traffic_open(builder, span, &copies, COLLECTIVE_ALL_GATHER,
                                                   gathered * activation_bytes(plan->precision));
}

static ChunkTraffic open_chunk_operations(CopyTraffic *builder, const TensorSpan *span, int chunk) {
    double weights = training_chunk_trained_parameters(builder->training, span->stage, chunk);
    double experts = training_chunk_expert_parameters(builder->training, span->stage, chunk);
    const PlanSpec *plan = builder->plan;
    ChunkTraffic out = {NO_OPERATION, NO_OPERATION, NO_OPERATION, NO_OPERATION, NO_OPERATION};
    int stage = plan_zero_stage(plan), slices = training_gradient_slices(builder->training, span->stage);
    weights -= experts;
    int buckets = training_gradient_buckets(builder->training, span->stage, chunk);
    double bytes = weights * training_gradient_bytes(plan) / slices / buckets;
    double gathered =
        weights * training_weight_bytes(builder->training) / (plan->overlap_param_gather ? slices * buckets : 1);
    CopyGroups all = all_copies(plan), shard = copy_groups_shard(plan), between = copy_groups_between_shards(plan);
    if (stage == 0 || plan->zero_whole_weights || plan->zero_all_reduce)
        out.gradients = copy_traffic_open(builder, span, &all, COLLECTIVE_ALL_REDUCE, bytes);
    else if (stage == 1) {
        out.gradients = copy_traffic_open(builder, span, &shard, COLLECTIVE_REDUCE_SCATTER, bytes);
        out.sum = copy_traffic_open(builder, span, &between, COLLECTIVE_ALL_REDUCE, bytes / shard.ranks);
    }
    if ((stage == 1 && !plan->zero_whole_weights) || stage == 2)
        out.parameters = copy_traffic_open(builder, span, &shard, COLLECTIVE_ALL_GATHER, gathered);
    if (experts > 0)
        open_expert_operations(builder, span, experts, &out);
    return out;
}

static void open_group_operations(CopyTraffic *builder, TrainingTraffic *out) {
    int groups = out->tensor_groups, count = out->stages * out->chunks * groups;
    int width = (int)builder->plan->tensor_parallel / groups;
    int *gradients = ARENA_ARRAY(builder->arena, count, int), *parameters = ARENA_ARRAY(builder->arena, count, int);
    int *shard_sums = ARENA_ARRAY(builder->arena, count, int);
    int *expert_gradients = ARENA_ARRAY(builder->arena, count, int);
    int *expert_parameters = ARENA_ARRAY(builder->arena, count, int);
    for (int index = 0; index < count; index++) {
        int chunk = index / groups % out->chunks, first = index % groups * width;
        TensorSpan span = {.stage = index / groups / out->chunks, .first = first, .end = first + width};
        double weights = training_chunk_trained_parameters(builder->training, span.stage, chunk);
        /* Chunks of a stage are reduced over the same ranks: as many bytes are the same operation. */
        bool again =
            chunk > 0 && weights == training_chunk_trained_parameters(builder->training, span.stage, chunk - 1);
        ChunkTraffic opened = {0};
        if (!again)
            opened = open_chunk_operations(builder, &span, chunk);
        gradients[index] = again ? gradients[index - groups] : opened.gradients;
        parameters[index] = again ? parameters[index - groups] : opened.parameters;
        shard_sums[index] = again ? shard_sums[index - groups] : opened.sum;
        expert_gradients[index] = again ? expert_gradients[index - groups] : opened.expert_gradients;
        expert_parameters[index] = again ? expert_parameters[index - groups] : opened.expert_parameters;
    }
    out->gradients = gradients;
    out->parameters = parameters;
    out->shard_sums = shard_sums;
    out->expert_gradients = expert_gradients;
    out->expert_parameters = expert_parameters;
}

static void open_team_operations(CopyTraffic *builder, TrainingTraffic *out) {
    ExpertTeams *teams = ARENA_NEW(builder->arena, ExpertTeams);
    *teams = expert_teams_of(builder->arena, builder->ranks, builder->plan);
    ExpertTraffic *experts = ARENA_ARRAY(builder->arena, teams->count * out->stages, ExpertTraffic);
    for (int index = 0; index < teams->count * out->stages; index++)
        experts[index] = expert_traffic_open(builder, teams, index / out->stages, index % out->stages);
    out->teams = teams;
    out->experts = experts;
}

static void open_weight_operations(CopyTraffic *builder, TrainingTraffic *out) {
    int groups = out->tensor_groups, width = (int)builder->plan->tensor_parallel / groups;
    if (!builder->plan->zero_whole_weights)
        return;
    WeightTraffic *weights = ARENA_ARRAY(builder->arena, out->stages * groups, WeightTraffic);
    for (int index = 0; index < out->stages * groups; index++) {
        int first = index % groups * width;
        TensorSpan span = {.stage = index / groups, .first = first, .end = first + width};
        weights[index] = weight_traffic_open(builder, &span);
    }
    out->weights = weights;
}

static void open_embedding_operations(CopyTraffic *builder, TrainingTraffic *out) {
    const PlanSpec *plan = builder->plan;
    int groups = out->tensor_groups, width = (int)plan->tensor_parallel / groups;
    int *embedding = ARENA_ARRAY(builder->arena, groups, int);
    for (int group = 0; group < groups; group++) {
        bool shared = training_copies_table(builder->training) && !plan_lora_is_there(plan);
        embedding[group] =
            shared ? open_embedding_operation(builder, group * width, (group + 1) * width) : NO_OPERATION;
    }
    out->embedding = embedding;
}

int training_message(const TrainingTraffic *traffic, const PipelineShape *shape, int set, int stage,
                     const PipelinePass *pass) {
    PipelineHop hop = pipeline_hop(shape, stage, pass);
    if (hop == HOP_NONE)
        return NO_OPERATION;
    return (hop == HOP_NEXT ? traffic->forward : traffic->backward)[set * shape->stages + stage];
}

TrainingTraffic training_traffic_create(Arena *arena, const SimulationSpec *spec, const JobSpec *job,
                                        const RankClasses *ranks, Traffic *traffic) {
    const PlanSpec *plan = &job->training.plan;
    TrainingTraffic out = {.stages = (int)plan->pipeline_parallel,
                           .chunks = (int)plan->virtual_stages,
                           .tensor_groups = ranks->splits_members ? (int)plan->tensor_parallel : 1};
    CopyTraffic builder = {.arena = arena,
                           .training = &job->training,
                           .plan = plan,
                           .ranks = ranks,
                           .spec = spec,
                           .network = traffic_network(traffic),
                           .traffic = traffic,
                           .gpus = ARENA_ARRAY(arena, 2 * job->gpus, int)};
    out.list = layer_list_traffic_open(&builder);
    open_set_operations(&builder, &out);
    open_team_operations(&builder, &out);
    open_group_operations(&builder, &out);
    out.units = shard_traffic_open(&builder, out.tensor_groups);
    open_weight_operations(&builder, &out);
    open_embedding_operations(&builder, &out);
    return out;
}
