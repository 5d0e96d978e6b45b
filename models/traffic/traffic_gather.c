#include "models/traffic/traffic_gather.h"

#include <math.h>
#include <string.h>

#include "models/communication/collective_choice.h"
#include "sim/engine/check.h"

/* The group inside a node that was added last. */
typedef struct InnerGroup {
    TrafficGroups groups; /* its gpus are looked at no more */
    int *gpus;            /* [rank], room for a node's */
    int node;             /* -1 = none yet */
    const CollectiveAlgorithm *algorithm;
    TrafficLoads loads;
} InnerGroup;

struct TrafficGather {
    Arena *arena;
    Arena *scratch; /* of one operation */
    const Network *network;
    double *link_bytes; /* scratch, [leg * links + link], zero between calls */
    LinkId *touched;    /* scratch, [leg * links + i] */
    int touched_count[COLLECTIVE_PHASES_MAX];
    int scratch_legs;
    CollectiveCall last_call; /* the choice made last; its rank_gpu is not looked at */
    const char *last_name;
    const CollectiveAlgorithm *last_algorithm;
    InnerGroup inner;
};

TrafficGather *traffic_gather_create(Arena *arena, const Network *network) {
    TrafficGather *gather = ARENA_NEW(arena, TrafficGather);
    *gather = (TrafficGather){.arena = arena, .scratch = arena_create(), .network = network, .inner = {.node = -1}};
    return gather;
}

void traffic_gather_destroy(TrafficGather *gather) {
    arena_destroy(gather->scratch);
}

/* Room for the legs of an operation in the scratch tables. */
static void reserve_legs(TrafficGather *gather, int legs) {
    size_t links = (size_t)network_link_count(gather->network);
    if (legs <= gather->scratch_legs)
        return;
    gather->link_bytes = ARENA_ARRAY(gather->arena, (size_t)legs * links, double);
    gather->touched = ARENA_ARRAY(gather->arena, (size_t)legs * links, LinkId);
    gather->scratch_legs = legs;
}

static CollectiveCall call_of(const TrafficGather *gather, const TrafficGroups *groups, int group) {
    const int *gpus = groups->gpus + (size_t)group * (size_t)groups->ranks;
    return (CollectiveCall){.kind = groups->kind,
                            .bytes = groups->bytes,
                            .ranks = groups->ranks,
                            .rank_gpu = gpus,
                            .gpus_per_node = gather->network->gpus_per_node,
                            .pair_weights = groups->pair_weights,
                            .in_network_reduction =
                                !groups->split && network_reduces(gather->network, gpus, groups->ranks)};
}

typedef struct Choice {
    const CollectiveAlgorithm *algorithm;
    CollectiveLoads first; /* of group 0; without phases when they are not known yet */
} Choice;

/* The choice for a group; one of the same kind, bytes and size as the last one, on other stages mostly, is not priced
 * again. */
static Choice select_algorithm(TrafficGather *gather, const char *name, const CollectiveCall *call) {
    const CollectiveCall *last = &gather->last_call;
    bool same = gather->last_name && strcmp(gather->last_name, name) == 0 && last->kind == call->kind &&
                last->bytes == call->bytes && last->ranks == call->ranks && !call->pair_weights &&
                last->in_network_reduction == call->in_network_reduction;
    Choice choice = {.algorithm = gather->last_algorithm};
    if (!same || choice.algorithm->needs(call))
        choice.algorithm = collective_select_priced(name, call, gather->network, gather->scratch, &choice.first);
    gather->last_call = *call;
    gather->last_name = name;
    gather->last_algorithm = choice.algorithm;
    return choice;
}

static Choice choose(TrafficGather *gather, const TrafficGroups *groups) {
    CollectiveCall first = call_of(gather, groups, 0);
    if (groups->split)
        first.kind = COLLECTIVE_REDUCE_SCATTER;
    Choice choice = select_algorithm(gather, groups->algorithm, &first);
    if (groups->split)
        choice.first = (CollectiveLoads){0};
    for (int group = 1; group < groups->count; group++) {
        CollectiveCall call = call_of(gather, groups, group);
        if (choice.algorithm->needs(&call))
            return (Choice){.algorithm = collective_find("ring")};
    }
    return choice;
}

/* Adds a phase of one group to row `leg` of the scratch tables; returns the most that it puts on a port or NIC. */
static double gather_phase(TrafficGather *gather, int leg, const CollectivePhaseLoads *phase, int copies) {
    size_t row = (size_t)leg * (size_t)network_link_count(gather->network);
    double flow_bytes = 0;
    for (int i = 0; i < phase->load_count; i++) {
        const LinkLoad *load = &phase->loads[i];
        bool shared = load->link >= gather->network->first_fabric_link;
        if (load->bytes <= 0)
            continue;
        double *bytes = &gather->link_bytes[row + load->link];
        if (*bytes == 0)
            gather->touched[row + (size_t)gather->touched_count[leg]++] = load->link;
        *bytes += shared ? copies * load->bytes : load->bytes;
        if (!shared && load->bytes > flow_bytes)
            flow_bytes = load->bytes;
    }
    return flow_bytes;
}

/* Adds the loads of one group to the scratch tables. */
static void gather_group(TrafficGather *gather, TrafficLoads *sum, const CollectiveLoads *group, int copies) {
    if (!sum->legs) {
        *sum = (TrafficLoads){ARENA_ARRAY(gather->arena, group->phase_count, LegLoads), group->phase_count};
        reserve_legs(gather, sum->leg_count);
    }
    CHECK(group->phase_count == sum->leg_count);
    for (int leg = 0; leg < sum->leg_count; leg++) {
        const CollectivePhaseLoads *phase = &group->phases[leg];
        LegLoads *most = &sum->legs[leg];
        most->latency_s = fmax(most->latency_s, phase->latency_s);
        most->flow_bytes = fmax(most->flow_bytes, gather_phase(gather, leg, phase, copies));
    }
}

/* Moves what the scratch tables hold into lists. */
static void keep_loads(TrafficGather *gather, TrafficLoads *sum) {
    size_t links = (size_t)network_link_count(gather->network);
    for (int leg = 0; leg < sum->leg_count; leg++) {
        LinkId *touched = gather->touched + (size_t)leg * links;
        double *bytes = gather->link_bytes + (size_t)leg * links;
        LegLoads *kept = &sum->legs[leg];
        kept->load_count = gather->touched_count[leg];
        kept->loads = ARENA_ARRAY(gather->arena, kept->load_count, LinkLoad);
        for (int i = 0; i < kept->load_count; i++) {
            kept->loads[i] = (LinkLoad){touched[i], bytes[touched[i]]};
            bytes[touched[i]] = 0;
        }
        gather->touched_count[leg] = 0;
    }
}

static TrafficLoads add_up(TrafficGather *gather, const TrafficGroups *groups, const Choice *choice) {
    TrafficLoads sum = {0};
    for (int group = 0; group < groups->count; group++) {
        CollectiveCall call = call_of(gather, groups, group);
        CollectiveLoads loads = choice->first;
        if (group > 0 || !loads.phases)
            collective_loads(&call, choice->algorithm, gather->network, gather->scratch, &loads);
        gather_group(gather, &sum, &loads, groups->copies);
        arena_clear(gather->scratch);
    }
    keep_loads(gather, &sum);
    return sum;
}

/* The node that all of one group sit on; -1 when it is none, or there are more groups. */
static int inner_node(const TrafficGather *gather, const TrafficGroups *groups) {
    int per_node = gather->network->gpus_per_node, node = groups->gpus[0] / per_node;
    for (int i = 0; i < groups->ranks && node >= 0; i++)
        node = groups->gpus[i] / per_node == node ? node : -1;
    return groups->count == 1 && groups->pair_weights == NULL ? node : -1;
}

/* Whether the groups are the last inner group on another node of its type. */
static bool is_inner_again(const TrafficGather *gather, const TrafficGroups *groups, int node) {
    const InnerGroup *inner = &gather->inner;
    const TrafficGroups *last = &inner->groups;
    bool again = node >= 0 && inner->node >= 0 && last->kind == groups->kind && last->bytes == groups->bytes &&
                 last->ranks == groups->ranks && last->split == groups->split && last->copies == groups->copies &&
                 strcmp(last->algorithm, groups->algorithm) == 0 &&
                 network_ports(gather->network, node) == network_ports(gather->network, inner->node);
    int ahead = (node - inner->node) * gather->network->gpus_per_node;
    for (int i = 0; i < groups->ranks && again; i++)
        again = inner->gpus[i] + ahead == groups->gpus[i];
    return again;
}

/* Its loads, on the ports of that node. */
static TrafficLoads move_inner(const TrafficGather *gather, const TrafficGroups *groups) {
    const TrafficLoads *from = &gather->inner.loads;
    TrafficLoads moved = {ARENA_ARRAY(gather->arena, from->leg_count, LegLoads), from->leg_count};
    LinkId old = network_port_out(gather->network, gather->inner.gpus[0]);
    LinkId new = network_port_out(gather->network, groups->gpus[0]);
    for (int leg = 0; leg < moved.leg_count; leg++) {
        moved.legs[leg] = from->legs[leg];
        moved.legs[leg].loads = ARENA_ARRAY(gather->arena, from->legs[leg].load_count, LinkLoad);
        for (int i = 0; i < from->legs[leg].load_count; i++) {
            const LinkLoad *load = &from->legs[leg].loads[i];
            moved.legs[leg].loads[i] = (LinkLoad){load->link + new - old, load->bytes};
        }
    }
    return moved;
}

/* Inside a node there are no other links than its ports. */
static void keep_inner(TrafficGather *gather, const TrafficGroups *groups, int node, const TrafficLoads *loads,
                       const CollectiveAlgorithm *algorithm) {
    InnerGroup *inner = &gather->inner;
    if (inner->gpus == NULL)
        inner->gpus = ARENA_ARRAY(gather->arena, gather->network->gpus_per_node, int);
    memcpy(inner->gpus, groups->gpus, (size_t)groups->ranks * sizeof *inner->gpus);
    inner->groups = *groups;
    inner->node = node;
    inner->algorithm = algorithm;
    inner->loads = *loads;
}

TrafficLoads traffic_gather_choose(TrafficGather *gather, const TrafficGroups *groups,
                                   const CollectiveAlgorithm **algorithm) {
    int node = inner_node(gather, groups);
    if (is_inner_again(gather, groups, node)) {
        *algorithm = gather->inner.algorithm;
        return move_inner(gather, groups);
    }
    Choice choice = choose(gather, groups);
    TrafficLoads loads = add_up(gather, groups, &choice);
    *algorithm = choice.algorithm;
    if (node >= 0)
        keep_inner(gather, groups, node, &loads, choice.algorithm);
    return loads;
}

TrafficLoads traffic_gather_loads(TrafficGather *gather, const TrafficGroups *groups,
                                  const CollectiveAlgorithm *algorithm) {
    return add_up(gather, groups, &(Choice){.algorithm = algorithm});
}
