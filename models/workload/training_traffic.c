#include "models/workload/training_traffic.h"

#include "models/workload/training_memory.h"
#include "models/workload/work_cost.h"

typedef struct TrafficBuilder {
    Arena *arena;
    const TrainingSpec *training;
    const PlanSpec *plan;
    const RankClasses *ranks;
    const SimulationSpec *spec;
    const Network *network;
    Traffic *traffic;
    int *gpus; /* scratch: the GPUs of the groups of an operation */
} TrafficBuilder;

int training_gradient_slices(const TrainingSpec *training, int stage) {
    const PlanSpec *plan = &training->plan;
    int64_t layers = plan_chunk_layers(training, stage);
    if (!plan->overlap_grad_reduce || plan->data_parallel < 2)
        return 1;
    return layers < TRAINING_SLICES_MAX ? (int)(layers > 0 ? layers : 1) : TRAINING_SLICES_MAX;
}

static int rank_gpu(const TrafficBuilder *builder, int stage, int replica, int tensor) {
    return builder->ranks->rank_gpu[plan_rank(builder->plan, stage, replica, tensor)];
}

static int add_operation(TrafficBuilder *builder, TrafficGroups groups) {
    groups.gpus = builder->gpus;
    groups.algorithm = builder->plan->collective;
    return traffic_add(builder->traffic, &groups);
}

/*
 * How many neighbouring tensor ranks, from a multiple of the answer on, sit in one node with a NIC each wherever they
 * are: what one of them sends to its peers, the others send beside it. On one way through the fabric, that is; flows
 * with ways of their own are counted one by one.
 */
static int tensors_side_by_side(const TrafficBuilder *builder, int first, int end) {
    const ClusterSpec *cluster = &builder->spec->cluster;
    int tensors = (int)builder->plan->tensor_parallel;
    bool folded = builder->spec->fidelity == FIDELITY_FOLDED && !builder->network->splits_flows;
    bool aligned = folded && cluster_nodes_divide_by(cluster, tensors) &&
                   (cluster->nodes == 1 || cluster_has_nic_per_gpu(cluster));
    return aligned ? end - first : 1;
}

/* A group inside one node touches no shared link, so one replica's group stands for all of the set. */
static bool group_is_inside_a_node(const TrafficBuilder *builder, int stage, int replica) {
    int per_node = builder->network->gpus_per_node, first = rank_gpu(builder, stage, replica, 0) / per_node;
    for (int tensor = 1; tensor < builder->plan->tensor_parallel; tensor++)
        if (rank_gpu(builder, stage, replica, tensor) / per_node != first)
            return false;
    return true;
}

/* Those that open_tensor_operation leaves to the first one. */
static void echo_tensor_groups(TrafficBuilder *builder, const ReplicaSet *set, int stage, int operation) {
    for (int i = 1; i < set->replica_count; i++) {
        if (!group_is_inside_a_node(builder, stage, set->replicas[i]))
            continue;
        for (int tensor = 0; tensor < builder->plan->tensor_parallel; tensor++)
            traffic_echo_add(traffic_echo(builder->traffic),
                             (EchoPair){operation, rank_gpu(builder, stage, set->replicas[0], tensor),
                                        rank_gpu(builder, stage, set->replicas[i], tensor)});
    }
}

static int open_tensor_operation(TrafficBuilder *builder, const ReplicaSet *set, int stage) {
    int tensors = (int)builder->plan->tensor_parallel, count = 0;
    if (tensors < 2)
        return NO_OPERATION;
    for (int i = 0; i < set->replica_count; i++) {
        if (i > 0 && group_is_inside_a_node(builder, stage, set->replicas[i]))
            continue;
        for (int tensor = 0; tensor < tensors; tensor++)
            builder->gpus[count * tensors + tensor] = rank_gpu(builder, stage, set->replicas[i], tensor);
        count++;
    }
    int operation = add_operation(builder, (TrafficGroups){.kind = COLLECTIVE_ALL_REDUCE,
                                                           .bytes = plan_hidden_bytes(builder->training),
                                                           .ranks = tensors,
                                                           .count = count,
                                                           .split = builder->plan->sequence_parallel,
                                                           .copies = 1});
    echo_tensor_groups(builder, set, stage, operation);
    return operation;
}

/* One pair for every `copies` tensor ranks of every replica; returns their number. */
static int fill_pairs(TrafficBuilder *builder, const ReplicaSet *set, int from, int to, int copies) {
    int pairs = 0;
    for (int i = 0; i < set->replica_count; i++)
        for (int tensor = 0; tensor < builder->plan->tensor_parallel; tensor += copies, pairs++) {
            builder->gpus[2 * pairs] = rank_gpu(builder, from, set->replicas[i], tensor);
            builder->gpus[2 * pairs + 1] = rank_gpu(builder, to, set->replicas[i], tensor);
        }
    return pairs;
}

static int open_message_operation(TrafficBuilder *builder, const ReplicaSet *set, int from, int to) {
    const PlanSpec *plan = builder->plan;
    int stages = (int)plan->pipeline_parallel;
    bool wraps = to < 0 || to >= stages;
    if (stages < 2 || (wraps && plan->virtual_stages < 2))
        return NO_OPERATION;
    int copies = tensors_side_by_side(builder, 0, (int)plan->tensor_parallel);
    int pairs = fill_pairs(builder, set, from, (to + stages) % stages, copies);
    return add_operation(builder,
                         (TrafficGroups){.kind = COLLECTIVE_SEND_RECV,
                                         .bytes = plan_hidden_bytes(builder->training) / (double)plan->tensor_parallel,
                                         .ranks = 2,
                                         .count = pairs,
                                         .copies = copies});
}

/* Tensor ranks first .. end - 1 of a stage, each with its own data-parallel group. */
typedef struct TensorSpan {
    int stage;
    int first;
    int end;
} TensorSpan;

/* One data-parallel collective for each tensor rank of the span, all at the same time. */
static int open_replica_operation(TrafficBuilder *builder, const TensorSpan *span, CollectiveKind kind, double bytes) {
    int replicas = (int)builder->plan->data_parallel, count = 0;
    int copies = tensors_side_by_side(builder, span->first, span->end);
    for (int tensor = span->first; tensor < span->end; tensor += copies, count++)
        for (int replica = 0; replica < replicas; replica++)
            builder->gpus[count * replicas + replica] = rank_gpu(builder, span->stage, replica, tensor);
    return add_operation(
        builder, (TrafficGroups){.kind = kind, .bytes = bytes, .ranks = replicas, .count = count, .copies = copies});
}

/* The first and the last stage sum the gradients of their copies of a tied table. */
static int open_embedding_operation(TrafficBuilder *builder, int first, int end) {
    const PlanSpec *plan = builder->plan;
    const TransformerSpec *model = &builder->training->model;
    int last_stage = (int)plan->pipeline_parallel - 1, pairs = 0, copies = tensors_side_by_side(builder, first, end);
    for (int replica = 0; replica < plan->data_parallel; replica++)
        for (int tensor = first; tensor < end; tensor += copies, pairs++) {
            builder->gpus[2 * pairs] = rank_gpu(builder, 0, replica, tensor);
            builder->gpus[2 * pairs + 1] = rank_gpu(builder, last_stage, replica, tensor);
        }
    double parameters = (double)model->vocab * (double)model->hidden / (double)plan->tensor_parallel;
    return add_operation(builder, (TrafficGroups){.kind = COLLECTIVE_ALL_REDUCE,
                                                  .bytes = parameters * training_gradient_bytes(plan),
                                                  .ranks = 2,
                                                  .count = pairs,
                                                  .copies = copies});
}

static void open_set_operations(TrafficBuilder *builder, TrainingTraffic *out) {
    int sets = builder->ranks->replica_set_count, stages = out->stages;
    int *tensor = ARENA_ARRAY(builder->arena, sets * stages, int);
    int *forward = ARENA_ARRAY(builder->arena, sets * stages, int);
    int *backward = ARENA_ARRAY(builder->arena, sets * stages, int);
    for (int index = 0; index < sets * stages; index++) {
        const ReplicaSet *set = &builder->ranks->replica_sets[index / stages];
        int stage = index % stages;
        tensor[index] = open_tensor_operation(builder, set, stage);
        forward[index] = open_message_operation(builder, set, stage, stage + 1);
        backward[index] = open_message_operation(builder, set, stage, stage - 1);
    }
    out->tensor = tensor;
    out->forward = forward;
    out->backward = backward;
}

static void open_group_operations(TrafficBuilder *builder, TrainingTraffic *out) {
    const PlanSpec *plan = builder->plan;
    int groups = out->tensor_groups, count = out->stages * out->chunks * groups;
    int width = (int)plan->tensor_parallel / groups;
    int *gradients = ARENA_ARRAY(builder->arena, count, int), *parameters = ARENA_ARRAY(builder->arena, count, int);
    for (int index = 0; index < count; index++) {
        gradients[index] = parameters[index] = NO_OPERATION;
        if (plan->data_parallel < 2)
            continue;
        int chunk = index / groups % out->chunks, first = index % groups * width;
        TensorSpan span = {.stage = index / groups / out->chunks, .first = first, .end = first + width};
        double weights = training_chunk_parameters(builder->training, span.stage, chunk);
        /* Chunks of a stage are reduced over the same ranks: as many bytes are the same operation. */
        if (chunk > 0 && weights == training_chunk_parameters(builder->training, span.stage, chunk - 1)) {
            gradients[index] = gradients[index - groups];
            parameters[index] = parameters[index - groups];
            continue;
        }
        double bytes =
            weights * training_gradient_bytes(plan) / training_gradient_slices(builder->training, span.stage);
        CollectiveKind kind = plan->distributed_optimizer ? COLLECTIVE_REDUCE_SCATTER : COLLECTIVE_ALL_REDUCE;
        gradients[index] = open_replica_operation(builder, &span, kind, bytes);
        if (plan->distributed_optimizer)
            parameters[index] = open_replica_operation(builder, &span, COLLECTIVE_ALL_GATHER,
                                                       weights * activation_bytes(plan->precision));
    }
    out->gradients = gradients;
    out->parameters = parameters;
}

static void open_embedding_operations(TrafficBuilder *builder, TrainingTraffic *out) {
    const PlanSpec *plan = builder->plan;
    int groups = out->tensor_groups, width = (int)plan->tensor_parallel / groups;
    int *embedding = ARENA_ARRAY(builder->arena, groups, int);
    for (int group = 0; group < groups; group++) {
        bool shared = builder->training->model.tied_embeddings && out->stages > 1;
        embedding[group] =
            shared ? open_embedding_operation(builder, group * width, (group + 1) * width) : NO_OPERATION;
    }
    out->embedding = embedding;
}

TrainingTraffic training_traffic_create(Arena *arena, const SimulationSpec *spec, const JobSpec *job,
                                        const RankClasses *ranks, Traffic *traffic) {
    const PlanSpec *plan = &job->training.plan;
    TrainingTraffic out = {.stages = (int)plan->pipeline_parallel,
                           .chunks = (int)plan->virtual_stages,
                           .tensor_groups = ranks->splits_tensors ? (int)plan->tensor_parallel : 1};
    TrafficBuilder builder = {.arena = arena,
                              .training = &job->training,
                              .plan = plan,
                              .ranks = ranks,
                              .spec = spec,
                              .network = traffic_network(traffic),
                              .traffic = traffic,
                              .gpus = ARENA_ARRAY(arena, 2 * job->gpus, int)};
    open_set_operations(&builder, &out);
    open_group_operations(&builder, &out);
    open_embedding_operations(&builder, &out);
    return out;
}
