#include "sim/engine/share_orders.h"

#include <stdlib.h>

#include "sim/engine/array.h"

void share_orders_free(ShareOrders *orders) {
    free(orders->items);
}

ActivityId share_orders_put(ShareOrders *orders, uint32_t slot, const ActivitySpec *spec) {
    uint32_t generation = 1;
    if (slot < orders->count)
        generation = orders->items[slot].generation;
    else
        orders->count = (size_t)slot + 1;
    orders->items = array_grow(orders->items, &orders->capacity, orders->count, sizeof *orders->items);
    orders->items[slot] = (ShareOrder){.amount = spec->amount,
                                       .way = spec->way,
                                       .uses = spec->uses,
                                       .owner = spec->owner,
                                       .lost_s = spec->lost_s,
                                       .generation = generation,
                                       .done = spec->done};
    return (ActivityId){slot, generation};
}

const ShareOrder *share_orders_find(const ShareOrders *orders, ActivityId id) {
    if (id.generation == 0 || id.slot >= orders->count)
        return NULL;
    const ShareOrder *order = &orders->items[id.slot];
    return order->generation == id.generation ? order : NULL;
}

void share_orders_retire(ShareOrders *orders, uint32_t slot) {
    ShareOrder *order = &orders->items[slot];
    order->way = NULL;
    order->generation = order->generation == UINT32_MAX ? 1 : order->generation + 1;
}
