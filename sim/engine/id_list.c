#include "sim/engine/id_list.h"

#include <stdlib.h>

#include "sim/engine/array.h"

void id_list_push(IdList *list, uint32_t id) {
    list->ids = array_grow(list->ids, &list->capacity, list->count + 1, sizeof *list->ids);
    list->ids[list->count++] = id;
}

void id_list_free(IdList *list) {
    free(list->ids);
    *list = (IdList){0};
}
