/*
 * torus: a ring, 2D or 3D torus of nodes, each with a router that has a link to both neighbours along every dimension
 * (two links where a dimension has two nodes). Routing in the order of dimensions x, y, z (Dally, Seitz, IEEE Trans.
 * Computers 1987), the shorter way round; half-way round both ways are equal: ECMP takes one by a bit of the hash,
 * spraying half of the message each. Node n is at x = n mod torus_x, and so on. Links have the bandwidth of a node's
 * NICs unless link_bandwidth says otherwise. Limits: of the other minimal paths, those that mix dimensions, none is
 * used; torus_x + torus_y + torus_z is at most the longest route that fits.
 */
#include "models/hardware/topology.h"
#include "sim/engine/check.h"

enum { DIMENSIONS = 3 };

typedef struct Sizes {
    int of[DIMENSIONS];
} Sizes;

static Sizes sizes(const Fabric *fabric) {
    return (Sizes){{fabric->spec.torus_x, fabric->spec.torus_y, fabric->spec.torus_z}};
}

static TopologyFault torus_needs(const Fabric *fabric) {
    Sizes size = sizes(fabric);
    if ((double)size.of[0] * size.of[1] * size.of[2] != fabric->nodes)
        return (TopologyFault){"torus_x", "torus_x x torus_y x torus_z equal to the nodes"};
    if (size.of[0] + size.of[1] + size.of[2] > FABRIC_ROUTE_LINKS_MAX)
        return (TopologyFault){"torus_x", "torus_x + torus_y + torus_z of at most 256"};
    return (TopologyFault){0};
}

/* Dimensions before `end` that have links. */
static int real_dimensions(const Sizes *size, int end) {
    int count = 0;
    for (int dimension = 0; dimension < end; dimension++)
        count += size->of[dimension] > 1;
    return count;
}

static int torus_link_count(const Fabric *fabric) {
    Sizes size = sizes(fabric);
    return 2 * fabric->nodes * real_dimensions(&size, DIMENSIONS);
}

static void place_node(const Sizes *size, int node, int at[DIMENSIONS]) {
    at[0] = node % size->of[0];
    at[1] = node / size->of[0] % size->of[1];
    at[2] = node / size->of[0] / size->of[1];
}

static FabricLink torus_link(const Fabric *fabric, int link) {
    static const char *const WAYS[DIMENSIONS][2] = {
        {"x_plus", "x_minus"}, {"y_plus", "y_minus"}, {"z_plus", "z_minus"}};
    Sizes size = sizes(fabric);
    int real = real_dimensions(&size, DIMENSIONS), dimension = 0;
    CHECK(real >= 1);
    int slot = link / 2 % real;
    while (size.of[dimension] < 2 || real_dimensions(&size, dimension) != slot)
        dimension++;
    int node = link / 2 / real, at[DIMENSIONS];
    place_node(&size, node, at);
    at[dimension] = (at[dimension] + (link % 2 ? size.of[dimension] - 1 : 1)) % size.of[dimension];
    int next = (at[2] * size.of[1] + at[1]) * size.of[0] + at[0];
    return (FabricLink){.bytes_per_s = fabric_direct_bytes_per_s(fabric),
                        .from = {FABRIC_SWITCH, node},
                        .to = {FABRIC_SWITCH, next},
                        .parts = {{"node", node}, {WAYS[dimension][link % 2], -1}}};
}

static int torus_paths(const Fabric *fabric) {
    Sizes size = sizes(fabric);
    int paths = 1;
    for (int dimension = 0; dimension < DIMENSIONS; dimension++)
        paths *= fabric->spec.routing == ROUTING_ECMP && size.of[dimension] % 2 == 0 ? 2 : 1;
    return paths;
}

/* A run of hops along one dimension. */
typedef struct Run {
    int dimension;
    int hops;
    bool minus;
    double share_fraction;
} Run;

static void add_run(const Sizes *size, const int at[DIMENSIONS], const Run *run, FabricRoute *route) {
    int real = real_dimensions(size, DIMENSIONS), slot = real_dimensions(size, run->dimension);
    int here[DIMENSIONS] = {at[0], at[1], at[2]}, length = size->of[run->dimension];
    for (int hop = 0; hop < run->hops; hop++) {
        int node = (here[2] * size->of[1] + here[1]) * size->of[0] + here[0];
        fabric_route_add(route, 2 * (node * real + slot) + run->minus, run->share_fraction);
        here[run->dimension] = (here[run->dimension] + (run->minus ? length - 1 : 1)) % length;
    }
}

/* The way from a place to another along a dimension, the shorter way round; half-way round, plus. */
static Run shorter_way(const Sizes *size, int dimension, int from, int to) {
    int length = size->of[dimension], ahead = (to - from + length) % length;
    bool minus = 2 * ahead > length;
    return (Run){.dimension = dimension, .hops = minus ? length - ahead : ahead, .minus = minus, .share_fraction = 1};
}

static void torus_route(const Fabric *fabric, const FabricPair *pair, FabricRoute *route) {
    Sizes size = sizes(fabric);
    int at[DIMENSIONS], target[DIMENSIONS], hops = 0;
    place_node(&size, pair->from_node, at);
    place_node(&size, pair->to_node, target);
    route->exit_nic = pair->from_nic;
    route->first_switch = pair->from_node;
    route->link_count = 0;
    for (int dimension = 0; dimension < DIMENSIONS; dimension++) {
        Run run = shorter_way(&size, dimension, at[dimension], target[dimension]);
        bool tie = run.hops > 0 && 2 * run.hops == size.of[dimension];
        if (tie && fabric->spec.routing == ROUTING_SPRAY) {
            Run back = {.dimension = dimension, .hops = run.hops, .minus = true, .share_fraction = 0.5};
            add_run(&size, at, &back, route);
            run.share_fraction = 0.5;
        } else if (tie) {
            run.minus = fabric_choice(fabric, pair) >> dimension & 1;
        }
        add_run(&size, at, &run, route);
        at[dimension] = target[dimension];
        hops += run.hops;
    }
    route->switches = hops + 1;
}

const Topology topology_torus = {
    .name = "torus",
    .summary = "a ring, 2D or 3D torus of nodes with a router each; dimension-ordered routing",
    .source = "Dally, Seitz: Deadlock-free message routing in multiprocessor interconnection networks, 1987",
    .parameters = "torus_x torus_y torus_z link_bandwidth",
    .needs = torus_needs,
    .link_count = torus_link_count,
    .link = torus_link,
    .paths = torus_paths,
    .route = torus_route,
};
