/*
 * list_kinds: everything that a scenario or a command line may name, kind by kind: catalogue entries, members of the
 * menus, formats, commands. It collects; `list` prints.
 */
#ifndef SIM_COMMANDS_LIST_KINDS_H
#define SIM_COMMANDS_LIST_KINDS_H

#include <stddef.h>

#include "sim/commands/list_items.h"

typedef struct ListKind {
    const char *name;                 /* "gpus" */
    const char *summary;              /* one line */
    void (*collect)(ListItems *list); /* NULL = printed by another module */
} ListKind;

/* The kind of that name, NULL when there is none; by index, NULL past the end. */
const ListKind *list_kind_find(const char *name);
const ListKind *list_kind_at(size_t index);

#endif
