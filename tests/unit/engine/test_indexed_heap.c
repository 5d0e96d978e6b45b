#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "sim/engine/indexed_heap.h"

enum { IDS = 97 };

static void expect_in_order(IndexedHeap *heap, uint32_t *place) {
    HeapEntry last = {INT64_MIN, 0};
    while (heap->count > 0) {
        const HeapEntry first = heap->entries[0];
        cr_assert(eq(u32, place[first.id], 0));
        bool after = first.key > last.key || (first.key == last.key && first.id > last.id);
        cr_assert(after || last.key == INT64_MIN);
        indexed_heap_remove(heap, place, first.id);
        cr_assert(eq(u32, place[first.id], HEAP_ABSENT));
        last = first;
    }
}

Test(indexed_heap, ids_come_by_key_and_equal_keys_by_id) {
    IndexedHeap heap = {0};
    uint32_t place[IDS];
    for (uint32_t i = 0; i < IDS; i++)
        place[i] = HEAP_ABSENT;
    for (uint32_t i = 0; i < IDS; i++)
        indexed_heap_set(&heap, place, i * 31 % IDS, (int64_t)(i * 17 % 11));
    cr_expect(eq(u32, heap.count, IDS));
    expect_in_order(&heap, place);
    indexed_heap_free(&heap);
}

Test(indexed_heap, a_key_can_change_both_ways_and_an_id_can_leave_from_anywhere) {
    IndexedHeap heap = {0};
    uint32_t place[IDS];
    for (uint32_t i = 0; i < IDS; i++) {
        place[i] = HEAP_ABSENT;
        indexed_heap_set(&heap, place, i, 1000 + i);
    }
    for (uint32_t i = 0; i < IDS; i += 2)
        indexed_heap_set(&heap, place, i, i % 4 == 0 ? 2385 - i : (int64_t)i - 50);
    for (uint32_t i = 1; i < IDS; i += 6)
        indexed_heap_remove(&heap, place, i);
    cr_expect(eq(u32, heap.count, IDS - 16));
    cr_expect(eq(u32, heap.entries[0].id, 2));
    expect_in_order(&heap, place);
    indexed_heap_free(&heap);
}

Test(indexed_heap, doubles_are_ordered_as_their_keys) {
    const double values[] = {0.0, 5e-324, 1e-300, 2.384, 2.385, 1e300};
    for (int i = 1; i < 6; i++) {
        cr_expect(lt(i64, heap_key_of(values[i - 1]), heap_key_of(values[i])));
        cr_expect(eq(dbl, heap_key_value(heap_key_of(values[i])), values[i]));
    }
}
