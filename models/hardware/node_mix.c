#include "models/hardware/node_mix.h"

NodePorts node_ports(const NodeSpec *node) {
    bool pcie = node->gpus == 1 || node->nvlink.bytes_per_s <= 0;
    return (NodePorts){.gpus = node->gpus,
                       .nics = node->nics,
                       .port_is_pcie = pcie,
                       .in_network_reduction = node->in_network_reduction && !pcie,
                       .port = pcie ? node->pcie : node->nvlink,
                       .nic = node->nic,
                       .copy_bytes_per_s = node->gpu.hbm_bytes_per_s * node->gpu.kernels.hbm_fraction / 2};
}
