#include "models/workload/training_traffic.h"

#include "models/workload/training_memory.h"
#include "models/workload/work_cost.h"

typedef struct TrafficBuilder {
    Arena *arena;
    const TrainingSpec *training;
    const PlanSpec *plan;
    const RankClasses *ranks;
    const SimulationSpec *spec;
    Traffic *traffic;
    int *group; /* scratch: the GPUs of one collective */
} TrafficBuilder;

int training_gradient_slices(const TrainingSpec *training, int stage, int chunk) {
    const PlanSpec *plan = &training->plan;
    int64_t layers = plan_chunk_layers(training, stage, chunk);
    if (!plan->overlap_grad_reduce || plan->data_parallel < 2)
        return 1;
    return layers < TRAINING_SLICES_MAX ? (int)(layers > 0 ? layers : 1) : TRAINING_SLICES_MAX;
}

static int rank_gpu(const TrafficBuilder *builder, int stage, int replica, int tensor) {
    return builder->ranks->rank_gpu[plan_rank(builder->plan, stage, replica, tensor)];
}

static double hidden_bytes(const TrafficBuilder *builder) {
    const PlanSpec *plan = builder->plan;
    return (double)(plan->micro_batch_seqs * builder->training->sequence_tokens) *
           (double)builder->training->model.hidden * activation_bytes(plan->precision);
}

static void add_calls(TrafficBuilder *builder, CollectiveKind kind, double bytes, int ranks, int copies) {
    CollectiveCall call = {.kind = kind,
                           .bytes = bytes,
                           .ranks = ranks,
                           .rank_gpu = builder->group,
                           .gpus_per_node = builder->spec->cluster.node.gpus};
    traffic_add(builder->traffic, &call, builder->plan->collective, copies);
}

/*
 * How many neighbouring tensor ranks, from a multiple of the answer on, sit in one node with a NIC each wherever they
 * are: what one of them sends to its peers, the others send beside it.
 */
static int tensors_side_by_side(const TrafficBuilder *builder, int first, int end) {
    const NodeSpec *node = &builder->spec->cluster.node;
    int tensors = (int)builder->plan->tensor_parallel;
    bool folded = builder->spec->fidelity == FIDELITY_FOLDED;
    bool aligned =
        folded && node->gpus % tensors == 0 && (node->nics == node->gpus || builder->spec->cluster.nodes == 1);
    return aligned ? end - first : 1;
}

/* A group inside one node touches no shared link, so one replica's group stands for all of the set. */
static bool group_is_inside_a_node(const TrafficBuilder *builder, int stage, int replica) {
    int per_node = builder->spec->cluster.node.gpus, first = rank_gpu(builder, stage, replica, 0) / per_node;
    for (int tensor = 1; tensor < builder->plan->tensor_parallel; tensor++)
        if (rank_gpu(builder, stage, replica, tensor) / per_node != first)
            return false;
    return true;
}

static int open_tensor_operation(TrafficBuilder *builder, const ReplicaSet *set, int stage) {
    const PlanSpec *plan = builder->plan;
    int tensors = (int)plan->tensor_parallel;
    if (tensors < 2)
        return NO_OPERATION;
    int operation = traffic_open(builder->traffic);
    for (int i = 0; i < set->replica_count; i++) {
        if (i > 0 && group_is_inside_a_node(builder, stage, set->replicas[i]))
            continue;
        for (int tensor = 0; tensor < tensors; tensor++)
            builder->group[tensor] = rank_gpu(builder, stage, set->replicas[i], tensor);
        add_calls(builder, COLLECTIVE_ALL_REDUCE, hidden_bytes(builder), tensors, 1);
    }
    return operation;
}

static int open_message_operation(TrafficBuilder *builder, const ReplicaSet *set, int from, int to) {
    const PlanSpec *plan = builder->plan;
    int stages = (int)plan->pipeline_parallel;
    bool wraps = to < 0 || to >= stages;
    if (stages < 2 || (wraps && plan->virtual_stages < 2))
        return NO_OPERATION;
    int operation = traffic_open(builder->traffic);
    to = (to + stages) % stages;
    int copies = tensors_side_by_side(builder, 0, (int)plan->tensor_parallel);
    for (int i = 0; i < set->replica_count; i++) {
        for (int tensor = 0; tensor < plan->tensor_parallel; tensor += copies) {
            builder->group[0] = rank_gpu(builder, from, set->replicas[i], tensor);
            builder->group[1] = rank_gpu(builder, to, set->replicas[i], tensor);
            add_calls(builder, COLLECTIVE_SEND_RECV, hidden_bytes(builder) / (double)plan->tensor_parallel, 2, copies);
        }
    }
    return operation;
}

/* Tensor ranks first .. end - 1 of a stage, each with its own data-parallel group. */
typedef struct TensorSpan {
    int stage;
    int first;
    int end;
} TensorSpan;

/* One data-parallel collective for each tensor rank of the span, all at the same time. */
static int open_replica_operation(TrafficBuilder *builder, const TensorSpan *span, CollectiveKind kind, double bytes) {
    int operation = traffic_open(builder->traffic);
    int replicas = (int)builder->plan->data_parallel;
    int copies = tensors_side_by_side(builder, span->first, span->end);
    for (int tensor = span->first; tensor < span->end; tensor += copies) {
        for (int replica = 0; replica < replicas; replica++)
            builder->group[replica] = rank_gpu(builder, span->stage, replica, tensor);
        add_calls(builder, kind, bytes, replicas, copies);
    }
    return operation;
}

static int open_embedding_operation(TrafficBuilder *builder, int first, int end) {
    const PlanSpec *plan = builder->plan;
    const TransformerSpec *model = &builder->training->model;
    int operation = traffic_open(builder->traffic);
    double bytes =
        (double)model->vocab * (double)model->hidden / (double)plan->tensor_parallel * training_gradient_bytes(plan);
    int copies = tensors_side_by_side(builder, first, end);
    for (int replica = 0; replica < plan->data_parallel; replica++) {
        for (int tensor = first; tensor < end; tensor += copies) {
            builder->group[0] = rank_gpu(builder, 0, replica, tensor);
            builder->group[1] = rank_gpu(builder, (int)plan->pipeline_parallel - 1, replica, tensor);
            add_calls(builder, COLLECTIVE_ALL_REDUCE, bytes, 2, copies);
        }
    }
    return operation;
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
        double bytes =
            weights * training_gradient_bytes(plan) / training_gradient_slices(builder->training, span.stage, chunk);
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
                                        const RankClasses *ranks, FairShare *share) {
    const PlanSpec *plan = &job->training.plan;
    bool folded = spec->fidelity == FIDELITY_FOLDED;
    TrainingTraffic out = {.network = ARENA_NEW(arena, Network),
                           .stages = (int)plan->pipeline_parallel,
                           .chunks = (int)plan->virtual_stages,
                           .tensor_groups = folded ? 1 : (int)plan->tensor_parallel};
    *out.network = network_build(&spec->cluster.node, &spec->cluster.fabric, (int)spec->cluster.nodes);
    out.traffic = traffic_create(arena, out.network, folded);
    TrafficBuilder builder = {arena, &job->training, plan, ranks, spec, out.traffic, NULL};
    int64_t largest = plan->tensor_parallel > plan->data_parallel ? plan->tensor_parallel : plan->data_parallel;
    builder.group = ARENA_ARRAY(arena, largest > 2 ? largest : 2, int);
    open_set_operations(&builder, &out);
    open_group_operations(&builder, &out);
    open_embedding_operations(&builder, &out);
    traffic_seal(out.traffic, share);
    return out;
}
