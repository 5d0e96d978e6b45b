/*
 * storage: the constants of what samples are read from and checkpoints are written to: one target that all nodes share,
 * or equal drives in every node. A table row: who gets how much of it is the fair share's work (workload/host.h).
 * Limits: bandwidth only. Neither latency nor operations per second are told apart from it, so the bandwidth must be
 * that of the sizes that are read; reads and writes do not slow each other down.
 */
#ifndef MODELS_HARDWARE_STORAGE_H
#define MODELS_HARDWARE_STORAGE_H

#include <stdbool.h>

typedef struct StorageSpec {
    double read_bytes_per_s;  /* of the target, or of each node's drives; 0 = there is no storage */
    double write_bytes_per_s; /* the same */
    bool local;               /* every node has its own drives */
    double node_bytes_per_s;  /* a node's way to the target and back, per direction; 0 = wide enough */
} StorageSpec;

#endif
