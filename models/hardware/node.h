/*
 * node: the constants of one server: its GPUs, the links inside it and its way out. All GPUs of a node are equal and
 * reach each other through NVLink/NVSwitch at full port speed (no partial meshes). A cluster may have several types
 * (cluster_spec.h). It holds no state; source: the datasheet named in the catalogue entry.
 */
#ifndef MODELS_HARDWARE_NODE_H
#define MODELS_HARDWARE_NODE_H

#include <stdbool.h>

#include "models/hardware/gpu.h"
#include "models/hardware/link.h"

typedef struct NodeSpec {
    const char *name;               /* catalogue name, "dgx-a100-80" */
    GpuSpec gpu;                    /* every GPU of the node */
    int gpus;                       /* >= 1 */
    LinkSpec nvlink;                /* one GPU's port into the NVSwitch fabric */
    bool in_network_reduction;      /* the NVSwitch adds and copies (NVLS); needs nvlink */
    LinkSpec pcie;                  /* one GPU's slot to the host */
    int nics;                       /* >= 0; network cards for GPU traffic, 0 = the node has no network */
    LinkSpec nic;                   /* one network card; unused when nics is 0 */
    int cpu_cores;                  /* >= 1; physical cores of all sockets */
    double host_memory_bytes;       /* > 0; main memory of the host */
    double host_memory_bytes_per_s; /* nominal, of all channels of all sockets; 0 = not known */
    const char *nccl_topology;      /* file that counts and bandwidths come from, NULL = none; read by the reader */
} NodeSpec;

#endif
