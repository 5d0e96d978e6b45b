/*
 * arena: memory that lives and dies together. One arena holds a spec, one holds a run; both are destroyed whole.
 * Not thread-safe: an arena belongs to one thread at a time. Running out of memory ends in fatal().
 */
#ifndef SIM_ENGINE_ARENA_H
#define SIM_ENGINE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

typedef struct Arena Arena;

Arena *arena_create(void);
void arena_destroy(Arena *arena); /* NULL is allowed */

/* Takes back all that was handed out, to hand it out again: for work that is done over and over. */
void arena_clear(Arena *arena);

/* Zeroed memory, aligned for any type; NULL never. `bytes` may be 0. */
void *arena_allocate(Arena *arena, size_t bytes);

/* Zeroed array of `count` items of `item_bytes`; a product that overflows is fatal. */
void *arena_array(Arena *arena, size_t count, size_t item_bytes);

/* `items` of this arena, or NULL, with room for at least `needed`; as array_grow, but what was too small stays taken.
 */
void *arena_grow(Arena *arena, void *items, size_t *capacity, size_t needed, size_t item_bytes);

/* Copy of a text, owned by the arena. */
char *arena_text(Arena *arena, const char *text);

/* printf into the arena. */
char *arena_format(Arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same with its arguments as a list. */
char *arena_format_list(Arena *arena, const char *format, va_list arguments);

/* Bytes handed out so far. */
size_t arena_used_bytes(const Arena *arena);

#define ARENA_NEW(arena, Type)          ((Type *)arena_allocate((arena), sizeof(Type)))
#define ARENA_ARRAY(arena, count, Type) ((Type *)arena_array((arena), (size_t)(count), sizeof(Type)))

#endif
