#include "scenarios/reader/catalogue_shelf.h"

#include <string.h>

#include "sim/engine/check.h"

typedef struct ShelfEntry ShelfEntry;

struct ShelfEntry {
    const char *key;
    const YamlNode *tree;
    ShelfEntry *next;
};

/* A scenario names a handful of entries, so a list is quick enough. */
struct CatalogueShelf {
    Arena *arena;
    ShelfEntry *first;
};

CatalogueShelf *catalogue_shelf_create(Arena *arena) {
    CatalogueShelf *shelf = ARENA_NEW(arena, CatalogueShelf);
    shelf->arena = arena;
    return shelf;
}

Arena *catalogue_shelf_arena(const CatalogueShelf *shelf) {
    return shelf->arena;
}

const YamlNode *catalogue_shelf_find(const CatalogueShelf *shelf, const char *key) {
    for (const ShelfEntry *entry = shelf->first; entry != NULL; entry = entry->next)
        if (strcmp(entry->key, key) == 0)
            return entry->tree;
    return NULL;
}

void catalogue_shelf_add(CatalogueShelf *shelf, const char *key, const YamlNode *tree) {
    CHECK(catalogue_shelf_find(shelf, key) == NULL);
    ShelfEntry *entry = ARENA_NEW(shelf->arena, ShelfEntry);
    *entry = (ShelfEntry){.key = arena_text(shelf->arena, key), .tree = tree, .next = shelf->first};
    shelf->first = entry;
}
