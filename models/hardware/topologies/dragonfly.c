/*
 * dragonfly: groups of routers; the routers of a group are all connected, and so is every pair of groups, by one link.
 * Minimal routing (Kim, Dally, Scott, Abts, ISCA 2008): to the router that has the link to the other group, across,
 * then to the receiver's router; at most three links between routers. Router ((other - own - 1) mod groups) mod routers
 * holds the link to a group, so each holds equally many, or one more. One path per pair: spraying changes nothing.
 * Links have the bandwidth of a node's NICs unless link_bandwidth says otherwise. Not modelled: Valiant and adaptive
 * routing, which real dragonflies need against adverse traffic.
 */
#include "models/hardware/topology.h"

static TopologyFault dragonfly_needs(const Fabric *fabric) {
    const FabricSpec *spec = &fabric->spec;
    double routers = (double)spec->groups * spec->routers_per_group;
    if (routers * spec->nodes_per_router < fabric->nodes)
        return (TopologyFault){"groups", "groups x routers_per_group x nodes_per_router of at least the nodes"};
    if (routers * (spec->routers_per_group + spec->groups) > 1e8)
        return (TopologyFault){"groups", "at most 1e8 links between routers"};
    return (TopologyFault){0};
}

static int local_links(const Fabric *fabric) {
    return fabric->spec.groups * fabric->spec.routers_per_group * (fabric->spec.routers_per_group - 1);
}

static int dragonfly_link_count(const Fabric *fabric) {
    return local_links(fabric) + fabric->spec.groups * (fabric->spec.groups - 1);
}

/* The place of `other` in a list of all but `own`, and back. */
static int place_of(int own, int other) {
    return other < own ? other : other - 1;
}

static int other_at(int own, int place) {
    return place < own ? place : place + 1;
}

/* The router of a group that holds the link to another group. */
static int gateway(const Fabric *fabric, int group, int other) {
    int groups = fabric->spec.groups;
    return (other - group - 1 + groups) % groups % fabric->spec.routers_per_group;
}

static FabricLink dragonfly_link(const Fabric *fabric, int link) {
    int routers = fabric->spec.routers_per_group, groups = fabric->spec.groups, locals = local_links(fabric);
    FabricLink answer = {.bytes_per_s = fabric_direct_bytes_per_s(fabric)};
    if (link >= locals) {
        int group = (link - locals) / (groups - 1);
        int other = other_at(group, (link - locals) % (groups - 1));
        answer.from = (FabricEnd){FABRIC_SWITCH, group * routers + gateway(fabric, group, other)};
        answer.to = (FabricEnd){FABRIC_SWITCH, other * routers + gateway(fabric, other, group)};
        answer.parts[0] = (FabricLinkPart){"group", group};
        answer.parts[1] = (FabricLinkPart){"global", other};
        return answer;
    }
    int router = link / (routers - 1), to = other_at(router % routers, link % (routers - 1));
    answer.from = (FabricEnd){FABRIC_SWITCH, router};
    answer.to = (FabricEnd){FABRIC_SWITCH, router / routers * routers + to};
    answer.parts[0] = (FabricLinkPart){"group", router / routers};
    answer.parts[1] = (FabricLinkPart){"router", router % routers};
    answer.parts[2] = (FabricLinkPart){"local", to};
    return answer;
}

static int dragonfly_paths(const Fabric *fabric) {
    (void)fabric;
    return 1;
}

/* Inside a group, from one of its routers to another or the same. */
static void add_local(const Fabric *fabric, int group, const int routers[2], FabricRoute *route) {
    int per_group = fabric->spec.routers_per_group;
    if (routers[0] == routers[1])
        return;
    fabric_route_add(route, (group * per_group + routers[0]) * (per_group - 1) + place_of(routers[0], routers[1]), 1);
}

static void dragonfly_route(const Fabric *fabric, const FabricPair *pair, FabricRoute *route) {
    int per_group = fabric->spec.routers_per_group, groups = fabric->spec.groups;
    int from = pair->from_node / fabric->spec.nodes_per_router, to = pair->to_node / fabric->spec.nodes_per_router;
    int from_group = from / per_group, to_group = to / per_group;
    route->exit_nic = pair->from_nic;
    route->first_switch = from;
    route->link_count = 0;
    if (from_group == to_group) {
        add_local(fabric, from_group, (int[2]){from % per_group, to % per_group}, route);
    } else {
        int leaves_at = gateway(fabric, from_group, to_group), enters_at = gateway(fabric, to_group, from_group);
        add_local(fabric, from_group, (int[2]){from % per_group, leaves_at}, route);
        fabric_route_add(route, local_links(fabric) + from_group * (groups - 1) + place_of(from_group, to_group), 1);
        add_local(fabric, to_group, (int[2]){enters_at, to % per_group}, route);
    }
    route->switches = route->link_count + 1;
}

const Topology topology_dragonfly = {
    .name = "dragonfly",
    .summary = "groups of fully connected routers, one link between any two groups; minimal routing",
    .source = "Kim, Dally, Scott, Abts: Technology-driven, highly-scalable dragonfly topology, ISCA 2008",
    .parameters = "groups routers_per_group nodes_per_router link_bandwidth",
    .needs = dragonfly_needs,
    .link_count = dragonfly_link_count,
    .link = dragonfly_link,
    .paths = dragonfly_paths,
    .route = dragonfly_route,
};
