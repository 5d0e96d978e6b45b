/*
 * list_items: what `list` prints, collected: names, what they are, where they are from, and for some kinds a few facts
 * in columns. Texts are the arena's.
 */
#ifndef SIM_COMMANDS_LIST_ITEMS_H
#define SIM_COMMANDS_LIST_ITEMS_H

#include "sim/engine/arena.h"

enum { LIST_FACTS = 3 };

typedef struct ListItem {
    const char *name;
    const char *summary;           /* one line, may be empty */
    const char *source;            /* publication or file, may be empty */
    const char *facts[LIST_FACTS]; /* under the titles, where there are some */
} ListItem;

typedef struct ListItems {
    Arena *arena;
    ListItem *items;
    int count;
    int capacity;
    const char *const *titles; /* LIST_FACTS of them: columns of facts; NULL = none */
    const char *footnote;      /* below the table of facts */
    const char *searched;      /* folders in which nothing was found, parted by commas; NULL = something was */
} ListItems;

#endif
