/*
 * spec: all that a run is made from, as plain constant values. Written by the scenario reader, read by the simulation;
 * it knows no YAML and holds no state. Texts and arrays belong to the arena of whoever filled the spec.
 */
#ifndef MODELS_SPEC_H
#define MODELS_SPEC_H

#include <stdint.h>

#include "models/hardware/network.h"
#include "models/hardware/node.h"
#include "models/workload/plan.h"
#include "sim/engine/error.h"

typedef struct SlowGpuSpec {
    int64_t gpu;           /* index in the cluster, 0 .. nodes * gpus - 1 */
    double speed_fraction; /* of its kernels' normal speed, (0, 1] */
} SlowGpuSpec;

typedef struct ClusterSpec {
    NodeSpec node;
    int64_t nodes; /* >= 1 */
    FabricSpec fabric;
    const SlowGpuSpec *slow_gpus;
    int64_t slow_gpu_count;
} ClusterSpec;

typedef enum Placement {
    PLACEMENT_PACKED, /* fill a leaf before the next */
    PLACEMENT_SPREAD  /* deal nodes out over the leaves in turn */
} Placement;

typedef struct JobSpec {
    const char *name;
    int64_t gpus; /* 0 = the whole cluster */
    Placement placement;
    TrainingSpec training;
} JobSpec;

typedef enum Fidelity {
    FIDELITY_FOLDED,  /* one representative per class of equal ranks */
    FIDELITY_UNFOLDED /* every rank by itself */
} Fidelity;

typedef struct SimulationSpec {
    const char *name;
    const char *lesson; /* one sentence: what this scenario shows */
    uint64_t seed;
    Fidelity fidelity;
    ClusterSpec cluster;
    JobSpec *jobs;
    int64_t job_count;
} SimulationSpec;

/* Empty values with every default in place. */
SimulationSpec simulation_spec_default(void);
ClusterSpec cluster_default(void);
JobSpec job_default(void);

/* Resolves what was left open and adds an error, with its path, for everything that contradicts itself. True when there
 * was none. */
bool simulation_spec_resolve(SimulationSpec *spec, ErrorList *errors);

const char *placement_name(Placement placement); /* packed, spread */
bool placement_find(const char *name, Placement *placement);
const char *fidelity_name(Fidelity fidelity); /* folded, unfolded */
bool fidelity_find(const char *name, Fidelity *fidelity);

#endif
