/*
 * yaml_tree: a YAML or JSON text as a tree of nodes that know their place. It is the only module that knows libyaml; it
 * knows no keys and no units. Reports what makes a text unreadable: syntax, duplicate keys, keys that are no text, a
 * second document, an alias to itself.
 *
 * Limits: 4 MiB of text, 100,000 nodes with aliases written out, 1000 keys in a mapping, 64 levels. Tags and YAML's
 * merge key << have no meaning here. Nodes live in the arena they were read into.
 */
#ifndef SCENARIOS_READER_YAML_TREE_H
#define SCENARIOS_READER_YAML_TREE_H

#include "scenarios/reader/yaml_node.h"
#include "sim/engine/arena.h"
#include "sim/engine/error.h"

enum {
    YAML_MOST_BYTES = 4 * 1024 * 1024,
    YAML_MOST_NODES = 100000,
    YAML_MOST_KEYS = 1000,
    YAML_MOST_LEVELS = 64,
    YAML_MOST_ERRORS = 500
};

/* Reads a file; NULL and an error when there is no tree. With duplicate keys, which are errors too, the first stays. */
YamlNode *yaml_tree_read_file(const char *path, Arena *arena, ErrorList *errors);

/* Reads a text that stands at `place`; when that has no line, every node of the text is at `place`. */
YamlNode *yaml_tree_read_text(const char *text, ErrorPlace place, Arena *arena, ErrorList *errors);

#endif
