#include "models/communication/load_list.h"

#include <criterion/criterion.h>

/* Loads of links 0 .. 12, some of which have several, in an order that jumps; `turn` picks another such order. */
static LoadList jumbled(Arena *arena, int loads, int turn) {
    LoadList list = {.arena = arena};
    for (int i = 0; i < loads; i++) {
        int number = (i * 307 + turn * 5) % loads;
        load_list_add(&list, (LinkId)(number * 3 % 13), 1e8 / (number + 2.385));
    }
    return list;
}

Test(load_list, links_ascend_and_come_once_whatever_the_order_was) {
    Arena *arena = arena_create();
    for (int loads = 1; loads < 300; loads += loads % 7 ? 1 : 3) {
        LoadList list = jumbled(arena, loads, loads);
        double before = 0, after = 0;
        for (size_t i = 0; i < list.count; i++)
            before += list.loads[i].bytes;
        load_list_merge(&list);
        cr_assert_eq(list.count, (size_t)(loads < 13 ? loads : 13), "%d loads: %zu links", loads, list.count);
        for (size_t i = 0; i < list.count; i++) {
            cr_assert(i == 0 || list.loads[i].link > list.loads[i - 1].link);
            after += list.loads[i].bytes;
        }
        cr_assert_float_eq(after, before, 1e-12 * before);
    }
    arena_destroy(arena);
}

/* To the last bit, though a sum of doubles depends on its order. */
Test(load_list, sums_do_not_depend_on_the_order) {
    Arena *arena = arena_create();
    LoadList first = jumbled(arena, 239, 0);
    load_list_merge(&first);
    for (int turn = 1; turn < 40; turn++) {
        LoadList other = jumbled(arena, 239, turn);
        load_list_merge(&other);
        for (size_t i = 0; i < first.count; i++)
            cr_assert_eq(other.loads[i].bytes, first.loads[i].bytes);
    }
    arena_destroy(arena);
}

/* More loads than are kept before they are added up. */
Test(load_list, few_links_need_little_room) {
    Arena *arena = arena_create();
    LoadList list = {.arena = arena};
    for (int i = 0; i < 400000; i++)
        load_list_add(&list, (LinkId)(i % 13), 2.385);
    cr_expect_lt(list.capacity, 200000);
    load_list_merge(&list);
    cr_assert_eq(list.count, 13);
    cr_expect_float_eq(list.loads[12].bytes, 400000 / 13 * 2.385, 1e-3);
    arena_destroy(arena);
}
