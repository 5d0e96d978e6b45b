/*
 * menu: what every menu of plural folders is asked: its member by index, NULL past the end, and by name, NULL when
 * there is none. A file that reads a table.h into an array MENU of pointers to members with a `name` writes
 * MENU_LOOKUPS(CollectiveAlgorithm, collective) and so has collective_at and collective_find of its header.
 */
#ifndef SIM_ENGINE_MENU_H
#define SIM_ENGINE_MENU_H

#include <stddef.h>
#include <string.h>

#define MENU_LOOKUPS(Member, prefix)                                                                                   \
    const Member *prefix##_at(size_t index) {                                                                          \
        return index < sizeof MENU / sizeof *MENU ? MENU[index] : NULL;                                                \
    }                                                                                                                  \
                                                                                                                       \
    const Member *prefix##_find(const char *name) {                                                                    \
        /* Most callers have the member's own word. */                                                                 \
        for (size_t index = 0; index < sizeof MENU / sizeof *MENU; index++)                                            \
            if (MENU[index]->name == name)                                                                             \
                return MENU[index];                                                                                    \
        for (size_t index = 0; index < sizeof MENU / sizeof *MENU; index++)                                            \
            if (strcmp(MENU[index]->name, name) == 0)                                                                  \
                return MENU[index];                                                                                    \
        return NULL;                                                                                                   \
    }

#endif
