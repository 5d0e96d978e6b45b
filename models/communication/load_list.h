/*
 * load_list: bytes per link, gathered in any order and then added up link by link. The sum does not depend on the order
 * in which loads came.
 */
#ifndef MODELS_COMMUNICATION_LOAD_LIST_H
#define MODELS_COMMUNICATION_LOAD_LIST_H

#include <stddef.h>

#include "models/hardware/network.h"
#include "sim/engine/arena.h"

typedef struct LinkLoad {
    LinkId link;
    double bytes; /* >= 0 */
} LinkLoad;

/* Starts with its arena alone. */
typedef struct LoadList {
    Arena *arena;
    LinkLoad *loads;
    size_t count;
    size_t capacity;
    LinkLoad *spare; /* to sort them */
    size_t spare_capacity;
    size_t merge_at; /* at so many, loads of one link are added up, lest a direct exchange fills the memory */
} LoadList;

void load_list_add(LoadList *list, LinkId link, double bytes);

/* Adds up the loads of each link; they are ascending by link afterwards. */
void load_list_merge(LoadList *list);

#endif
