#include "scenarios/reader/tree_path.h"

#include <string.h>

enum { MOST_STEPS = 64, MOST_INDEX = 999999 };

static bool next_index(const char **path, TreeStep *step) {
    const char *letter = *path + 1;
    int index = 0;
    for (; *letter >= '0' && *letter <= '9' && index <= MOST_INDEX; letter++) {
        index = index * 10 + (*letter - '0');
    }
    if (*letter != ']' || letter == *path + 1 || index > MOST_INDEX) {
        return false;
    }
    *step = (TreeStep){.index = index};
    *path = letter + 1;
    return true;
}

bool tree_path_next(const char **path, TreeStep *step) {
    if (**path == '[') {
        return next_index(path, step);
    }
    const char *key = **path == '.' ? *path + 1 : *path;
    size_t bytes = strcspn(key, ".[]");
    if (bytes == 0) {
        return false;
    }
    *step = (TreeStep){.key = key, .key_bytes = bytes};
    *path = key + bytes;
    return true;
}

bool tree_path_is_valid(const char *path) {
    TreeStep step;
    int steps = 0;
    if (*path == '.' || *path == '[') {
        return false;
    }
    while (steps <= MOST_STEPS && tree_path_next(&path, &step)) {
        steps++;
    }
    return *path == '\0' && steps > 0 && steps <= MOST_STEPS;
}

YamlPair *tree_path_step(const YamlNode *node, const TreeStep *step) {
    if (step->key == NULL) {
        return node->kind == YAML_SEQUENCE && step->index < node->count ? &node->pairs[step->index] : NULL;
    }
    for (int i = 0; i < node->count && node->kind == YAML_MAPPING; i++) {
        const char *key = node->pairs[i].key;
        if (strlen(key) == step->key_bytes && memcmp(key, step->key, step->key_bytes) == 0) {
            return &node->pairs[i];
        }
    }
    return NULL;
}

YamlNode *tree_path_find(const YamlNode *root, const char *path) {
    TreeStep step;
    YamlPair *pair = NULL;
    while (tree_path_next(&path, &step)) {
        pair = tree_path_step(pair != NULL ? pair->value : root, &step);
        if (pair == NULL) {
            return NULL;
        }
    }
    return *path == '\0' && pair != NULL ? pair->value : NULL;
}

ErrorPlace tree_path_place(const YamlNode *root, const char *path) {
    TreeStep step;
    const YamlNode *node = root;
    ErrorPlace place = root->place;
    while (tree_path_next(&path, &step)) {
        const YamlPair *pair = tree_path_step(node, &step);
        if (pair == NULL) {
            return place;
        }
        node = pair->value;
        place = node->kind == YAML_SCALAR ? node->place : pair->key_place;
    }
    return place;
}
