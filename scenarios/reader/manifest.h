/*
 * manifest: the record of an earlier run, manifest.json of its folder, as the scenario that it ran: files and --set
 * merged. A sweep and goals are part of it, options of the command line are not; files that it names by relative paths
 * are looked for beside the manifest.
 */
#ifndef SCENARIOS_READER_MANIFEST_H
#define SCENARIOS_READER_MANIFEST_H

#include "scenarios/reader/yaml_node.h"

/* DIR/manifest.json for the folder of a run; any other word as it is. */
const char *manifest_of_word(const char *word, Arena *arena);

/* True for the path of a manifest. */
bool manifest_is_named(const char *file);

/* The scenario in a tree that is a manifest, with the name it ran under; any other tree as it is. NULL and an error
 * when the scenario cannot be read. */
YamlNode *manifest_scenario(YamlNode *tree, Arena *arena, ErrorList *errors);

#endif
