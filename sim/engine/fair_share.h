/*
 * fair_share: resources that activities use at once, at max-min fair rates.
 *
 * A resource has a capacity (units/s: bytes/s, FLOP/s). An activity has an amount left (units) and progresses at one
 * rate r; it loads each resource it uses with weight * r. Rates are max-min fair by progressive filling: all rates grow
 * together until a resource is full or an activity reaches its cap; those are fixed, the others grow on (Bertsekas,
 * Gallager, Data Networks, 6.5.2). A start, an end or a change of capacity re-solves no more than the connected
 * component that it touches; amounts are brought up to date lazily. All changes at one instant are solved together, by
 * an event after all others of that instant, or earlier when somebody asks for a rate.
 *
 * An activity with no uses and no cap is a mistake (CHECK): it would never be limited. Completion times are rounded up
 * to nanoseconds; the last piece served is exactly what was left. An activity that would need more than 126 years
 * waits, as at rate 0.
 */
#ifndef SIM_ENGINE_FAIR_SHARE_H
#define SIM_ENGINE_FAIR_SHARE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/engine/engine.h"
#include "sim/engine/series.h"
#include "sim/engine/share_activity.h"

typedef struct FairShare FairShare;

FairShare *fair_share_create(Engine *engine);
void fair_share_destroy(FairShare *share);

/* Notes the losses of activities to so many owners (share_losses.h); before the first activity. */
void fair_share_set_owners(FairShare *share, uint32_t owners);
uint32_t fair_share_owner_count(const FairShare *share); /* 0 = losses are not noted */

/* Capacity in units/s, >= 0 and finite; at 0 the activities wait. */
ResourceId fair_share_add_resource(FairShare *share, double capacity_per_s);
void fair_share_set_capacity(FairShare *share, ResourceId resource, double capacity_per_s);

/* An amount of 0 is done now, but its event fires later than the call, and it loads nothing. */
ActivityId fair_share_start(FairShare *share, const ActivitySpec *spec);

uint32_t fair_share_resource_count(const FairShare *share);
double fair_share_capacity_per_s(const FairShare *share, ResourceId resource);

/* Rate of a transfer that has its way to itself, and how long it takes for an amount; SIM_TIME_MAX = for ever. */
double fair_share_alone_rate_per_s(const FairShare *share, const ShareWay *way);
SimTime fair_share_alone_time(const FairShare *share, const ShareWay *way, double amount);

/* Moves all activities whose way has changed to it, with what they have left. */
void fair_share_reroute(FairShare *share);

/* Ends an activity without firing its event; false when the id is stale. */
bool fair_share_cancel(FairShare *share, ActivityId activity);

/* Current rate and amount left; 0 when the id is stale. Asking for a rate or a load solves what has changed. */
double fair_share_rate_per_s(FairShare *share, ActivityId activity);
double fair_share_amount_left(const FairShare *share, ActivityId activity);

/* Load on a resource now (units/s) and units served since the start. */
double fair_share_load_per_s(FairShare *share, ResourceId resource);
double fair_share_served(const FairShare *share, ResourceId resource);

/* True when an activity of the owner uses the resource, at whatever rate. */
bool fair_share_is_used_by(const FairShare *share, ResourceId resource, uint32_t owner);

/* Records the load of a resource, as a fraction of its capacity, into `series` (borrowed) whenever it changes; into
 * several, when it is called again. */
void fair_share_observe(FairShare *share, ResourceId resource, Series *series);

/* Records it into that series no longer. */
void fair_share_forget(FairShare *share, ResourceId resource, const Series *series);

#endif
