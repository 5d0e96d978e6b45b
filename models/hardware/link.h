/*
 * link: the constants of one kind of link (NVLink port, PCIe slot, NIC). It is a table row, not a wire: contention is
 * the fair_share's work, routes are the topology's. A transfer that has the link for itself takes latency_s + bytes /
 * (bytes_per_s * efficiency_fraction). Nominal figures come from datasheets; latency and efficiency are fitted to
 * measured collectives (see the catalogue entry).
 */
#ifndef MODELS_HARDWARE_LINK_H
#define MODELS_HARDWARE_LINK_H

/*
 * Of a network whose constants are those of another one. Of their line large all_reduces fill 0.96 on the InfiniBand of
 * DGX A100, 0.88 on that of H200, 0.85 and 0.89 on EFA, 0.634 on the InfiniBand of Azure ND A100 v4 (nccl-tests on
 * all): a quarter in logarithms from the middle to either end.
 */
static const double LINK_ASSUMED_SPREAD = 0.25;

typedef struct LinkSpec {
    double bytes_per_s;         /* > 0; nominal, per direction, all lanes of one GPU or one NIC together */
    double latency_s;           /* >= 0; from first byte sent to first byte received */
    double efficiency_fraction; /* (0, 1]; achievable over nominal for large transfers */
    double ramp_s; /* >= 0; scale of what a phase of a collective loses until pieces flow (collective_latency.h) */
    double spread; /* >= 0; how sure the others are: about a standard deviation of ln(measured / simulated) of a large
                      collective */
} LinkSpec;

#endif
