#include "models/workload/traffic.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/workload/collective_choice.h"
#include "models/workload/collective_loads.h"
#include "models/workload/link_fold.h"
#include "sim/engine/array.h"
#include "sim/engine/check.h"

typedef struct LegLoads {
    double latency_s;
    double flow_bytes; /* of one flow: most that one group puts on a port or NIC */
    LinkLoad *loads;   /* each link once, in the order of first use */
    int load_count;
} LegLoads;

typedef struct Operation {
    TrafficGroups groups; /* its GPUs are only kept when reroutable */
    const CollectiveAlgorithm *algorithm;
    LegLoads *raw;
    TrafficLeg *legs; /* filled by traffic_seal */
    int leg_count;
} Operation;

/* Where all legs go while a set of links is dead: [leg], operation after operation. */
typedef struct WaySet {
    uint64_t key;
    ShareWay *ways;
} WaySet;

struct Traffic {
    Arena *arena;
    const Network *network;
    Network routed; /* the network with the links that are dead now */
    TrafficDetail detail;
    LinkFold fold;
    int *place; /* scratch of seal_leg, [resource] */
    WaySet *way_sets;
    size_t way_set_count;
    size_t way_set_capacity;
    Operation *operations;
    size_t operation_count;
    size_t operation_capacity;
    double *link_bytes; /* scratch, [leg * links + link], zero between operations */
    LinkId *touched;    /* scratch, [leg * links + i] */
    int touched_count[COLLECTIVE_PHASES_MAX];
    int scratch_legs;
    ResourceId *link_resource; /* filled by traffic_seal */
    CollectiveCall last_call;  /* the choice made last; its rank_gpu is not looked at */
    const char *last_name;
    const CollectiveAlgorithm *last_algorithm;
    TrafficEcho *echo;
};

Traffic *traffic_create(Arena *arena, const Network *network, TrafficDetail detail) {
    Traffic *traffic = ARENA_NEW(arena, Traffic);
    *traffic = (Traffic){.arena = arena, .network = network, .routed = *network, .detail = detail};
    traffic->fold = link_fold_create(arena, network);
    traffic->link_resource = ARENA_ARRAY(arena, network_link_count(network), ResourceId);
    memset(traffic->link_resource, 0xff, (size_t)network_link_count(network) * sizeof(ResourceId));
    traffic->echo = traffic_echo_create(arena);
    return traffic;
}

TrafficEcho *traffic_echo(const Traffic *traffic) {
    return traffic->echo;
}

void traffic_add_bytes(const Traffic *traffic, int operation, double times, double *link_bytes) {
    const Operation *added = &traffic->operations[operation];
    for (int leg = 0; leg < added->leg_count; leg++)
        for (int i = 0; i < added->raw[leg].load_count; i++)
            link_bytes[added->raw[leg].loads[i].link] += times * added->raw[leg].loads[i].bytes;
}

/* The copies of the groups of an operation sit on the GPUs that follow. */
static void echo_copies(Traffic *traffic, const TrafficGroups *groups) {
    for (int i = 0; i < groups->count * groups->ranks; i++)
        for (int copy = 1; copy < groups->copies; copy++)
            traffic_echo_add(traffic->echo,
                             (EchoPair){(int)traffic->operation_count, groups->gpus[i], groups->gpus[i] + copy});
}

const Network *traffic_network(const Traffic *traffic) {
    return traffic->network;
}

void traffic_destroy(Traffic *traffic) {
    free(traffic->way_sets);
}

/* Room for the legs of an operation in the scratch tables. */
static void reserve_legs(Traffic *traffic, int legs) {
    size_t links = (size_t)network_link_count(traffic->network);
    if (legs <= traffic->scratch_legs)
        return;
    traffic->link_bytes = ARENA_ARRAY(traffic->arena, (size_t)legs * links, double);
    traffic->touched = ARENA_ARRAY(traffic->arena, (size_t)legs * links, LinkId);
    traffic->scratch_legs = legs;
}

static CollectiveCall call_of(const Traffic *traffic, const TrafficGroups *groups, int group) {
    return (CollectiveCall){.kind = groups->kind,
                            .bytes = groups->bytes,
                            .ranks = groups->ranks,
                            .rank_gpu = groups->gpus + (size_t)group * (size_t)groups->ranks,
                            .gpus_per_node = traffic->network->gpus_per_node,
                            .pair_bytes = groups->pair_bytes,
                            .in_network_reduction = traffic->network->in_network_reduction && !groups->split};
}

/* The choice for a group; one of the same kind, bytes and size as the last one, on other stages mostly, is not priced
 * again. */
static const CollectiveAlgorithm *select_algorithm(Traffic *traffic, const char *name, const CollectiveCall *call) {
    const CollectiveCall *last = &traffic->last_call;
    bool same = traffic->last_name && strcmp(traffic->last_name, name) == 0 && last->kind == call->kind &&
                last->bytes == call->bytes && last->ranks == call->ranks && !call->pair_bytes;
    if (!same || traffic->last_algorithm->needs(call))
        traffic->last_algorithm = collective_select(name, call, traffic->network);
    traffic->last_call = *call;
    traffic->last_name = name;
    return traffic->last_algorithm;
}

static const CollectiveAlgorithm *algorithm_for_all(Traffic *traffic, const TrafficGroups *groups) {
    CollectiveCall first = call_of(traffic, groups, 0);
    if (groups->split)
        first.kind = COLLECTIVE_REDUCE_SCATTER;
    const CollectiveAlgorithm *algorithm = select_algorithm(traffic, groups->algorithm, &first);
    for (int group = 1; group < groups->count; group++) {
        CollectiveCall call = call_of(traffic, groups, group);
        if (algorithm->needs(&call))
            return collective_find("ring");
    }
    return algorithm;
}

static void gather_phase(Traffic *traffic, int leg, const CollectivePhaseLoads *phase, int copies) {
    size_t row = (size_t)leg * (size_t)network_link_count(traffic->network);
    for (int i = 0; i < phase->load_count; i++) {
        const LinkLoad *load = &phase->loads[i];
        if (load->bytes <= 0)
            continue;
        double *bytes = &traffic->link_bytes[row + load->link];
        if (*bytes == 0)
            traffic->touched[row + (size_t)traffic->touched_count[leg]++] = load->link;
        bool shared = copies > 1 && network_link_kind(traffic->network, load->link) == LINK_FABRIC;
        *bytes += shared ? copies * load->bytes : load->bytes;
    }
}

/* Adds the loads of one group to the scratch tables. */
static void gather_group(Traffic *traffic, Operation *operation, const CollectiveLoads *loads, int copies) {
    if (!operation->raw) {
        operation->leg_count = loads->phase_count;
        operation->raw = ARENA_ARRAY(traffic->arena, loads->phase_count, LegLoads);
        reserve_legs(traffic, loads->phase_count);
    }
    CHECK(loads->phase_count == operation->leg_count);
    for (int leg = 0; leg < loads->phase_count; leg++) {
        operation->raw[leg].latency_s = fmax(operation->raw[leg].latency_s, loads->phases[leg].latency_s);
        for (int i = 0; i < loads->phases[leg].load_count; i++)
            if (network_link_kind(traffic->network, loads->phases[leg].loads[i].link) != LINK_FABRIC)
                operation->raw[leg].flow_bytes =
                    fmax(operation->raw[leg].flow_bytes, loads->phases[leg].loads[i].bytes);
        gather_phase(traffic, leg, &loads->phases[leg], copies);
    }
}

/* Moves what the scratch tables hold into the operation's lists. */
static void keep_loads(Traffic *traffic, Operation *operation) {
    size_t links = (size_t)network_link_count(traffic->network);
    for (int leg = 0; leg < operation->leg_count; leg++) {
        LinkId *touched = traffic->touched + (size_t)leg * links;
        double *bytes = traffic->link_bytes + (size_t)leg * links;
        LegLoads *raw = &operation->raw[leg];
        raw->load_count = traffic->touched_count[leg];
        raw->loads = ARENA_ARRAY(traffic->arena, raw->load_count, LinkLoad);
        for (int i = 0; i < raw->load_count; i++) {
            raw->loads[i] = (LinkLoad){touched[i], bytes[touched[i]]};
            bytes[touched[i]] = 0;
        }
        traffic->touched_count[leg] = 0;
    }
}

/* What the groups of an operation put on the links, by their ways of now. */
static void gather_operation(Traffic *traffic, Operation *operation) {
    const TrafficGroups *groups = &operation->groups;
    Arena *scratch = arena_create();
    for (int group = 0; group < groups->count; group++) {
        CollectiveCall call = call_of(traffic, groups, group);
        CollectiveLoads loads;
        collective_loads(&call, operation->algorithm, &traffic->routed, scratch, &loads);
        gather_group(traffic, operation, &loads, groups->copies);
    }
    arena_destroy(scratch);
    keep_loads(traffic, operation);
}

static const int *copy_gpus(Traffic *traffic, const TrafficGroups *groups) {
    size_t count = (size_t)groups->count * (size_t)groups->ranks;
    int *copy = ARENA_ARRAY(traffic->arena, count, int);
    memcpy(copy, groups->gpus, count * sizeof *copy);
    return copy;
}

int traffic_add(Traffic *traffic, const TrafficGroups *groups) {
    Operation operation = {.groups = *groups, .algorithm = algorithm_for_all(traffic, groups)};
    gather_operation(traffic, &operation);
    echo_copies(traffic, groups);
    operation.groups.gpus = traffic->detail == TRAFFIC_REROUTABLE ? copy_gpus(traffic, groups) : NULL;
    traffic->operations = array_grow(traffic->operations, &traffic->operation_capacity, traffic->operation_count + 1,
                                     sizeof *traffic->operations);
    traffic->operations[traffic->operation_count] = operation;
    return (int)traffic->operation_count++;
}

void traffic_single_out(Traffic *traffic, LinkId link) {
    traffic->fold.single[link] = true;
}

static void create_resources(Traffic *traffic, FairShare *share) {
    for (size_t i = 0; i < traffic->operation_count; i++) {
        const Operation *operation = &traffic->operations[i];
        for (int leg = 0; leg < operation->leg_count; leg++) {
            link_fold_next_leg(&traffic->fold);
            for (int j = 0; j < operation->raw[leg].load_count; j++)
                link_fold_add(&traffic->fold, operation->raw[leg].loads[j].link, operation->raw[leg].loads[j].bytes);
        }
    }
    link_fold_resources(&traffic->fold, traffic->detail == TRAFFIC_FOLDED, share, traffic->link_resource);
}

/* One use per resource: of links that share one, the heaviest. `place` has an entry of -1 per link and gets them back.
 */
static int add_use(ResourceUse *uses, int count, ResourceUse use, int *place) {
    int at = place[use.resource];
    if (at >= 0) {
        uses[at].weight = fmax(uses[at].weight, use.weight);
        return count;
    }
    place[use.resource] = count;
    uses[count] = use;
    return count + 1;
}

static TrafficLeg seal_leg(const Traffic *traffic, const LegLoads *raw) {
    int *place = traffic->place, count = 0;
    TrafficLeg leg = {.latency_s = raw->latency_s, .amount_bytes = raw->flow_bytes};
    ResourceUse *uses = ARENA_ARRAY(traffic->arena, raw->load_count, ResourceUse);
    double slowest_s = 0;
    for (int i = 0; i < raw->load_count; i++) {
        const LinkLoad *load = &raw->loads[i];
        double alone_s = load->bytes / network_link_bytes_per_s(traffic->network, load->link);
        if (alone_s > slowest_s) {
            slowest_s = alone_s;
            leg.link = network_link_kind(traffic->network, load->link);
        }
        ResourceUse use = {traffic->link_resource[load->link], load->bytes};
        count = add_use(uses, count, use, place);
    }
    for (int i = 0; i < count; i++) {
        uses[i].weight /= leg.amount_bytes;
        place[uses[i].resource] = -1;
    }
    leg.way = (ShareWay){uses, count};
    return leg;
}

void traffic_seal(Traffic *traffic, FairShare *share) {
    int links = network_link_count(traffic->network);
    create_resources(traffic, share);
    Operation *sealed = ARENA_ARRAY(traffic->arena, traffic->operation_count, Operation);
    if (traffic->operation_count)
        memcpy(sealed, traffic->operations, traffic->operation_count * sizeof *sealed);
    free(traffic->operations);
    traffic->operations = sealed;
    traffic->place = ARENA_ARRAY(traffic->arena, links, int);
    memset(traffic->place, 0xff, (size_t)links * sizeof *traffic->place);
    for (size_t i = 0; i < traffic->operation_count; i++) {
        Operation *operation = &sealed[i];
        operation->legs = ARENA_ARRAY(traffic->arena, operation->leg_count, TrafficLeg);
        for (int leg = 0; leg < operation->leg_count; leg++)
            operation->legs[leg] = seal_leg(traffic, &operation->raw[leg]);
    }
}

/* A resource for every link of the loads that had none. */
static void add_resources(Traffic *traffic, FairShare *share, const LegLoads *raw) {
    for (int i = 0; i < raw->load_count; i++) {
        LinkId link = raw->loads[i].link;
        if (traffic->link_resource[link] == LINK_FOLD_NONE)
            traffic->link_resource[link] =
                fair_share_add_resource(share, network_link_bytes_per_s(traffic->network, link));
    }
}

static bool is_same_way(const ShareWay *one, const ShareWay *other) {
    if (one->use_count != other->use_count)
        return false;
    for (int i = 0; i < one->use_count; i++)
        if (one->uses[i].resource != other->uses[i].resource || one->uses[i].weight != other->uses[i].weight)
            return false;
    return true;
}

/* The ways of an operation as links are now; what has not changed keeps its address. */
static void find_ways(Traffic *traffic, FairShare *share, const Operation *operation, ShareWay *ways) {
    Operation again = {.groups = operation->groups, .algorithm = operation->algorithm};
    gather_operation(traffic, &again);
    CHECK(again.leg_count == operation->leg_count);
    for (int leg = 0; leg < again.leg_count; leg++) {
        add_resources(traffic, share, &again.raw[leg]);
        ways[leg] = seal_leg(traffic, &again.raw[leg]).way;
        if (is_same_way(&ways[leg], &operation->legs[leg].way))
            ways[leg] = operation->legs[leg].way;
    }
}

static const WaySet *way_set_find(const Traffic *traffic, uint64_t key) {
    for (size_t i = 0; i < traffic->way_set_count; i++)
        if (traffic->way_sets[i].key == key)
            return &traffic->way_sets[i];
    return NULL;
}

static const WaySet *way_set_add(Traffic *traffic, FairShare *share, uint64_t key) {
    int legs = 0, next = 0;
    for (size_t i = 0; i < traffic->operation_count; i++)
        legs += traffic->operations[i].leg_count;
    ShareWay *ways = ARENA_ARRAY(traffic->arena, legs, ShareWay);
    for (size_t i = 0; i < traffic->operation_count; next += traffic->operations[i++].leg_count)
        find_ways(traffic, share, &traffic->operations[i], &ways[next]);
    traffic->way_sets = array_grow(traffic->way_sets, &traffic->way_set_capacity, traffic->way_set_count + 1,
                                   sizeof *traffic->way_sets);
    traffic->way_sets[traffic->way_set_count] = (WaySet){key, ways};
    return &traffic->way_sets[traffic->way_set_count++];
}

void traffic_reroute(Traffic *traffic, FairShare *share, const bool *dead, uint64_t key) {
    CHECK(traffic->detail == TRAFFIC_REROUTABLE);
    const WaySet *set = way_set_find(traffic, key);
    traffic->routed.dead = dead;
    if (!set)
        set = way_set_add(traffic, share, key);
    int next = 0;
    for (size_t i = 0; i < traffic->operation_count; i++)
        for (int leg = 0; leg < traffic->operations[i].leg_count; leg++)
            traffic->operations[i].legs[leg].way = set->ways[next++];
    fair_share_reroute(share);
}

const char *traffic_algorithm(const Traffic *traffic, int operation) {
    return traffic->operations[operation].algorithm->name;
}

int traffic_leg_count(const Traffic *traffic, int operation) {
    return traffic->operations[operation].leg_count;
}

const TrafficLeg *traffic_leg(const Traffic *traffic, int operation, int leg) {
    return &traffic->operations[operation].legs[leg];
}

bool traffic_resource(const Traffic *traffic, LinkId link, ResourceId *resource) {
    *resource = traffic->link_resource[link];
    return *resource != LINK_FOLD_NONE;
}

const ResourceId *traffic_all_links(Traffic *traffic, FairShare *share) {
    CHECK(traffic->detail != TRAFFIC_FOLDED);
    for (LinkId link = 0; link < (LinkId)network_link_count(traffic->network); link++)
        if (traffic->link_resource[link] == LINK_FOLD_NONE)
            traffic->link_resource[link] =
                fair_share_add_resource(share, network_link_bytes_per_s(traffic->network, link));
    return traffic->link_resource;
}
