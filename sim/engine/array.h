/*
 * array: growth of a heap array, for modules whose size is not known when they start. The caller keeps pointer, count
 * and capacity.
 */
#ifndef SIM_ENGINE_ARRAY_H
#define SIM_ENGINE_ARRAY_H

#include <stddef.h>

/* array_grow, but a first allocation has room for `smallest` items: for arrays that are many and mostly short. */
void *array_grow_from(void *items, size_t *capacity, size_t needed, size_t item_bytes, size_t smallest);

/*
 * Returns `items` (from malloc, or NULL) with room for at least `needed` items and updates *capacity; doubles, so that
 * appending is linear in all. The caller frees the result. Out of memory is fatal.
 */
static inline void *array_grow(void *items, size_t *capacity, size_t needed, size_t item_bytes) {
    enum { SMALLEST_CAPACITY = 16 };
    return needed <= *capacity ? items : array_grow_from(items, capacity, needed, item_bytes, SMALLEST_CAPACITY);
}

#endif
