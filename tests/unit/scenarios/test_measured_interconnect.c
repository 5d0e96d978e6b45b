#include <criterion/criterion.h>

#include "scenarios/tables/measured_interconnect.h"
#include "tests/unit/scenarios/measured_table.h"

static void expect_plain(const char *text, const char *plain) {
    Arena *arena = arena_create();
    cr_expect_str_eq(measured_interconnect_plain(text, arena), plain, "%s", text);
    arena_destroy(arena);
}

Test(measured_interconnect, counts_stand_in_front_of_rates_and_generations) {
    expect_plain("8xHDR", "8x HDR");
    expect_plain("HDR x4", "4x HDR ");
    expect_plain("NVSwitch; InfiniBand 400 Gb/s (4 NICs)", "NVSwitch; 4x InfiniBand 400 Gb/s  NICs)");
    expect_plain("100Gb/s x 2", "2x 100Gb/s ");
    expect_plain("dual 25GbE", "2x 25GbE");
    expect_plain("quad-rail HDR", "4x HDR");
}

Test(measured_interconnect, rates_without_a_unit_and_in_bytes_become_bits) {
    expect_plain("RoCE 8x400", "RoCE 8x400Gb");
    expect_plain("EFA 4x100, NVLink", "EFA 4x100Gb, NVLink");
    expect_plain("8x25 GB/s", "8x200 Gb/s");
    expect_plain("NVLink 600 GB/s, RoCE 12.5 GB/s per GPU", "NVLink 600 GB/s, RoCE 100 Gb/s per GPU");
}

Test(measured_interconnect, what_is_clear_or_is_not_stays_as_it_is) {
    static const char *const TEXTS[] = {
        "NVLink3+NVSwitch; 8x200Gb HDR IB per node",
        "8 x 200 Gb/s",
        "NVLink 8 x 200 Gb/s",
        "8x400 Gb/s NDR InfiniBand",
        "4x200Gb/s Slingshot 11",
        "NVLINK Gen4 900 GB/s + NVSWITCH Gen3; Storage: 2x ConnectX-7 IB NDR 400Gb/s, Compute: 8x ConnectX-7",
        "torus 8x8x4",
        "200 GB/s",
        "8x dual 100GbE",
        "",
    };
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
        expect_plain(TEXTS[i], TEXTS[i]);
}

static void expect_nics(const char *text, int nics, double gbit_per_s) {
    Reading *reading = reading_create();
    MeasuredRun run = measured_table_run(reading, arena_format(reading->arena, "interconnect=%s", text));
    cr_expect_eq(run.spec.cluster.node.nics, nics, "%s: %d", text, run.spec.cluster.node.nics);
    cr_expect_float_eq(run.spec.cluster.node.nic.bytes_per_s, gbit_per_s * 1e9 / 8, 1, "%s", text);
    reading_destroy(reading);
}

Test(measured_interconnect, other_spellings_reach_the_nics) {
    expect_nics("2x200G HDR", 2, 200);
    expect_nics("RoCE 8x400", 8, 400);
    expect_nics("8xEDR", 8, 100);
    expect_nics("HDR x4", 4, 200);
    expect_nics("InfiniBand 8x50 GB/s", 8, 400);
    expect_nics("InfiniBand 100 Gb/s (4 NICs)", 4, 100);
    expect_nics("dual-port 100GbE", 2, 100);
    expect_nics("10 Gbit/s", 1, 10);
    expect_nics("AWS EFA 4x100", 4, 100);
}

Test(measured_interconnect, a_narrow_network_is_told_not_to_be_modelled) {
    expect_assumption("interconnect=8x200Gb HDR, 2:1 oversubscribed",
                      "The network above the NICs never blocks: one leaf, no oversubscription, whatever the "
                      "interconnect says of it: how many nodes a leaf has is not known.");
    expect_assumption("interconnect=8x200Gb HDR, non-blocking",
                      "The network above the NICs never blocks: one leaf, no oversubscription.");
}

Test(measured_interconnect, pcie_alone_means_cards) {
    Reading *reading = reading_create();
    MeasuredRun cards = measured_table_run(reading, "gpu=A100 80GB|interconnect=PCIe 4.0; 100GbE");
    cr_expect_str_eq(cards.spec.cluster.node.gpu.name, "a100-pcie-80");
    MeasuredRun boards = measured_table_run(reading, "gpu=A100 80GB|interconnect=NVLink3, PCIe 4.0; 100GbE");
    cr_expect_str_eq(boards.spec.cluster.node.gpu.name, "a100-80");
    reading_destroy(reading);
    expect_assumption("gpu=A100 80GB|interconnect=PCIe 4.0; 100GbE",
                      "interconnect \"PCIe 4.0; 100GbE\": PCIe cards, since NVLink is not named.");
}
