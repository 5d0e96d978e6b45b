/*
 * quiet_links: when two transfers of timed passes (quiet_passes.h) are on a resource at once that is too small for
 * both. Transfers of one stream never are. Messages of several stages over one resource are looked at one by one; a
 * resource that collectives inside passes use must be that stage's alone, or have room for all (link_room.h).
 */
#ifndef MODELS_WORKLOAD_QUIET_LINKS_H
#define MODELS_WORKLOAD_QUIET_LINKS_H

#include "models/communication/link_room.h"
#include "models/workload/quiet_passes.h"

/* The first time at which that happens; SIM_TIME_MAX = never, 0 = it cannot be told. `room` knows what the passes send;
 * `resources` is their number. */
SimTime quiet_links_first_meeting(const QuietPasses *quiet, const LinkRoom *room, int resources, Arena *arena);

#endif
