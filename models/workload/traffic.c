#include "models/workload/traffic.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/workload/collective_choice.h"
#include "models/workload/collective_loads.h"
#include "sim/engine/array.h"
#include "sim/engine/check.h"

enum { RESOURCE_NONE = UINT32_MAX };

typedef struct LegLoads {
    double latency_s;
    double flow_bytes; /* of one flow: most that one group puts on a port or NIC */
    LinkLoad *loads;   /* each link once, in the order of first use */
    int load_count;
} LegLoads;

typedef struct Operation {
    const CollectiveAlgorithm *algorithm;
    LegLoads *raw;
    TrafficLeg *legs; /* filled by traffic_seal */
    int leg_count;
} Operation;

struct Traffic {
    Arena *arena;
    const Network *network;
    bool folded;
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

Traffic *traffic_create(Arena *arena, const Network *network, bool folded) {
    Traffic *traffic = ARENA_NEW(arena, Traffic);
    *traffic = (Traffic){.arena = arena, .network = network, .folded = folded};
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

int traffic_add(Traffic *traffic, const TrafficGroups *groups) {
    const CollectiveAlgorithm *algorithm = algorithm_for_all(traffic, groups);
    Arena *scratch = arena_create();
    Operation operation = {.algorithm = algorithm};
    for (int group = 0; group < groups->count; group++) {
        CollectiveCall call = call_of(traffic, groups, group);
        CollectiveLoads loads;
        collective_loads(&call, algorithm, traffic->network, scratch, &loads);
        gather_group(traffic, &operation, &loads, groups->copies);
    }
    arena_destroy(scratch);
    keep_loads(traffic, &operation);
    echo_copies(traffic, groups);
    traffic->operations = array_grow(traffic->operations, &traffic->operation_capacity, traffic->operation_count + 1,
                                     sizeof *traffic->operations);
    traffic->operations[traffic->operation_count] = operation;
    return (int)traffic->operation_count++;
}

/* SplitMix64's finisher (Steele, Lea, Flood 2014): spreads every bit over all others. */
static uint64_t mix(uint64_t value) {
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
    return value ^ (value >> 31);
}

/* A number per link that is equal for links of one kind and capacity with the same loads in whole bytes; 0 for unused
 * links. */
static uint64_t *link_signatures(const Traffic *traffic) {
    uint64_t *signatures = ARENA_ARRAY(traffic->arena, network_link_count(traffic->network), uint64_t);
    uint64_t step = 1;
    for (size_t i = 0; i < traffic->operation_count; i++) {
        const Operation *operation = &traffic->operations[i];
        for (int leg = 0; leg < operation->leg_count; leg++, step++)
            for (int j = 0; j < operation->raw[leg].load_count; j++) {
                const LinkLoad *load = &operation->raw[leg].loads[j];
                uint64_t *signature = &signatures[load->link];
                *signature = mix(*signature + mix(step) + (uint64_t)llround(load->bytes)) | 1;
            }
    }
    return signatures;
}

/* An open-addressing table from signature to resource. */
typedef struct SignatureTable {
    uint64_t *keys;
    ResourceId *resources;
    size_t mask;
} SignatureTable;

static SignatureTable signature_table(const Traffic *traffic, const uint64_t *signatures) {
    size_t size = 16, used = 0;
    for (int link = 0; link < network_link_count(traffic->network); link++)
        used += signatures[link] != 0;
    while (size < 2 * used)
        size *= 2;
    return (SignatureTable){ARENA_ARRAY(traffic->arena, size, uint64_t), ARENA_ARRAY(traffic->arena, size, ResourceId),
                            size - 1};
}

static ResourceId find_or_add(const Traffic *traffic, SignatureTable *table, FairShare *share, LinkId link,
                              uint64_t signature) {
    size_t slot = signature & table->mask;
    while (table->keys[slot] && table->keys[slot] != signature)
        slot = (slot + 1) & table->mask;
    if (!table->keys[slot]) {
        table->keys[slot] = signature;
        table->resources[slot] = fair_share_add_resource(share, network_link_bytes_per_s(traffic->network, link));
    }
    return table->resources[slot];
}

static void create_resources(Traffic *traffic, FairShare *share) {
    const uint64_t *signatures = link_signatures(traffic);
    SignatureTable table = signature_table(traffic, signatures);
    for (LinkId link = 0; link < (LinkId)network_link_count(traffic->network); link++) {
        if (!signatures[link])
            continue;
        double capacity = network_link_bytes_per_s(traffic->network, link);
        uint64_t kind = (uint64_t)network_link_kind(traffic->network, link) * 2 + 1;
        uint64_t key = mix(signatures[link] ^ mix((uint64_t)llround(capacity) + kind)) | 1;
        traffic->link_resource[link] =
            traffic->folded ? find_or_add(traffic, &table, share, link, key) : fair_share_add_resource(share, capacity);
    }
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

static TrafficLeg seal_leg(const Traffic *traffic, const LegLoads *raw, int *place) {
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
        leg.use_count = add_use(uses, leg.use_count, use, place);
    }
    for (int i = 0; i < leg.use_count; i++) {
        uses[i].weight /= leg.amount_bytes;
        place[uses[i].resource] = -1;
    }
    leg.uses = uses;
    return leg;
}

void traffic_seal(Traffic *traffic, FairShare *share) {
    create_resources(traffic, share);
    Operation *sealed = ARENA_ARRAY(traffic->arena, traffic->operation_count, Operation);
    if (traffic->operation_count)
        memcpy(sealed, traffic->operations, traffic->operation_count * sizeof *sealed);
    free(traffic->operations);
    traffic->operations = sealed;
    int *place = ARENA_ARRAY(traffic->arena, network_link_count(traffic->network), int);
    memset(place, 0xff, (size_t)network_link_count(traffic->network) * sizeof *place);
    for (size_t i = 0; i < traffic->operation_count; i++) {
        Operation *operation = &sealed[i];
        operation->legs = ARENA_ARRAY(traffic->arena, operation->leg_count, TrafficLeg);
        for (int leg = 0; leg < operation->leg_count; leg++)
            operation->legs[leg] = seal_leg(traffic, &operation->raw[leg], place);
    }
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
    return *resource != RESOURCE_NONE;
}
