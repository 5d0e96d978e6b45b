/*
 * fat_tree: 2 or 3 levels of equal switches of `radix` ports (Leiserson 1985; k-ary form of Al-Fares, Loukissas,
 * Vahdat, SIGCOMM 2008). With oversubscription o a leaf has radix * o / (1 + o) ports down, to NICs, and the rest up,
 * one to every spine (2 levels) or every aggregation switch of its pod (3 levels). An aggregation switch divides its
 * ports by pod_oversubscription in the same way between leaves and cores; core (a, c) is on aggregation switch a of
 * every pod. Every link has the bandwidth of a NIC. ECMP picks (a, c) by hash; sprayed, the links of a leaf are one
 * bundle and so are those of a pod, which is exact, for all of them carry the same. All NICs of a node are on one leaf.
 */
#include <math.h>

#include "models/hardware/topology.h"

/* Ports of a switch, below and above. */
typedef struct Ports {
    int down;
    int up;
} Ports;

static Ports divide_ports(int radix, double oversubscription) {
    int down = (int)floor(radix * oversubscription / (1 + oversubscription) + 0.5);
    return (Ports){down, radix - down};
}

typedef struct Tree {
    Ports leaf;
    Ports pod; /* of one aggregation switch */
    int nodes_per_leaf;
    int leaves;
    int pods; /* 1 with two levels */
    bool bundled;
} Tree;

static Tree tree_of(const Fabric *fabric) {
    const FabricSpec *spec = &fabric->spec;
    Tree tree = {.leaf = divide_ports(spec->radix, spec->oversubscription),
                 .pod = divide_ports(spec->radix, spec->pod_oversubscription),
                 .bundled = spec->routing == ROUTING_SPRAY};
    tree.nodes_per_leaf = fabric->nics_per_node > 0 ? tree.leaf.down / fabric->nics_per_node : 1;
    if (tree.nodes_per_leaf < 1)
        tree.nodes_per_leaf = 1;
    tree.leaves = (fabric->nodes + tree.nodes_per_leaf - 1) / tree.nodes_per_leaf;
    if (spec->levels != 3)
        tree.pod = (Ports){tree.leaves, 1};
    tree.pods = tree.pod.down > 0 ? (tree.leaves + tree.pod.down - 1) / tree.pod.down : 1;
    return tree;
}

static bool divides(int radix, double oversubscription) {
    Ports ports = divide_ports(radix, oversubscription);
    return ports.up >= 1 && fabs(ports.down - oversubscription * ports.up) < 1e-6 * radix;
}

static TopologyFault fat_tree_needs(const Fabric *fabric) {
    const FabricSpec *spec = &fabric->spec;
    Tree tree = tree_of(fabric);
    if (spec->levels != 2 && spec->levels != 3)
        return (TopologyFault){"levels", "2 or 3"};
    if (!divides(spec->radix, spec->oversubscription))
        return (TopologyFault){"oversubscription", "one that divides the ports of a leaf into whole numbers"};
    if (spec->levels == 3 && !divides(spec->radix, spec->pod_oversubscription))
        return (TopologyFault){"pod_oversubscription", "one that divides the ports of a switch into whole numbers"};
    if (fabric->nics_per_node > 0 && tree.leaf.down % fabric->nics_per_node != 0)
        return (TopologyFault){"radix", "ports below a leaf for the NICs of whole nodes"};
    if (spec->levels == 2 && tree.leaves > spec->radix)
        return (TopologyFault){"radix", "at most as many leaves as a spine has ports, or levels: 3"};
    if (tree.pods > spec->radix)
        return (TopologyFault){"radix", "at most as many pods as a core switch has ports"};
    return (TopologyFault){0};
}

/* Links of a leaf towards its pod, one way. */
static int leaf_links(const Tree *tree) {
    return tree->bundled ? 1 : tree->leaf.up;
}

/* Links of a pod towards the cores, one way. */
static int pod_links(const Tree *tree) {
    return tree->bundled ? 1 : tree->leaf.up * tree->pod.up;
}

static int fat_tree_link_count(const Fabric *fabric) {
    Tree tree = tree_of(fabric);
    int upper = fabric->spec.levels == 3 ? tree.pods * pod_links(&tree) : 0;
    return 2 * (tree.leaves * leaf_links(&tree) + upper);
}

static FabricLink fat_tree_link(const Fabric *fabric, int link) {
    Tree tree = tree_of(fabric);
    const char *way = link % 2 ? "down" : "up";
    int per_leaf = leaf_links(&tree), per_pod = pod_links(&tree), cable = link / 2, lower = tree.leaves * per_leaf;
    int agg = tree.pods > 1 && tree.pod.down > 0 ? cable / per_leaf / tree.pod.down * per_leaf : 0;
    FabricEnd low = {FABRIC_SWITCH, cable / per_leaf}, high = {FABRIC_AGGREGATION, agg + cable % per_leaf};
    if (cable < lower)
        return (FabricLink){.from = link % 2 ? high : low,
                            .to = link % 2 ? low : high,
                            .bytes_per_s = fabric->nic_bytes_per_s * (tree.bundled ? tree.leaf.up : 1),
                            .parts = {{"leaf", cable / per_leaf}, {way, tree.bundled ? -1 : cable % per_leaf}}};
    cable -= lower;
    low = (FabricEnd){FABRIC_AGGREGATION, cable / per_pod * per_leaf + cable % per_pod / (per_pod / per_leaf)};
    high = (FabricEnd){FABRIC_CORE, cable % per_pod};
    FabricEnd from = link % 2 ? high : low, to = link % 2 ? low : high;
    if (tree.bundled)
        return (FabricLink){.from = from,
                            .to = to,
                            .bytes_per_s = fabric->nic_bytes_per_s * tree.leaf.up * tree.pod.up,
                            .parts = {{"pod", cable}, {way, -1}}};
    return (FabricLink){.from = from,
                        .to = to,
                        .bytes_per_s = fabric->nic_bytes_per_s,
                        .parts = {{"pod", cable / per_pod},
                                  {"aggregation", cable % per_pod / tree.pod.up},
                                  {way, cable % tree.pod.up}}};
}

static int fat_tree_paths(const Fabric *fabric) {
    Tree tree = tree_of(fabric);
    return tree.pods > 1 ? pod_links(&tree) : leaf_links(&tree);
}

static void fat_tree_route(const Fabric *fabric, const FabricPair *pair, FabricRoute *route) {
    Tree tree = tree_of(fabric);
    int from = pair->from_node / tree.nodes_per_leaf, to = pair->to_node / tree.nodes_per_leaf;
    int per_leaf = leaf_links(&tree), per_pod = pod_links(&tree), lower = tree.leaves * per_leaf;
    int from_pod = tree.pods > 1 ? from / tree.pod.down : 0, to_pod = tree.pods > 1 ? to / tree.pod.down : 0;
    route->exit_nic = pair->from_nic;
    route->first_switch = from;
    route->switches = from == to ? 1 : from_pod == to_pod ? 3 : 5;
    route->link_count = 0;
    if (from == to)
        return;
    uint64_t choice = tree.bundled ? 0 : fabric_choice(fabric, pair);
    int aggregation = (int)(choice % (uint64_t)per_leaf), cores = per_pod / per_leaf;
    int upper = aggregation * cores + (int)(choice / (uint64_t)per_leaf % (uint64_t)cores);
    fabric_route_add(route, 2 * (from * per_leaf + aggregation), 1);
    if (from_pod != to_pod) {
        fabric_route_add(route, 2 * (lower + from_pod * per_pod + upper), 1);
        fabric_route_add(route, 2 * (lower + to_pod * per_pod + upper) + 1, 1);
    }
    fabric_route_add(route, 2 * (to * per_leaf + aggregation) + 1, 1);
}

const Topology topology_fat_tree = {
    .name = "fat_tree",
    .summary = "2 or 3 levels of equal switches, oversubscribed per level at will",
    .source = "Al-Fares, Loukissas, Vahdat: A scalable, commodity data center network architecture, SIGCOMM 2008",
    .parameters = "radix levels oversubscription pod_oversubscription",
    .needs = fat_tree_needs,
    .link_count = fat_tree_link_count,
    .link = fat_tree_link,
    .paths = fat_tree_paths,
    .route = fat_tree_route,
};
