#include "models/workload/rank_classes.h"

#include <inttypes.h>

int64_t plan_rank(const PlanSpec *plan, int stage, int replica, int tensor) {
    return ((int64_t)stage * plan->data_parallel + replica) * plan->tensor_parallel + tensor;
}

/* Nodes in the order in which the job fills them: leaf by leaf, or one of each leaf in turn. */
static int *node_order(Arena *arena, const Network *network, Placement placement) {
    int nodes = network->nodes, per_leaf = 1;
    int *order = ARENA_ARRAY(arena, nodes, int);
    if (placement == PLACEMENT_SPREAD)
        per_leaf = network_nodes_per_leaf(network);
    int next = 0;
    for (int slot = 0; slot < per_leaf; slot++)
        for (int node = slot; node < nodes; node += per_leaf)
            order[next++] = node;
    return order;
}

static int *map_ranks(Arena *arena, const Network *network, const JobSpec *job) {
    const int *order = node_order(arena, network, job->placement);
    int per_node = network->gpus_per_node;
    int *rank_gpu = ARENA_ARRAY(arena, job->gpus, int);
    for (int64_t rank = 0; rank < job->gpus; rank++)
        rank_gpu[rank] = order[rank / per_node] * per_node + (int)(rank % per_node);
    return rank_gpu;
}

/* Speed of every rank of the job. */
static double *rank_speeds(Arena *arena, const ClusterSpec *cluster, const int *rank_gpu, int64_t ranks) {
    double *gpu_speed = ARENA_ARRAY(arena, cluster->nodes * cluster->node.gpus, double);
    double *speeds = ARENA_ARRAY(arena, ranks, double);
    for (int64_t i = 0; i < cluster->slow_gpu_count; i++)
        gpu_speed[cluster->slow_gpus[i].gpu] = cluster->slow_gpus[i].speed_fraction;
    for (int64_t rank = 0; rank < ranks; rank++) {
        double speed = gpu_speed[rank_gpu[rank]];
        speeds[rank] = speed > 0 ? speed : 1;
    }
    return speeds;
}

typedef struct Partition {
    Arena *arena;
    const PlanSpec *plan;
    const double *speeds;
    bool unfolded;
    bool splits_tensors;
    RankClass *classes;
    int class_count;
    ReplicaSet *sets;
    int set_count;
} Partition;

static bool replica_is_regular(const Partition *partition, int replica) {
    const PlanSpec *plan = partition->plan;
    if (partition->unfolded)
        return false;
    for (int stage = 0; stage < plan->pipeline_parallel; stage++)
        for (int tensor = 0; tensor < plan->tensor_parallel; tensor++)
            if (partition->speeds[plan_rank(plan, stage, replica, tensor)] < 1)
                return false;
    return true;
}

static const char *class_name(const Partition *partition, const RankClass *class, bool splits_stage) {
    const ReplicaSet *set = &partition->sets[class->replica_set];
    if (partition->unfolded)
        return arena_format(partition->arena, "rank %" PRId64, class->first_rank);
    const char *name = arena_format(partition->arena, "stage %d", class->stage);
    if (set->replica_count < partition->plan->data_parallel && set->replica_count == 1)
        name = arena_format(partition->arena, "%s replica %d", name, set->replicas[0]);
    if (splits_stage && class->tensor_count == 1)
        name = arena_format(partition->arena, "%s tensor %d", name, class->tensors[0]);
    return name;
}

/* The class of `tensor` among the classes of one stage from `first` on: one of equal speed, or a new one. */
static RankClass *class_for(Partition *partition, int first, RankClass like) {
    if (!partition->splits_tensors)
        for (int i = first; i < partition->class_count; i++)
            if (partition->classes[i].speed_fraction == like.speed_fraction)
                return &partition->classes[i];
    RankClass *class = &partition->classes[partition->class_count++];
    *class = like;
    class->tensors = ARENA_ARRAY(partition->arena, partition->plan->tensor_parallel, int);
    return class;
}

static void split_stage(Partition *partition, int set_index, int stage) {
    const PlanSpec *plan = partition->plan;
    const ReplicaSet *set = &partition->sets[set_index];
    int first = partition->class_count;
    for (int tensor = 0; tensor < plan->tensor_parallel; tensor++) {
        int64_t rank = plan_rank(plan, stage, set->replicas[0], tensor);
        RankClass like = {.stage = stage, .replica_set = set_index, .first_rank = rank};
        like.speed_fraction = partition->speeds[rank];
        RankClass *class = class_for(partition, first, like);
        ((int *)class->tensors)[class->tensor_count++] = tensor;
        class->gpus += set->replica_count;
    }
    for (int i = first; i < partition->class_count; i++) {
        RankClass *class = &partition->classes[i];
        class->name = class_name(partition, class, partition->class_count - first > 1);
    }
}

/* Of the classes from `first` on; -1 when all run at normal speed. */
static int slowest_class(const Partition *partition, int first) {
    int slowest = -1;
    double least = 1;
    for (int i = first; i < partition->class_count; i++) {
        if (partition->classes[i].speed_fraction < least) {
            least = partition->classes[i].speed_fraction;
            slowest = i;
        }
    }
    return slowest;
}

static void split_set(Partition *partition, int set_index) {
    ReplicaSet *set = &partition->sets[set_index];
    int stages = (int)partition->plan->pipeline_parallel;
    int *class_of_stage = ARENA_ARRAY(partition->arena, stages + 1, int);
    for (int stage = 0; stage < stages; stage++) {
        class_of_stage[stage] = partition->class_count;
        split_stage(partition, set_index, stage);
    }
    class_of_stage[stages] = partition->class_count;
    set->class_of_stage = class_of_stage;
    set->slowest_class = slowest_class(partition, class_of_stage[0]);
}

/* The regular replicas first, then each of the others by itself. */
static void split_replicas(Partition *partition) {
    int replicas = (int)partition->plan->data_parallel, regular_count = 0;
    int *regular = ARENA_ARRAY(partition->arena, replicas, int);
    int *others = ARENA_ARRAY(partition->arena, replicas, int);
    int other_count = 0;
    for (int replica = 0; replica < replicas; replica++) {
        if (replica_is_regular(partition, replica))
            regular[regular_count++] = replica;
        else
            others[other_count++] = replica;
    }
    partition->sets = ARENA_ARRAY(partition->arena, 1 + other_count, ReplicaSet);
    if (regular_count)
        partition->sets[partition->set_count++] = (ReplicaSet){.replicas = regular, .replica_count = regular_count};
    for (int i = 0; i < other_count; i++)
        partition->sets[partition->set_count++] = (ReplicaSet){.replicas = &others[i], .replica_count = 1};
}

RankClasses rank_classes_create(Arena *arena, const SimulationSpec *spec, const JobSpec *job) {
    const PlanSpec *plan = &job->training.plan;
    Network network = network_build(&spec->cluster.node, &spec->cluster.fabric, (int)spec->cluster.nodes);
    const int *rank_gpu = map_ranks(arena, &network, job);
    Partition partition = {.arena = arena, .plan = plan, .unfolded = spec->fidelity == FIDELITY_UNFOLDED};
    partition.splits_tensors = partition.unfolded || network.splits_flows;
    partition.speeds = rank_speeds(arena, &spec->cluster, rank_gpu, job->gpus);
    split_replicas(&partition);
    int64_t most_per_set = plan->pipeline_parallel * plan->tensor_parallel;
    partition.classes = ARENA_ARRAY(arena, most_per_set * partition.set_count, RankClass);
    for (int set = 0; set < partition.set_count; set++)
        split_set(&partition, set);
    return (RankClasses){.classes = partition.classes,
                         .class_count = partition.class_count,
                         .replica_sets = partition.sets,
                         .replica_set_count = partition.set_count,
                         .splits_tensors = partition.splits_tensors,
                         .rank_gpu = rank_gpu};
}
