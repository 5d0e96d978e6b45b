/*
 * list_kinds: everything that a scenario or a command line may name, kind by kind: catalogue entries, members of the
 * menus, formats, commands. It collects; `list` prints.
 */
#ifndef SIM_COMMANDS_LIST_KINDS_H
#define SIM_COMMANDS_LIST_KINDS_H

#include <stddef.h>

#include "sim/engine/arena.h"

typedef struct ListItem {
    const char *name;
    const char *summary; /* one line, may be empty */
    const char *source;  /* publication or file, may be empty */
} ListItem;

typedef struct ListItems {
    Arena *arena;
    ListItem *items;
    int count;
    int capacity;
    const char *searched; /* folders in which nothing was found, parted by commas; NULL = something was */
} ListItems;

typedef struct ListKind {
    const char *name;                 /* "gpus" */
    const char *summary;              /* one line */
    void (*collect)(ListItems *list); /* NULL = printed by another module */
} ListKind;

/* The kind of that name, NULL when there is none; by index, NULL past the end. */
const ListKind *list_kind_find(const char *name);
const ListKind *list_kind_at(size_t index);

#endif
