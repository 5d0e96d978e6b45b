/*
 * nccl_topology: what a scenario can use of an NCCL topology file (NCCL_TOPO_DUMP_FILE, or one that a cloud ships with
 * its machines): how many GPUs and NICs a node has and how wide their links are. Elements system, cpu, pci, gpu,
 * nvlink, nic, net are read; others are passed over. A GPU is a pci device of class 0x03..  or with a gpu element, a
 * NIC one of class 0x02.. or with a nic element; each net below it is a card, without any the device is one.
 *
 * PCIe: transfers/s x lanes x 128/130 (8/10 below 8 GT/s), of the device's own link. NVLink: nominal bytes/s of a link
 * by the GPU's sm (P100 20, V100, A100 and H100 25, B200 50 GB/s per direction; NVIDIA's datasheets) times the links of
 * a GPU. A net's speed is in Mbit/s. Limits: a node here has equal GPUs and NICs, so the narrowest of each counts;
 * PCIe switches that several devices share are not modelled.
 */
#ifndef SCENARIOS_READER_NCCL_TOPOLOGY_H
#define SCENARIOS_READER_NCCL_TOPOLOGY_H

#include <stdbool.h>

#include "sim/engine/arena.h"
#include "sim/engine/error.h"

typedef struct NcclTopology {
    int gpus;                    /* >= 1 */
    int nics;                    /* >= 0 */
    double gpu_pcie_bytes_per_s; /* of the narrowest GPU, per direction; 0 = the file does not say, here and below */
    double nic_pcie_bytes_per_s;
    double nic_bytes_per_s;
    double nvlink_bytes_per_s; /* of the GPU with the fewest links */
} NcclTopology;

/* Reads a file; false and errors with their place when there is a mistake. */
bool nccl_topology_read(const char *file, NcclTopology *topology, Arena *arena, ErrorList *errors);

#endif
