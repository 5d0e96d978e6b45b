/*
 * run_ground: what everything that happens in a run stands on: plain pointers to the engine, the shared links, and the
 * memory of the run.
 */
#ifndef MODELS_CLUSTER_RUN_GROUND_H
#define MODELS_CLUSTER_RUN_GROUND_H

#include "models/traffic/traffic.h"
#include "models/workload/host.h"
#include "sim/engine/arena.h"
#include "sim/engine/fair_share.h"

typedef struct RunGround {
    Arena *arena;
    Engine *engine;
    FairShare *share;
    Traffic *traffic;
    Host *host;     /* NULL = no job asks for anything of hosts */
    int jobs_left;  /* that have not ended; at 0 nothing new begins */
    Event all_done; /* happens when the last of them ends */
    bool endless;   /* one of them never will, within what can be counted */
} RunGround;

#endif
