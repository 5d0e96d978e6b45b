/*
 * tree_edit: trees made from other trees: a scenario laid over another one, one value set by its path. The trees that
 * go in stay as they are; those that come out live in the arena given and share nothing with them but texts.
 */
#ifndef SCENARIOS_READER_TREE_EDIT_H
#define SCENARIOS_READER_TREE_EDIT_H

#include "scenarios/reader/yaml_node.h"

/* A value for one path, as a user or a sweep writes it. */
typedef struct TreeChange {
    const char *path;
    const char *value; /* YAML */
    ErrorPlace place;  /* where the change was asked for */
} TreeChange;

/* A copy of which nothing was read yet. */
YamlNode *tree_copy(const YamlNode *node, Arena *arena);

/*
 * `above` laid over `below`: keys of mappings are joined, everything else is replaced. A mapping laid over a text keeps
 * the text as its key `from`, so that a part of a catalogue entry can be changed.
 */
YamlNode *tree_merge(const YamlNode *below, const YamlNode *above, Arena *arena);

/* The tree with one value laid over a path, whose keys are made when they are missing; NULL and an error when it is no
 * path. */
YamlNode *tree_set(const YamlNode *root, const TreeChange *change, Arena *arena, ErrorList *errors);

#endif
