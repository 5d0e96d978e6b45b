/*
 * id_list: ids in an array that grows, kept from one use to the next.
 */
#ifndef SIM_ENGINE_ID_LIST_H
#define SIM_ENGINE_ID_LIST_H

#include <stddef.h>
#include <stdint.h>

/* All zeros is an empty list. */
typedef struct IdList {
    uint32_t *ids;
    size_t count;
    size_t capacity;
} IdList;

void id_list_push(IdList *list, uint32_t id);
void id_list_free(IdList *list);

#endif
