/*
 * host: what jobs ask of the hosts of their GPUs, as loads on resources of the fair share: the storage and each node's
 * way to it, a node's CPU cores, its main memory, each GPU's PCIe slot. An operation is equal work of several GPUs at
 * the same time: its amount is the work of one of them, its weight on a resource how many of them use it.
 *
 * Parts of hosts that carry exactly the same operations with the same weights are one resource when folded: by symmetry
 * they have the same load at every moment.
 *
 * Limits: an operation runs in lockstep, as slow as on its fullest node. PCIe carries copies between GPU and host only:
 * what NICs move past it is not on it.
 */
#ifndef MODELS_WORKLOAD_HOST_H
#define MODELS_WORKLOAD_HOST_H

#include "models/cluster_spec.h"
#include "sim/engine/arena.h"
#include "sim/engine/fair_share.h"

typedef enum HostPart {
    HOST_STORAGE_READ,  /* bytes */
    HOST_STORAGE_WRITE, /* bytes */
    HOST_CPU,           /* seconds of one core */
    HOST_MEMORY,        /* bytes to and from main memory */
    HOST_TO_GPU,        /* bytes over PCIe */
    HOST_FROM_GPU,      /* bytes over PCIe */
    HOST_SAVE           /* bytes from the GPU to the storage in one stream */
} HostPart;

typedef struct Host Host;

/* `cluster` is borrowed for the life of the host. */
Host *host_create(Arena *arena, const ClusterSpec *cluster);

/* Adds an operation of so many GPUs and returns its number; before host_seal. */
int host_add(Host *host, HostPart part, const int *gpus, int count);

/* Makes the resources; no operation can be added after it. */
void host_seal(Host *host, FairShare *share, bool folded);

/* What a process beside the steps of a job stands on. */
typedef struct HostGround {
    Arena *arena; /* of the run */
    Engine *engine;
    FairShare *share;
    const Host *host; /* sealed */
    uint32_t owner;   /* whose activities they are, when the fair share has owners */
} HostGround;

/* What an operation uses, of a sealed host. */
const ShareWay *host_way(const Host *host, int operation);

/* Units per second that one GPU of the operation would get if nobody else used anything. */
double host_rate_per_s(const Host *host, int operation);

#endif
