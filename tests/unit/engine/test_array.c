#include <criterion/criterion.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>

#include "sim/engine/array.h"
#include "sim/engine/fatal.h"

Test(array, growing_keeps_the_items) {
    size_t capacity = 0;
    uint64_t *items = NULL;
    for (size_t i = 0; i < 2385; i++) {
        items = array_grow(items, &capacity, i + 1, sizeof(uint64_t));
        items[i] = 3 * i;
    }
    cr_assert_geq(capacity, 2385);
    for (size_t i = 0; i < 2385; i++) {
        cr_assert_eq(items[i], 3 * i);
    }
    free(items);
}

Test(array, capacity_at_least_doubles) {
    size_t capacity = 0;
    void *items = array_grow(NULL, &capacity, 37, 3);
    cr_assert_eq(capacity, 37);
    items = array_grow(items, &capacity, 38, 3);
    cr_assert_eq(capacity, 74);
    free(items);
}

Test(array, enough_room_changes_nothing) {
    size_t capacity = 0;
    void *items = array_grow(NULL, &capacity, 37, 3);
    cr_assert_eq(array_grow(items, &capacity, 37, 3), items);
    cr_assert_eq(capacity, 37);
    free(items);
}

Test(array, a_size_that_overflows_is_fatal, .exit_code = EXIT_NO_RESOURCES) {
    size_t capacity = 0;
    array_grow(NULL, &capacity, SIZE_MAX / 4, 24);
}
