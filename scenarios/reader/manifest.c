#include "scenarios/reader/manifest.h"

#include <string.h>
#include <unistd.h>

#include "scenarios/reader/tree_edit.h"
#include "scenarios/reader/yaml_tree.h"

static const char *const FILE_NAME = "manifest.json";

const char *manifest_of_word(const char *word, Arena *arena) {
    size_t bytes = strlen(word);
    const char *slash = bytes > 0 && word[bytes - 1] == '/' ? "" : "/";
    const char *file = arena_format(arena, "%s%s%s", word, slash, FILE_NAME);
    return bytes > 0 && access(file, F_OK) == 0 ? file : word;
}

bool manifest_is_named(const char *file) {
    size_t bytes = strlen(file), end = strlen(FILE_NAME);
    return bytes > end && file[bytes - end - 1] == '/' && strcmp(file + bytes - end, FILE_NAME) == 0;
}

/* The scalar behind a key, NULL when there is none. */
static const YamlNode *scalar_of(const YamlNode *tree, const char *key) {
    const YamlPair *pair = yaml_node_pair(tree, key);
    return pair != NULL && pair->value->kind == YAML_SCALAR ? pair->value : NULL;
}

/* Adds an error when a file with the name of a manifest is neither one nor looks like a scenario. */
static bool expected_manifest(const YamlNode *tree, ErrorList *errors) {
    bool named = tree->place.file != NULL && manifest_is_named(tree->place.file);
    if (!named || yaml_node_pair(tree, "cluster") != NULL)
        return false;
    error_list_add(errors, tree->place, NULL,
                   "found no scenario of an earlier run, expected the manifest.json of a folder that `run -o` wrote");
    return true;
}

YamlNode *manifest_scenario(YamlNode *tree, Arena *arena, ErrorList *errors) {
    const YamlNode *program = scalar_of(tree, "program");
    const YamlNode *text = scalar_of(tree, "scenario");
    if (program == NULL || text == NULL || strcmp(program->text, "chokepoint") != 0)
        return expected_manifest(tree, errors) ? NULL : tree;
    YamlNode *scenario = yaml_tree_read_text(text->text, text->place, arena, errors);
    YamlPair *name = yaml_node_pair(tree, "name");
    if (scenario == NULL || name == NULL)
        return scenario;
    const YamlNode named = {.kind = YAML_MAPPING, .place = tree->place, .pairs = name, .count = 1};
    return tree_merge(&named, scenario, arena);
}
