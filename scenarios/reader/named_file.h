/*
 * named_file: the path of a file that a scenario names (counters, an edge list, a topology), which is looked for beside
 * the file that names it. It reads nothing; what is no file is an error at the key. Models and hardware are found by
 * catalogue.h.
 */
#ifndef SCENARIOS_READER_NAMED_FILE_H
#define SCENARIOS_READER_NAMED_FILE_H

#include "scenarios/reader/yaml_node.h"

/* The path to open for the file `name` at the key `path` of a scenario; NULL after an error. */
const char *named_file_find(const YamlNode *tree, const char *path, const char *name, ErrorList *errors);

#endif
