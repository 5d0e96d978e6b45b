#include "models/hardware/topology.h"

#include "sim/engine/check.h"
#include "sim/engine/menu.h"
#include "sim/engine/splitmix.h"

#define TOPOLOGY(word) extern const Topology topology_##word;
#include "models/hardware/topologies/table.h"
#undef TOPOLOGY

#define TOPOLOGY(word) &topology_##word,
static const Topology *const MENU[] = {
#include "models/hardware/topologies/table.h"
};
#undef TOPOLOGY

MENU_LOOKUPS(Topology, topology)

FabricSpec fabric_default(void) {
    /* NVIDIA Quantum QM8700 datasheet: 130 ns port to port; and 4 m of cable at 5 ns/m. 64 ports: Quantum-2 QM9700. */
    return (FabricSpec){.topology = "leaf_spine",
                        .routing = ROUTING_ECMP,
                        .seed = 1,
                        .radix = 64,
                        .levels = 3,
                        .oversubscription = 1,
                        .pod_oversubscription = 1,
                        .pxn = true,
                        .torus_x = 1,
                        .torus_y = 1,
                        .torus_z = 1,
                        .groups = 1,
                        .routers_per_group = 1,
                        .nodes_per_router = 1,
                        .hop_latency_s = 150e-9,
                        .efficiency_fraction = 1,
                        .reroute_s = 0.05,
                        .own = {.host_names = "host"}};
}

TopologyFault fabric_fault(const Fabric *fabric) {
    if (!fabric->topology)
        return (TopologyFault){"topology", "a name from `chokepoint list topologies`"};
    return fabric->topology->needs(fabric);
}

uint64_t fabric_choice(const Fabric *fabric, const FabricPair *pair) {
    uint64_t nics = (uint64_t)fabric->nics_per_node;
    uint64_t from = (uint64_t)pair->from_node * nics + (uint64_t)pair->from_nic;
    uint64_t to = (uint64_t)pair->to_node * nics + (uint64_t)pair->to_nic;
    return splitmix_hash(splitmix_hash(splitmix_hash(fabric->spec.seed) ^ from) ^ to);
}

void fabric_route_add(FabricRoute *route, int link, double share_fraction) {
    CHECK(route->link_count < FABRIC_ROUTE_LINKS_MAX);
    route->links[route->link_count] = link;
    route->share_fraction[route->link_count] = share_fraction;
    route->link_count++;
}

double fabric_direct_bytes_per_s(const Fabric *fabric) {
    if (fabric->spec.link_bytes_per_s > 0)
        return fabric->spec.link_bytes_per_s;
    return fabric->nic_bytes_per_s * fabric->nics_per_node;
}

const char *duplex_name(Duplex duplex) {
    return duplex == DUPLEX_FULL ? "full" : "half";
}

const char *routing_name(Routing routing) {
    return routing == ROUTING_ECMP ? "ecmp" : "spray";
}
