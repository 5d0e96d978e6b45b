#include "models/hardware/route_view.h"

#include <criterion/criterion.h>
#include <math.h>

#include "tests/unit/models/topology_samples.h"

Test(route_view, latencies_of_the_links_of_a_hashed_way_add_up) {
    TopologySample samples[TOPOLOGY_SAMPLES];
    Arena *arena = arena_create();
    topology_samples(samples, arena);
    for (int i = 0; i < TOPOLOGY_SAMPLES; i++) {
        Network network = fabric_network(&samples[i].spec, samples[i].nodes);
        int last = network_gpu_count(&network) - 1;
        for (int gpu = 0; gpu < last; gpu += 3) {
            RouteView view;
            double sum = 0;
            route_view_fill(&network, gpu, last, &view);
            for (int hop = 0; hop < view.hop_count; hop++)
                sum += view.hops[hop].latency_s;
            cr_assert_float_eq(sum, view.latency_s, 1e-15, "%s: gpu %d", samples[i].spec.topology, gpu);
        }
    }
    arena_destroy(arena);
}

Test(route_view, the_narrowest_link_is_named) {
    Arena *arena = arena_create();
    FabricSpec spec = graph_fabric(unequal_graph(), arena);
    Network network = fabric_network(&spec, 6);
    RouteView view;
    route_view_fill(&network, 2, 21, &view);
    cr_assert_eq(view.hop_count, 5);
    cr_assert_eq(view.narrowest, 3);
    cr_assert_float_eq(view.bytes_per_s, 5e9, 1);
    route_view_fill(&network, 2, 2, &view);
    cr_assert_eq(view.narrowest, -1);
    arena_destroy(arena);
}
