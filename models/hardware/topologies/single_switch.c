/*
 * single_switch: all NICs on one switch that never blocks; only NICs limit. The reference that others are held against.
 */
#include "models/hardware/topology.h"

static TopologyFault single_switch_needs(const Fabric *fabric) {
    (void)fabric;
    return (TopologyFault){0};
}

static int single_switch_link_count(const Fabric *fabric) {
    (void)fabric;
    return 0;
}

static FabricLink single_switch_link(const Fabric *fabric, int link) {
    (void)fabric;
    (void)link;
    return (FabricLink){0};
}

static int single_switch_paths(const Fabric *fabric) {
    (void)fabric;
    return 1;
}

static void single_switch_route(const Fabric *fabric, const FabricPair *pair, FabricRoute *route) {
    (void)fabric;
    route->exit_nic = pair->from_nic;
    route->first_switch = 0;
    route->switches = 1;
    route->link_count = 0;
}

const Topology topology_single_switch = {
    .name = "single_switch",
    .summary = "every NIC on one switch that never blocks; only the NICs limit",
    .source = "Clos: A study of non-blocking switching networks, Bell Syst. Tech. J. 1953 (the crossbar)",
    .parameters = "",
    .needs = single_switch_needs,
    .link_count = single_switch_link_count,
    .link = single_switch_link,
    .paths = single_switch_paths,
    .route = single_switch_route,
};
