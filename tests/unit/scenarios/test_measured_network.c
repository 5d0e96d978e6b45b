/* What the interconnect of a measured run says about NICs. */
#include <criterion/criterion.h>

#include "tests/unit/scenarios/measured_table.h"

Test(measured_network, a_rate_in_the_interconnect_overrides_the_nics) {
    static const struct {
        const char *text;
        int nics;
        double bytes_per_s;
    } CASES[] = {
        {"NVLink3+NVSwitch; 8x200Gb HDR IB per node", 8, 25e9},
        {"NVLink3; 4x100Gb RoCE per node", 4, 12.5e9},
        {"NVLink4; 8x400Gb per node", 8, 50e9},
        {"1600 Gbps RoCE per node", 8, 25e9},
        {"NVLink3; 800 Gb/s inter-node (as configured in the repo)", 4, 25e9},
        {"700 Gb/s per node", 8, 10.9375e9},
        {"NVLINK Gen4 900 GB/s; 1x DPU 100Gb/s, Compute: 8x ConnectX-7", 8, 25e9}, /* of storage: not read */
        {"Storage 2x40Gb/s, Compute 8x400Gb/s per node", 8, 25e9},                 /* two rates: not read */
        {"fast", 8, 25e9},
        {"none", 8, 25e9},
        {"4 x 100 Gb/s RoCE", 4, 12.5e9},
        {"EFA 400 Gbps", 4, 12.5e9},
        {"NVSwitch; 4x100Gb EFA", 4, 12.5e9},
        {"32 x 100 Gbps EFA", 8, 50e9},
        {"EFA", 4, 12.5e9},
        {"p5.48xlarge", 8, 50e9},
        {"A3 Mega", 8, 25e9},
        {"a3-ultragpu-8g", 8, 50e9},
        {"Azure ND H100 v5", 8, 50e9},
        {"NDv5", 8, 50e9},
        {"2x100Gb EFA", 2, 12.5e9},
        {"16x100Gb RoCE", 8, 25e9}, /* two beside each GPU */
        {"HPE Slingshot-11", 8, 25e9},
        {"3200 Gbps RoCE", 8, 50e9}, /* no port is that fast */
        {"EFAv2 3200 Gbps per node", 8, 50e9},
        {"InfiniBand HDR", 8, 25e9},
        {"InfiniBand NDR (400 Gb/s)", 8, 50e9},
        {"EDR IB", 8, 12.5e9},
        {"8x ConnectX-7 IB NDR", 8, 50e9},
        {"8x ConnectX-7, 400 Gb/s", 8, 25e9}, /* what the rate belongs to is not said */
        {"4x ConnectX-6 at 100 Gb/s", 4, 12.5e9},
        {"NVLink; 4 OmniPath links per node", 4, 12.5e9},
        {"NVLink 600 GB/s, NDR", 8, 50e9},
        {"2 HDR rails", 2, 25e9},
        {"Slingshot 11", 8, 25e9},
        {"3.2 Tb/s EFA", 8, 50e9},
        {"3.2 tbps roce", 8, 50e9},
        {"4x100gbps roce", 4, 12.5e9},
        {"infiniband 50gbit/s, 80gb GPUs", 8, 6.25e9}, /* of a memory: not read */
        {"25gbe", 1, 3.125e9},
        {"10 Gigabit Ethernet", 1, 1.25e9},
        {"NVLink; 400 Gb/s per GPU RDMA", 8, 50e9},
        {"25 Gbps Ethernet", 1, 3.125e9},
        {"100GbE", 1, 12.5e9},
        {"Ethernet 100G", 1, 12.5e9},
        {"8 x 400 gb/s", 8, 50e9},
        {"50 GB/s", 8, 25e9}, /* bytes, as of NVLink: not read */
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        Reading *reading = reading_create();
        MeasuredRun run = measured_table_run(reading, arena_format(reading->arena, "interconnect=%s", CASES[i].text));
        cr_assert_eq(run.spec.cluster.node.nics, CASES[i].nics, "%s", CASES[i].text);
        cr_assert_eq(run.spec.cluster.node.nic.bytes_per_s, CASES[i].bytes_per_s, "%s", CASES[i].text);
        reading_destroy(reading);
    }
    expect_assumption("interconnect=4x100Gb RoCE", "interconnect \"4x100Gb RoCE\": 4 NICs of 100 Gbit/s on each node, "
                                                   "at 0.848 of it; latency as in dgx-a100-80.");
    expect_assumption("interconnect=8x180Gb", "interconnect \"8x180Gb\": 8 NICs of 180 Gbit/s on each node, "
                                              "at 0.848 of it; latency as in dgx-a100-80.");
    expect_assumption("interconnect=8x100Gb EDR IB", "interconnect \"8x100Gb EDR IB\": 8 NICs of 100 Gbit/s on each "
                                                     "node, at 0.96 of it; latency as in dgx-a100-80.");
    expect_assumption("interconnect=4 Omni-Path links",
                      "interconnect \"4 Omni-Path links\": 4 NICs of 100 Gbit/s on each node, at 0.399 of it; latency "
                      "as in dgx-a100-80.");
    expect_assumption(
        "interconnect=1x100Gb/s EDR, no GPUDirect RDMA",
        "interconnect \"1x100Gb/s EDR, no GPUDirect RDMA\": 1 NICs of 100 Gbit/s on each node, at 0.64 of "
        "it; latency as in dgx-a100-80.");
    expect_assumption("interconnect=8x200Gb without GPUDirect",
                      "interconnect \"8x200Gb without GPUDirect\": 8 NICs of 200 Gbit/s on each node, at 0.64 of it; "
                      "latency as in dgx-a100-80.");
    expect_assumption("interconnect=p4d", "interconnect \"p4d\": NICs as in the catalogue's p4d-24xlarge.");
    expect_assumption("interconnect=4x100Gb EFA",
                      "interconnect \"4x100Gb EFA\": NICs as in the catalogue's p4de-24xlarge.");
    expect_assumption("interconnect=2x100Gb EFA", "interconnect \"2x100Gb EFA\": 2 NICs of 100 Gbit/s on each node, "
                                                  "at 0.848 of it; latency as in p4de-24xlarge.");
    expect_assumption("interconnect=Azure NDv4", "interconnect \"Azure NDv4\": NICs as in the catalogue's nd-a100-v4.");
    expect_assumption("interconnect=8x200Gb", "interconnect \"8x200Gb\": 8 NICs of 200 Gbit/s on each node, "
                                              "at 0.96 of it; latency as in dgx-a100-80.");
    expect_assumption("interconnect=8x1e-9Gb", "interconnect \"8x1e-9Gb\": NICs as in the catalogue's dgx-a100-80.");
    expect_assumption("interconnect=fast", "interconnect \"fast\": NICs as in the catalogue's dgx-a100-80.");
    expect_assumption("interconnect=", "interconnect is not stated: NICs as in the catalogue's dgx-a100-80.");
    expect_assumption("", "The network above the NICs never blocks: one leaf, no oversubscription.");
}
