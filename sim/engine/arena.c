#include "sim/engine/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/check.h"
#include "sim/engine/fatal.h"

/* Chunks double, so that an arena of a few texts is cheap and a large one has few chunks. */
enum { CHUNK_LEAST_BYTES = 2 * 1024, CHUNK_MOST_BYTES = 1024 * 1024 };

typedef struct Chunk Chunk;

/* The memory handed out follows the head of the chunk; what has not been handed out is not zeroed. */
struct Chunk {
    Chunk *next;
    size_t used_bytes;
    size_t room_bytes;
    max_align_t first[];
};

struct Arena {
    Chunk *chunks; /* the newest first; only it is filled */
    size_t used_bytes;
};

static void *zeroed(size_t bytes) {
    void *memory = calloc(1, bytes);
    if (memory == NULL) {
        fatal("out of memory: %zu bytes", bytes);
    }
    return memory;
}

static Chunk *chunk_create(size_t room_bytes) {
    Chunk *chunk = malloc(sizeof(Chunk) + room_bytes);
    if (chunk == NULL) {
        fatal("out of memory: %zu bytes", sizeof(Chunk) + room_bytes);
    }
    *chunk = (Chunk){.room_bytes = room_bytes};
    return chunk;
}

static size_t aligned(size_t bytes) {
    size_t step = sizeof(max_align_t);
    if (bytes > SIZE_MAX - step - sizeof(Chunk)) {
        fatal("out of memory: %zu bytes", bytes);
    }
    return (bytes + step - 1) / step * step;
}

/* A large piece gets a chunk of its own behind the newest one, whose rest stays in use. */
static void *allocate_alone(Arena *arena, size_t bytes) {
    Chunk *chunk = zeroed(sizeof(Chunk) + bytes);
    chunk->room_bytes = chunk->used_bytes = bytes;
    chunk->next = arena->chunks->next;
    arena->chunks->next = chunk;
    return chunk->first;
}

Arena *arena_create(void) {
    Arena *arena = zeroed(sizeof(Arena));
    arena->chunks = chunk_create(CHUNK_LEAST_BYTES);
    return arena;
}

static void free_chunks(Chunk *chunk) {
    while (chunk != NULL) {
        Chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
}

void arena_destroy(Arena *arena) {
    if (arena == NULL) {
        return;
    }
    free_chunks(arena->chunks);
    free(arena);
}

/* The newest chunk has the most room. */
void arena_clear(Arena *arena) {
    free_chunks(arena->chunks->next);
    arena->chunks->next = NULL;
    arena->chunks->used_bytes = arena->used_bytes = 0;
}

void *arena_allocate(Arena *arena, size_t bytes) {
    size_t taken = aligned(bytes > 0 ? bytes : 1);
    arena->used_bytes += bytes;
    if (taken > arena->chunks->room_bytes / 4) {
        return allocate_alone(arena, taken);
    }
    if (taken > arena->chunks->room_bytes - arena->chunks->used_bytes) {
        size_t doubled = 2 * arena->chunks->room_bytes;
        Chunk *chunk = chunk_create(doubled < CHUNK_MOST_BYTES ? doubled : CHUNK_MOST_BYTES);
        chunk->next = arena->chunks;
        arena->chunks = chunk;
    }
    void *memory = (char *)arena->chunks->first + arena->chunks->used_bytes;
    arena->chunks->used_bytes += taken;
    return memset(memory, 0, taken);
}

void *arena_array(Arena *arena, size_t count, size_t item_bytes) {
    if (item_bytes > 0 && count > SIZE_MAX / item_bytes) {
        fatal("out of memory: an array of %zu items of %zu bytes", count, item_bytes);
    }
    return arena_allocate(arena, count * item_bytes);
}

void *arena_grow(Arena *arena, void *items, size_t *capacity, size_t needed, size_t item_bytes) {
    enum { SMALLEST_CAPACITY = 16 };
    if (needed <= *capacity) {
        return items;
    }
    size_t kept = *capacity, doubled = kept > SIZE_MAX / 2 ? SIZE_MAX : kept * 2;
    *capacity = doubled > needed ? doubled : needed;
    *capacity = *capacity > SMALLEST_CAPACITY ? *capacity : SMALLEST_CAPACITY;
    void *grown = arena_array(arena, *capacity, item_bytes);
    if (kept > 0) {
        memcpy(grown, items, kept * item_bytes);
    }
    return grown;
}

char *arena_text(Arena *arena, const char *text) {
    size_t bytes = strlen(text) + 1;
    return memcpy(arena_allocate(arena, bytes), text, bytes);
}

char *arena_format_list(Arena *arena, const char *format, va_list arguments) {
    CHECK(format != NULL);
    char most[256]; /* texts are */
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(most, sizeof most, format, arguments);
    if (length < 0) {
        fatal("cannot format a text: %s", format);
    }
    char *text = arena_allocate(arena, (size_t)length + 1);
    if ((size_t)length < sizeof most) {
        memcpy(text, most, (size_t)length);
    } else {
        vsnprintf(text, (size_t)length + 1, format, again);
    }
    va_end(again);
    return text;
}

char *arena_format(Arena *arena, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = arena_format_list(arena, format, arguments);
    va_end(arguments);
    return text;
}

size_t arena_used_bytes(const Arena *arena) {
    return arena->used_bytes;
}
