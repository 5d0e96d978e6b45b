#include <criterion/criterion.h>
#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "sim/engine/arena.h"
#include "sim/engine/fatal.h"

static bool is_zero(const unsigned char *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

/* Sizes from nothing to more than a chunk; every piece is filled so that an overlap would show in the next one. */
Test(arena, memory_is_zeroed_aligned_and_never_shared) {
    Arena *arena = arena_create();
    for (size_t i = 0; i < 3000; i++) {
        size_t bytes = i % 50 == 0 ? 97 * i : i % 131;
        unsigned char *memory = arena_allocate(arena, bytes);
        cr_assert_not_null(memory);
        cr_assert_eq((uintptr_t)memory % alignof(max_align_t), 0);
        cr_assert(is_zero(memory, bytes));
        memset(memory, 0xa5, bytes);
    }
    arena_destroy(arena);
}

Test(arena, earlier_memory_keeps_its_content) {
    Arena *arena = arena_create();
    uint32_t *items[2385];
    for (uint32_t i = 0; i < 2385; i++) {
        items[i] = ARENA_ARRAY(arena, 1 + i % 67, uint32_t);
        items[i][i % 67] = i;
    }
    for (uint32_t i = 0; i < 2385; i++) {
        cr_assert_eq(items[i][i % 67], i);
    }
    arena_destroy(arena);
}

Test(arena, used_bytes_are_those_asked_for) {
    Arena *arena = arena_create();
    cr_assert_eq(arena_used_bytes(arena), 0);
    arena_allocate(arena, 7);
    arena_array(arena, 11, 13);
    arena_allocate(arena, 100003);
    cr_assert_eq(arena_used_bytes(arena), 7 + 11 * 13 + 100003);
    arena_destroy(arena);
}

Test(arena, text_is_a_copy) {
    Arena *arena = arena_create();
    char text[] = "rail 3";
    const char *copy = arena_text(arena, text);
    text[0] = 'm';
    cr_assert_str_eq(copy, "rail 3");
    arena_destroy(arena);
}

Test(arena, format_writes_like_printf) {
    Arena *arena = arena_create();
    cr_assert_str_eq(arena_format(arena, "gpu[%d] %.3f %s", 17, 2.385, "ok"), "gpu[17] 2.385 ok");
    const char *wide = arena_format(arena, "%70000d", 5);
    cr_assert_eq(strlen(wide), 70000);
    arena_destroy(arena);
}

Test(arena, texts_of_every_length_are_whole) {
    Arena *arena = arena_create();
    for (int length = 1; length < 600; length++) {
        const char *text = arena_format(arena, "%0*d", length, 7);
        cr_assert_eq(strlen(text), (size_t)length);
        cr_assert_eq(text[length - 1], '7');
    }
    arena_destroy(arena);
}

/* Pieces that share a chunk and pieces with one of their own, over and over; in the end one chunk has room for all. */
Test(arena, what_was_cleared_is_handed_out_again_zeroed) {
    Arena *arena = arena_create();
    const void *first[7];
    for (size_t round = 0; round < 7; round++) {
        first[round] = arena_allocate(arena, 1);
        for (size_t i = 0; i < 300; i++) {
            size_t bytes = i % 50 == 0 ? 97 * i : i % 131;
            unsigned char *memory = arena_allocate(arena, bytes);
            cr_assert(is_zero(memory, bytes));
            memset(memory, 0xa5, bytes);
        }
        cr_assert_gt(arena_used_bytes(arena), 0);
        arena_clear(arena);
        cr_assert_eq(arena_used_bytes(arena), 0);
    }
    cr_assert_eq(first[6], first[5]);
    arena_destroy(arena);
}

Test(arena, an_array_that_grows_keeps_its_items) {
    Arena *arena = arena_create();
    size_t capacity = 0;
    uint32_t *items = NULL;
    for (uint32_t i = 0; i < 2385; i++) {
        items = arena_grow(arena, items, &capacity, i + 1, sizeof *items);
        items[i] = 3 * i;
    }
    cr_assert_geq(capacity, 2385);
    for (uint32_t i = 0; i < 2385; i++) {
        cr_assert_eq(items[i], 3 * i);
    }
    cr_assert_eq(arena_grow(arena, items, &capacity, 2385, sizeof *items), items);
    arena_destroy(arena);
}

Test(arena, destroying_nothing_is_allowed) {
    arena_destroy(NULL);
}

Test(arena, an_array_that_overflows_is_fatal, .exit_code = EXIT_NO_RESOURCES) {
    Arena *volatile arena = arena_create(); /* kept on the stack, where a leak checker sees it */
    arena_array(arena, SIZE_MAX / 2, 3);
}
