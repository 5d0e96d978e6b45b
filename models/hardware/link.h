/*
 * link: the constants of one kind of link (NVLink port, PCIe slot, NIC). It is a table row, not a wire: contention is
 * the fair_share's work, routes are the topology's. A transfer that has the link for itself takes latency_s + bytes /
 * (bytes_per_s * efficiency_fraction). Nominal figures come from datasheets; latency and efficiency are fitted to
 * measured collectives (see the catalogue entry).
 */
#ifndef MODELS_HARDWARE_LINK_H
#define MODELS_HARDWARE_LINK_H

/*
 * Of a network whose constants are those of another one. The efficiency that fits EFA on p4de, 0.80 of its bandwidth,
 * over that of InfiniBand on ND A100 v4, 0.634, is a difference of 0.24 in logarithms (nccl-tests on both).
 */
static const double LINK_ASSUMED_SPREAD = 0.25;

typedef struct LinkSpec {
    double bytes_per_s;         /* > 0; nominal, per direction, all lanes of one GPU or one NIC together */
    double latency_s;           /* >= 0; from first byte sent to first byte received */
    double efficiency_fraction; /* (0, 1]; achievable over nominal for large transfers */
    double ramp_s;              /* >= 0; most a phase of a collective loses until large pieces flow, see collective.h */
    double spread; /* >= 0; how sure the others are: about a standard deviation of ln(measured / simulated) of a large
                      collective */
} LinkSpec;

#endif
