/*
 * catalogue_shelf: trees of files that were read once and are asked for at every point of a sweep. A shelf that is
 * being filled belongs to one thread; once nobody adds to it, threads may share it. What stands on it is never changed:
 * who needs a tree copies it. It opens no files.
 */
#ifndef SCENARIOS_READER_CATALOGUE_SHELF_H
#define SCENARIOS_READER_CATALOGUE_SHELF_H

#include "scenarios/reader/yaml_node.h"

typedef struct CatalogueShelf CatalogueShelf;

/* The shelf and all that will stand on it belong to the arena. */
CatalogueShelf *catalogue_shelf_create(Arena *arena);

/* Where trees that are to stand on the shelf are read into. */
Arena *catalogue_shelf_arena(const CatalogueShelf *shelf);

/* The tree under a key, NULL when there is none. */
const YamlNode *catalogue_shelf_find(const CatalogueShelf *shelf, const char *key);

/* Puts a tree of the shelf's arena under a key that is not there yet. */
void catalogue_shelf_add(CatalogueShelf *shelf, const char *key, const YamlNode *tree);

#endif
