#include "models/traffic/traffic.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/communication/link_fold.h"
#include "sim/engine/array.h"
#include "sim/engine/check.h"

typedef struct Operation {
    TrafficGroups groups; /* its GPUs are only kept when reroutable */
    const CollectiveAlgorithm *algorithm;
    TrafficLoads loads;
    TrafficLeg *legs; /* filled by traffic_seal */
} Operation;

/* Where all legs go while a set of links is dead: [leg], operation after operation. */
typedef struct WaySet {
    uint64_t key;
    ShareWay *ways;
} WaySet;

struct Traffic {
    Arena *arena;
    const Network *network;
    Network routed;        /* the network with the links that are dead now */
    TrafficGather *gather; /* on `routed` */
    TrafficDetail detail;
    LinkFold fold;
    int *place; /* scratch of seal_leg, [resource] */
    WaySet *way_sets;
    size_t way_set_count;
    size_t way_set_capacity;
    Operation *operations;
    size_t operation_count;
    size_t operation_capacity;
    ResourceId *link_resource; /* filled by traffic_seal */
    TrafficEcho *echo;
};

Traffic *traffic_create(Arena *arena, const Network *network, TrafficDetail detail) {
    Traffic *traffic = ARENA_NEW(arena, Traffic);
    *traffic = (Traffic){.arena = arena, .network = network, .routed = *network, .detail = detail};
    traffic->gather = traffic_gather_create(arena, &traffic->routed);
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
    const TrafficLoads *added = &traffic->operations[operation].loads;
    for (int leg = 0; leg < added->leg_count; leg++)
        for (int i = 0; i < added->legs[leg].load_count; i++)
            link_bytes[added->legs[leg].loads[i].link] += times * added->legs[leg].loads[i].bytes;
}

/* The copies of the groups of an operation sit on the GPUs that follow. */
static void echo_copies(Traffic *traffic, const TrafficGroups *groups) {
    if (traffic_echo_is_silent(traffic->echo))
        return;
    for (int i = 0; i < groups->count * groups->ranks; i++)
        for (int copy = 1; copy < groups->copies; copy++)
            traffic_echo_add(traffic->echo,
                             (EchoPair){(int)traffic->operation_count, groups->gpus[i], groups->gpus[i] + copy});
}

const Network *traffic_network(const Traffic *traffic) {
    return traffic->network;
}

void traffic_destroy(Traffic *traffic) {
    traffic_gather_destroy(traffic->gather);
    free(traffic->way_sets);
    if (traffic->place == NULL) /* not sealed */
        free(traffic->operations);
}

static const int *copy_gpus(Traffic *traffic, const TrafficGroups *groups) {
    size_t count = (size_t)groups->count * (size_t)groups->ranks;
    int *copy = ARENA_ARRAY(traffic->arena, count, int);
    memcpy(copy, groups->gpus, count * sizeof *copy);
    return copy;
}

int traffic_add(Traffic *traffic, const TrafficGroups *groups) {
    Operation operation = {.groups = *groups};
    operation.loads = traffic_gather_choose(traffic->gather, groups, &operation.algorithm);
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
        const TrafficLoads *loads = &traffic->operations[i].loads;
        for (int leg = 0; leg < loads->leg_count; leg++) {
            link_fold_next_leg(&traffic->fold);
            for (int j = 0; j < loads->legs[leg].load_count; j++)
                link_fold_add(&traffic->fold, loads->legs[leg].loads[j].link, loads->legs[leg].loads[j].bytes);
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
    leg.alone_s = leg.latency_s + slowest_s;
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
        operation->legs = ARENA_ARRAY(traffic->arena, operation->loads.leg_count, TrafficLeg);
        for (int leg = 0; leg < operation->loads.leg_count; leg++)
            operation->legs[leg] = seal_leg(traffic, &operation->loads.legs[leg]);
    }
}

/* A link that had no resource gets one. */
static void add_resource(Traffic *traffic, FairShare *share, LinkId link) {
    if (traffic->link_resource[link] == LINK_FOLD_NONE)
        traffic->link_resource[link] = fair_share_add_resource(share, network_link_bytes_per_s(traffic->network, link));
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
    TrafficLoads now = traffic_gather_loads(traffic->gather, &operation->groups, operation->algorithm);
    CHECK(now.leg_count == operation->loads.leg_count);
    for (int leg = 0; leg < now.leg_count; leg++) {
        for (int i = 0; i < now.legs[leg].load_count; i++)
            add_resource(traffic, share, now.legs[leg].loads[i].link);
        ways[leg] = seal_leg(traffic, &now.legs[leg]).way;
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
        legs += traffic->operations[i].loads.leg_count;
    ShareWay *ways = ARENA_ARRAY(traffic->arena, legs, ShareWay);
    for (size_t i = 0; i < traffic->operation_count; next += traffic->operations[i++].loads.leg_count)
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
        for (int leg = 0; leg < traffic->operations[i].loads.leg_count; leg++)
            traffic->operations[i].legs[leg].way = set->ways[next++];
    fair_share_reroute(share);
}

const char *traffic_algorithm(const Traffic *traffic, int operation) {
    return traffic->operations[operation].algorithm->name;
}

int traffic_leg_count(const Traffic *traffic, int operation) {
    return traffic->operations[operation].loads.leg_count;
}

const TrafficLeg *traffic_leg(const Traffic *traffic, int operation, int leg) {
    return &traffic->operations[operation].legs[leg];
}

double traffic_alone_seconds(const Traffic *traffic, int operation) {
    double seconds = 0;
    for (int leg = 0; leg < traffic_leg_count(traffic, operation); leg++)
        seconds += traffic_leg(traffic, operation, leg)->alone_s;
    return seconds;
}

bool traffic_resource(const Traffic *traffic, LinkId link, ResourceId *resource) {
    *resource = traffic->link_resource[link];
    return *resource != LINK_FOLD_NONE;
}

const ResourceId *traffic_all_links(Traffic *traffic, FairShare *share) {
    CHECK(traffic->detail != TRAFFIC_FOLDED);
    for (LinkId link = 0; link < (LinkId)network_link_count(traffic->network); link++)
        add_resource(traffic, share, link);
    return traffic->link_resource;
}
