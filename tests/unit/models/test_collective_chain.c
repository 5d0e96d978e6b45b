#include "models/communication/collective_chain.h"

#include <criterion/criterion.h>

static const double US = 1e-6;

/* A ring in the order of the ranks. */
static double ring_us(const double *latency_us, const double *transfer_us, int ranks, bool is_end) {
    ChainHop hops[8];
    bool seen[8];
    for (int rank = 0; rank < ranks; rank++)
        hops[rank] = (ChainHop){(rank + 1) % ranks, latency_us[rank] * US, transfer_us[rank] * US};
    return collective_chain_s(hops, ranks, &(ChainSteps){ranks - 1, is_end}, seen) / US;
}

Test(collective_chain, equal_hops_take_every_step_one_after_the_other) {
    const double latency_us[] = {2.3, 2.3, 2.3, 2.3}, transfer_us[] = {7.1, 7.1, 7.1, 7.1};
    cr_assert_float_eq(ring_us(latency_us, transfer_us, 4, true), 3 * (2.3 + 7.1), 1e-9);
    cr_assert_float_eq(ring_us(latency_us, transfer_us, 4, false), 3 * (2.3 + 7.1), 1e-9);
}

Test(collective_chain, without_bytes_the_longest_way_leaves_out_the_shortest_hop) {
    const double latency_us[] = {2.3, 7.7, 1.9, 6.4}, none[4] = {0};
    cr_assert_float_eq(ring_us(latency_us, none, 4, true), 2.3 + 7.7 + 6.4, 1e-9);
}

Test(collective_chain, latencies_hide_behind_a_hop_that_is_always_busy) {
    const double latency_us[] = {2.3, 2.3, 2.3, 6.4}, transfer_us[] = {5.1, 5.1, 5.1, 90.5};
    cr_assert_float_eq(ring_us(latency_us, transfer_us, 4, true), 3 * 90.5 + 6.4, 1e-9);
    cr_assert_float_eq(ring_us(latency_us, transfer_us, 4, false), 3 * 90.5, 1e-9);
}

/* From one slow hop over two fast ones to the other and a wait there. */
Test(collective_chain, a_way_between_two_slow_hops_may_take_longest) {
    const double latency_us[] = {4.3, 2.9, 0, 4.3, 2.9, 0}, transfer_us[] = {3.1, 0, 0, 3.1, 0, 0};
    double wait_us = 5 * 3.1, way_us = 4.3 + (2.9 - 3.1) + (0 - 3.1) + 4.3;
    cr_assert_float_eq(ring_us(latency_us, transfer_us, 6, true), wait_us + way_us, 1e-9);
}

/* The same wherever the ring is begun. */
Test(collective_chain, a_stretch_may_pass_the_first_rank) {
    const double latency_us[] = {3.9, 0, 0.1, 0.2, 4.3}, transfer_us[] = {0, 0, 0, 0, 3.1};
    const double turned_us[] = {0.1, 0.2, 4.3, 3.9, 0}, turned_transfer_us[] = {0, 0, 3.1, 0, 0};
    double expected_us = 4 * 3.1 + 4.3 + 3.9 - 3.1;
    cr_assert_float_eq(ring_us(latency_us, transfer_us, 5, true), expected_us, 1e-9);
    cr_assert_float_eq(ring_us(turned_us, turned_transfer_us, 5, true), expected_us, 1e-9);
}

Test(collective_chain, of_several_rings_the_slowest_counts) {
    const ChainHop hops[4] = {{2, 1e-6, 0}, {3, 4.5e-6, 0}, {0, 1e-6, 0}, {1, 2.5e-6, 0}};
    bool seen[4];
    cr_assert_float_eq(collective_chain_s(hops, 4, &(ChainSteps){1, true}, seen), 4.5e-6, 1e-15);
}
