/*
 * share_activity: what somebody asks of fair_share.h, as plain values: an amount to do on resources, and the name that
 * it goes by. It holds no state.
 */
#ifndef SIM_ENGINE_SHARE_ACTIVITY_H
#define SIM_ENGINE_SHARE_ACTIVITY_H

#include <stdint.h>

#include "sim/engine/engine.h"

typedef uint32_t ResourceId; /* 0.., dense, in order of creation */

/* Names one activity for ever; stale once it has ended. */
typedef struct ActivityId {
    uint32_t slot;
    uint32_t generation; /* 0 = none */
} ActivityId;

typedef struct ResourceUse {
    ResourceId resource;
    double weight; /* > 0: units of this resource per unit of the activity */
} ResourceUse;

/* Uses that may change while activities are under way. */
typedef struct ShareWay {
    const ResourceUse *uses;
    int use_count;
} ShareWay;

typedef struct ActivitySpec {
    double amount;           /* units to do, >= 0 */
    double cap_per_s;        /* own limit of the rate, 0 = none */
    const ResourceUse *uses; /* copied; each resource at most once */
    const ShareWay *way;     /* instead of `uses`, borrowed: fair_share_reroute looks at it again; NULL = uses */
    int use_count;
    uint32_t owner; /* whose it is, for the losses of others: 0 .. owners - 1 */
    double *lost_s; /* NULL, or one number per owner: grows by what is lost to it until the activity ends */
    Event done;     /* fired at priority 0 when the amount is done; an action of NULL does nothing */
} ActivitySpec;

#endif
