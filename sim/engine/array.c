#include "sim/engine/array.h"

#include <stdint.h>
#include <stdlib.h>

#include "sim/engine/fatal.h"

void *array_grow_from(void *items, size_t *capacity, size_t needed, size_t item_bytes, size_t smallest) {
    if (needed <= *capacity) {
        return items;
    }
    size_t doubled = *capacity > SIZE_MAX / 2 ? SIZE_MAX : *capacity * 2;
    size_t room = doubled > needed ? doubled : needed;
    room = room > smallest ? room : smallest;
    if (item_bytes > 0 && room > SIZE_MAX / item_bytes) {
        fatal("out of memory: an array of %zu items of %zu bytes", needed, item_bytes);
    }
    void *grown = realloc(items, item_bytes > 0 ? room * item_bytes : 1);
    if (grown == NULL) {
        fatal("out of memory: an array of %zu items of %zu bytes", needed, item_bytes);
    }
    *capacity = room;
    return grown;
}
