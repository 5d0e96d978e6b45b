#include "models/traffic/rank_classes.h"

#include <inttypes.h>

#include "models/plan/plan_experts.h"
#include "models/traffic/type_pace.h"

int64_t plan_rank(const PlanSpec *plan, int stage, int replica, int member) {
    return ((int64_t)stage * plan->data_parallel + replica) * plan_stage_gpus(plan) + member;
}

/* Speed of every rank of the job. */
static double *rank_speeds(Arena *arena, const ClusterSpec *cluster, const int *rank_gpu, int64_t ranks) {
    double *gpu_speed = ARENA_ARRAY(arena, cluster->nodes * cluster_gpus_per_node(cluster), double);
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
    const ClusterSpec *cluster;
    const int *rank_gpu;
    TypePace pace;
    const double *speeds;
    const uint32_t *marks;
    bool unfolded;
    bool splits_members;
    RankClass *classes;
    int class_count;
    ReplicaSet *sets;
    int set_count;
} Partition;

static int type_of(const Partition *partition, int64_t rank) {
    return cluster_type_of_gpu(partition->cluster, partition->rank_gpu[rank]);
}

static bool replica_is_fast(const Partition *partition, int replica) {
    const PlanSpec *plan = partition->plan;
    for (int stage = 0; stage < plan->pipeline_parallel; stage++)
        for (int member = 0; member < plan_stage_gpus(plan); member++)
            if (partition->speeds[plan_rank(plan, stage, replica, member)] < 1)
                return false;
    return true;
}

/* Those that exchange tokens with a replica have to be as regular as it is. */
static bool replica_is_regular(const Partition *partition, int replica) {
    int block = (int)plan_expert_replicas(partition->plan), first = replica / block * block;
    bool regular = !partition->unfolded;
    for (int other = first; other < first + block && regular; other++)
        regular = replica_is_fast(partition, other);
    return regular;
}

/* Types are only said where the job has several. */
static const char *name_with_type(const Partition *partition, const RankClass *class, const char *name) {
    return partition->pace.types > 1 ? arena_format(partition->arena, "%s on %s", name,
                                                    cluster_type(partition->cluster, class->node_type)->name)
                                     : name;
}

static const char *class_name(const Partition *partition, const RankClass *class, bool splits_stage) {
    const ReplicaSet *set = &partition->sets[class->replica_set];
    if (partition->unfolded)
        return name_with_type(partition, class, arena_format(partition->arena, "rank %" PRId64, class->first_rank));
    const char *name = arena_format(partition->arena, "stage %d", class->stage);
    if (set->replica_count < partition->plan->data_parallel)
        name = set->replica_count == 1
                   ? arena_format(partition->arena, "%s replica %d", name, set->replicas[0])
                   : arena_format(partition->arena, "%s replicas %d..%d (%d)", name, set->replicas[0],
                                  set->replicas[set->replica_count - 1], set->replica_count);
    int tensors = (int)partition->plan->tensor_parallel;
    if (splits_stage && class->member_count == 1 && partition->plan->context_parallel > 1)
        name = arena_format(partition->arena, "%s context %d", name, class->members[0] / tensors);
    if (splits_stage && class->member_count == 1)
        name = arena_format(partition->arena, "%s tensor %d", name, class->members[0] % tensors);
    return name_with_type(partition, class, name);
}

/* The class of a member among the classes of one stage from `first` on: one of equal type and speed, or a new one. */
static RankClass *class_for(Partition *partition, int first, RankClass like) {
    if (!partition->splits_members)
        for (int i = first; i < partition->class_count; i++)
            if (partition->classes[i].speed_fraction == like.speed_fraction &&
                partition->classes[i].node_type == like.node_type)
                return &partition->classes[i];
    RankClass *class = &partition->classes[partition->class_count++];
    *class = like;
    class->members = ARENA_ARRAY(partition->arena, plan_stage_gpus(partition->plan), int);
    return class;
}

static void split_stage(Partition *partition, int set_index, int stage) {
    const PlanSpec *plan = partition->plan;
    const ReplicaSet *set = &partition->sets[set_index];
    int first = partition->class_count;
    for (int member = 0; member < plan_stage_gpus(plan); member++) {
        int64_t rank = plan_rank(plan, stage, set->replicas[0], member);
        RankClass like = {.stage = stage, .replica_set = set_index, .first_rank = rank};
        like.node_type = type_of(partition, rank);
        like.speed_fraction = partition->speeds[rank];
        like.pace_fraction = like.speed_fraction * partition->pace.fraction[like.node_type];
        RankClass *class = class_for(partition, first, like);
        ((int *)class->members)[class->member_count++] = member;
        class->gpus += set->replica_count;
    }
    for (int i = first; i < partition->class_count; i++) {
        RankClass *class = &partition->classes[i];
        class->name = class_name(partition, class, partition->class_count - first > 1);
    }
}

/* Of the classes from `first` on; -1 when none is slower than the fastest type of node. */
static int slowest_class(const Partition *partition, int first) {
    int slowest = -1;
    double least = 1;
    for (int i = first; i < partition->class_count; i++) {
        if (partition->classes[i].pace_fraction < least) {
            least = partition->classes[i].pace_fraction;
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

static bool ranks_are_alike(const Partition *partition, int64_t one, int64_t other) {
    bool marked_alike = !partition->marks || partition->marks[one] == partition->marks[other];
    return marked_alike && (partition->pace.types == 1 || type_of(partition, one) == type_of(partition, other));
}

static bool replicas_sit_alike(const Partition *partition, int one, int other) {
    const PlanSpec *plan = partition->plan;
    for (int stage = 0; stage < plan->pipeline_parallel; stage++)
        for (int member = 0; member < plan_stage_gpus(plan); member++)
            if (!ranks_are_alike(partition, plan_rank(plan, stage, one, member), plan_rank(plan, stage, other, member)))
                return false;
    return true;
}

/* They and those with which they exchange tokens. */
static bool replicas_are_alike(const Partition *partition, int one, int other) {
    int block = (int)plan_expert_replicas(partition->plan);
    int of_one = one / block * block, of_other = other / block * block;
    if (!partition->marks && partition->pace.types == 1)
        return true;
    bool alike = replicas_sit_alike(partition, one, other);
    for (int i = 0; i < block && block > 1 && alike; i++)
        alike = replicas_sit_alike(partition, of_one + i, of_other + i);
    return alike;
}

/* To one of the sets, or the next one. */
static void add_to_set(Partition *partition, int index, int replica) {
    ReplicaSet *set = &partition->sets[index];
    int count = set->replica_count++;
    partition->set_count += index == partition->set_count;
    /* Full at the powers of two: twice the room. */
    if ((count & (count - 1)) == 0) {
        int *wider = ARENA_ARRAY(partition->arena, 2 * count + 1, int);
        for (int i = 0; i < count; i++)
            wider[i] = set->replicas[i];
        set->replicas = wider;
    }
    ((int *)set->replicas)[count] = replica;
}

/* The regular replicas first, by what they meet, then each of the others by itself. */
static void split_replicas(Partition *partition) {
    int replicas = (int)partition->plan->data_parallel;
    partition->sets = ARENA_ARRAY(partition->arena, replicas, ReplicaSet);
    for (int replica = 0; replica < replicas; replica++) {
        int set = 0;
        if (!replica_is_regular(partition, replica))
            continue;
        while (set < partition->set_count && !replicas_are_alike(partition, partition->sets[set].replicas[0], replica))
            set++;
        add_to_set(partition, set, replica);
    }
    for (int replica = 0; replica < replicas; replica++)
        if (!replica_is_regular(partition, replica))
            add_to_set(partition, partition->set_count, replica);
}

RankClasses rank_classes_create(Arena *arena, const SimulationSpec *spec, const JobSpec *job, const JobPlace *place) {
    const PlanSpec *plan = &job->training.plan;
    Network network = cluster_network(&spec->cluster);
    Partition partition = {.arena = arena,
                           .plan = plan,
                           .cluster = &spec->cluster,
                           .rank_gpu = place->rank_gpu,
                           .pace = type_pace_of(arena, &spec->cluster, job, place),
                           .marks = place->marks,
                           .unfolded = spec->fidelity == FIDELITY_UNFOLDED};
    partition.splits_members = partition.unfolded || network.splits_flows || place->splits_nodes;
    partition.speeds = rank_speeds(arena, &spec->cluster, place->rank_gpu, job->gpus);
    split_replicas(&partition);
    int64_t most_per_set = plan->pipeline_parallel * plan_stage_gpus(plan);
    partition.classes = ARENA_ARRAY(arena, most_per_set * partition.set_count, RankClass);
    for (int set = 0; set < partition.set_count; set++)
        split_set(&partition, set);
    return (RankClasses){.classes = partition.classes,
                         .class_count = partition.class_count,
                         .replica_sets = partition.sets,
                         .replica_set_count = partition.set_count,
                         .splits_members = partition.splits_members,
                         .rank_gpu = place->rank_gpu};
}

/* One class and one set of one "replica" that is the whole group. */
RankClasses rank_classes_of_group(Arena *arena, const JobSpec *job, const JobPlace *place) {
    RankClass *class = ARENA_NEW(arena, RankClass);
    *class = (RankClass){.name = "all ranks",
                         .members = ARENA_ARRAY(arena, 1, int),
                         .member_count = 1,
                         .gpus = job->gpus,
                         .speed_fraction = 1,
                         .pace_fraction = 1};
    ReplicaSet *set = ARENA_NEW(arena, ReplicaSet);
    int *class_of_stage = ARENA_ARRAY(arena, 2, int);
    class_of_stage[1] = 1;
    *set = (ReplicaSet){.replicas = ARENA_ARRAY(arena, 1, int),
                        .replica_count = 1,
                        .class_of_stage = class_of_stage,
                        .slowest_class = -1};
    return (RankClasses){
        .classes = class, .class_count = 1, .replica_sets = set, .replica_set_count = 1, .rank_gpu = place->rank_gpu};
}
