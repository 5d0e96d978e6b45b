/*
 * share_orders: what was asked of fair_share for each activity that is under way, by the slot that it has in the
 * share_graph, and whether a name still means it. It is a part of fair_share and knows neither rates nor time.
 */
#ifndef SIM_ENGINE_SHARE_ORDERS_H
#define SIM_ENGINE_SHARE_ORDERS_H

#include <stddef.h>

#include "sim/engine/share_activity.h"

typedef struct ShareOrder {
    double amount;
    const ShareWay *way;     /* NULL = its uses never change, or it has ended */
    const ResourceUse *uses; /* of the way when it began */
    uint32_t owner;
    double *lost_s;
    uint32_t generation;
    Event done;
} ShareOrder;

/* All zeros is empty. */
typedef struct ShareOrders {
    ShareOrder *items; /* by slot */
    size_t count;      /* slots ever used */
    size_t capacity;
} ShareOrders;

void share_orders_free(ShareOrders *orders);

/* Notes the activity that has taken a slot; returns its name. */
ActivityId share_orders_put(ShareOrders *orders, uint32_t slot, const ActivitySpec *spec);

/* NULL when the name is stale. */
const ShareOrder *share_orders_find(const ShareOrders *orders, ActivityId id);

/* The activity of a slot has ended: its name is stale from now on. */
void share_orders_retire(ShareOrders *orders, uint32_t slot);

#endif
