/*
 * link: the constants of one kind of link (NVLink port, PCIe slot, NIC). It is a table row, not a wire: contention is
 * the fair_share's work, routes are the topology's. A transfer that has the link for itself takes latency_s + bytes /
 * (bytes_per_s * efficiency_fraction). Nominal figures come from datasheets; latency and efficiency are fitted to
 * measured collectives (see the catalogue entry).
 */
#ifndef MODELS_HARDWARE_LINK_H
#define MODELS_HARDWARE_LINK_H

typedef struct LinkSpec {
    double bytes_per_s;         /* > 0; nominal, per direction, all lanes of one GPU or one NIC together */
    double latency_s;           /* >= 0; from first byte sent to first byte received */
    double efficiency_fraction; /* (0, 1]; achievable over nominal for large transfers */
    double ramp_s;              /* >= 0; most a phase of a collective loses until large pieces flow, see collective.h */
} LinkSpec;

#endif
