#include "models/workload/load_list.h"

#include <stdlib.h>

#include "sim/engine/array.h"

enum { MERGE_MIN = 65536 };

static int compare_loads(const void *left, const void *right) {
    const LinkLoad *a = left, *b = right;
    if (a->link != b->link)
        return a->link < b->link ? -1 : 1;
    return (a->bytes > b->bytes) - (a->bytes < b->bytes);
}

/* Smallest first, so that the sum does not depend on the sort. */
void load_list_merge(LoadList *list) {
    if (list->count == 0)
        return;
    qsort(list->loads, list->count, sizeof *list->loads, compare_loads);
    size_t kept = 0;
    for (size_t i = 1; i < list->count; i++) {
        if (list->loads[i].link == list->loads[kept].link)
            list->loads[kept].bytes += list->loads[i].bytes;
        else
            list->loads[++kept] = list->loads[i];
    }
    list->count = kept + 1;
}

void load_list_add(LoadList *list, LinkId link, double bytes) {
    if (list->count >= MERGE_MIN && list->count >= list->merge_at) {
        load_list_merge(list);
        list->merge_at = MERGE_MIN + 2 * list->count;
    }
    list->loads = array_grow(list->loads, &list->capacity, list->count + 1, sizeof *list->loads);
    list->loads[list->count++] = (LinkLoad){.link = link, .bytes = bytes};
}

void load_list_free(LoadList *list) {
    free(list->loads);
    *list = (LoadList){0};
}
