/*
 * tree_path: the words for a place in a tree, "jobs[0].plan.tensor_parallel". Keys are parted by dots, items of a list
 * are counted from 0 in brackets. It only finds; tree_edit changes.
 */
#ifndef SCENARIOS_READER_TREE_PATH_H
#define SCENARIOS_READER_TREE_PATH_H

#include <stddef.h>

#include "scenarios/reader/yaml_node.h"

/* One step down: into a mapping when key is not NULL, otherwise into a list. */
typedef struct TreeStep {
    const char *key;  /* not ended: `key_bytes` of the path */
    size_t key_bytes; /* > 0 with a key */
    int index;        /* 0 .. 999999, without a key */
} TreeStep;

/* Takes one step off the front of *path; false at its end and where it is no path (**path tells which). */
bool tree_path_next(const char **path, TreeStep *step);

/* True when the text is a path of 1 to 64 steps. */
bool tree_path_is_valid(const char *path);

/* The pair a step leads to, NULL when there is none. */
YamlPair *tree_path_step(const YamlNode *node, const TreeStep *step);

/* The node at a path, NULL when there is none. */
YamlNode *tree_path_find(const YamlNode *root, const char *path);

/* Where a path stands; when it is not in the tree, where the nearest part of it stands. */
ErrorPlace tree_path_place(const YamlNode *root, const char *path);

#endif
