/*
 * yaml_node: the node of a YAML tree: a scalar, a sequence or a mapping that knows its place. It looks and prints; it
 * does not read files (yaml_tree) and does not change trees (tree_edit). Every node has one parent and at most 64
 * ancestors per text it was read from.
 */
#ifndef SCENARIOS_READER_YAML_NODE_H
#define SCENARIOS_READER_YAML_NODE_H

#include <stdbool.h>

#include "sim/engine/arena.h"
#include "sim/engine/error.h"

typedef enum YamlKind { YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING } YamlKind;

typedef struct YamlNode YamlNode;

/* One `key: value` of a mapping, or one item of a sequence, whose key is NULL. */
typedef struct YamlPair {
    const char *key;
    ErrorPlace key_place;
    YamlNode *value; /* never NULL */
    bool read;       /* somebody asked for it */
} YamlPair;

struct YamlNode {
    YamlKind kind;
    ErrorPlace place;
    const char *text; /* of a scalar; NULL otherwise */
    bool quoted;      /* a scalar that was written in quotes */
    YamlPair *pairs;  /* of a mapping or sequence, in the order written */
    int count;        /* pairs, >= 0 */
};

/* The pair of that key in a mapping, NULL when there is none or the node is no mapping. */
YamlPair *yaml_node_pair(const YamlNode *mapping, const char *key);

/* True for a plain scalar that is empty, ~ or null. */
bool yaml_node_is_null(const YamlNode *node);

/* Marks everything below a node as asked for. */
void yaml_node_mark_read(YamlNode *node);

/* What was found, for a message: a list, 400, "fp 16", nothing; shortened, always one printable line. */
const char *yaml_node_shown(const YamlNode *node, Arena *arena);

/* A text for a message: shortened, what cannot be printed as '?'. */
const char *yaml_node_shown_text(const char *text, Arena *arena);

/* A node as one line of YAML that reads back as the same node. */
const char *yaml_node_text(const YamlNode *node, Arena *arena);

#endif
