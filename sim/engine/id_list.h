/*
 * id_list: ids in an array that grows, kept from one use to the next.
 */
#ifndef SIM_ENGINE_ID_LIST_H
#define SIM_ENGINE_ID_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "sim/engine/array.h"

/* All zeros is an empty list. */
typedef struct IdList {
    uint32_t *ids;
    size_t count;
    size_t capacity;
} IdList;

static inline void id_list_push(IdList *list, uint32_t id) {
    if (list->count == list->capacity)
        list->ids = array_grow(list->ids, &list->capacity, list->count + 1, sizeof *list->ids);
    list->ids[list->count++] = id;
}

void id_list_free(IdList *list);

#endif
