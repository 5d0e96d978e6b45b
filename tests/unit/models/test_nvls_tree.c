/* What NVLSTree puts on ports and NICs. */
#include <criterion/criterion.h>

#include "models/communication/collective_loads.h"
#include "tests/unit/models/small_network.h"

static double load_of(const CollectivePhaseLoads *phase, LinkId link) {
    for (int i = 0; i < phase->load_count; i++)
        if (phase->loads[i].link == link)
            return phase->loads[i].bytes;
    return 0;
}

/* Ports carry 5/4 of the buffer each way, at 0.85 of their speed, and a NIC a quarter. */
Test(nvls_tree, switches_of_two_nodes_take_the_fewest_bytes) {
    NodeSpec node = SMALL_NODE;
    node.in_network_reduction = true;
    node.nics = 4;
    Network network = network_build(&node, &SMALL_FABRIC, 2);
    const int gpus[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    CollectiveCall call = {.kind = COLLECTIVE_ALL_REDUCE,
                           .bytes = 2.385e9,
                           .ranks = 8,
                           .rank_gpu = gpus,
                           .gpus_per_node = 4,
                           .in_network_reduction = true};
    Arena *arena = arena_create();
    CollectiveLoads loads;
    collective_loads(&call, collective_find("nvls_tree"), &network, arena, &loads);
    cr_assert_eq(loads.phase_count, 1);
    for (int gpu = 0; gpu < 8; gpu++) {
        cr_expect_float_eq(load_of(&loads.phases[0], network_port_out(&network, gpu)) / (1.25 / 0.85 * 2.385e9), 1,
                           1e-9);
        cr_expect_float_eq(load_of(&loads.phases[0], network_port_in(&network, gpu)) / (1.25 / 0.85 * 2.385e9), 1,
                           1e-9);
        cr_expect_float_eq(load_of(&loads.phases[0], network_nic_out(&network, gpu)) / (2.385e9 / 4), 1, 1e-9);
        cr_expect_float_eq(load_of(&loads.phases[0], network_nic_in(&network, gpu)) / (2.385e9 / 4), 1, 1e-9);
    }
    arena_destroy(arena);
}
