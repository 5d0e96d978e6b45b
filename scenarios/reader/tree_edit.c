#include "scenarios/reader/tree_edit.h"

#include <ctype.h>
#include <string.h>

#include "scenarios/reader/tree_path.h"
#include "scenarios/reader/yaml_tree.h"

YamlNode *tree_copy(const YamlNode *node, Arena *arena) {
    YamlNode *copy = ARENA_NEW(arena, YamlNode);
    *copy = *node;
    copy->pairs = ARENA_ARRAY(arena, node->count, YamlPair);
    for (int i = 0; i < node->count; i++) {
        copy->pairs[i] = node->pairs[i];
        copy->pairs[i].read = false;
        copy->pairs[i].value = tree_copy(node->pairs[i].value, arena);
    }
    return copy;
}

static YamlPair *append(YamlNode *node, YamlPair pair, Arena *arena) {
    YamlPair *pairs = ARENA_ARRAY(arena, node->count + 1, YamlPair);
    if (node->count > 0) {
        memcpy(pairs, node->pairs, (size_t)node->count * sizeof(YamlPair));
    }
    pairs[node->count] = pair;
    node->pairs = pairs;
    return &pairs[node->count++];
}

/* A mapping in the place of a scalar: empty for null, otherwise with the scalar as `from`. */
static YamlNode *mapping_from(const YamlNode *scalar, ErrorPlace place, Arena *arena) {
    YamlNode *mapping = ARENA_NEW(arena, YamlNode);
    *mapping = (YamlNode){.kind = YAML_MAPPING, .place = place};
    if (!yaml_node_is_null(scalar)) {
        YamlPair from = {.key = "from", .key_place = scalar->place, .value = tree_copy(scalar, arena)};
        append(mapping, from, arena);
    }
    return mapping;
}

YamlNode *tree_merge(const YamlNode *below, const YamlNode *above, Arena *arena) {
    if (above->kind != YAML_MAPPING || below->kind == YAML_SEQUENCE) {
        return tree_copy(above, arena);
    }
    YamlNode *merged = below->kind == YAML_MAPPING ? tree_copy(below, arena) : mapping_from(below, above->place, arena);
    for (int i = 0; i < above->count; i++) {
        const YamlPair *pair = &above->pairs[i];
        YamlPair *old = yaml_node_pair(merged, pair->key);
        YamlPair new = *pair;
        new.read = false;
        new.value = old != NULL ? tree_merge(old->value, pair->value, arena) : tree_copy(pair->value, arena);
        if (old != NULL) {
            *old = new;
        } else {
            append(merged, new, arena);
        }
    }
    return merged;
}

/* The slot a step leads to, made when it is missing; NULL when the node cannot have it. */
static YamlNode **descend(YamlNode **slot, const TreeStep *step, ErrorPlace place, Arena *arena) {
    if (step->key != NULL && (*slot)->kind == YAML_SCALAR) {
        *slot = mapping_from(*slot, place, arena);
    }
    YamlPair *pair = tree_path_step(*slot, step);
    if (pair == NULL) {
        bool fits = step->key != NULL ? (*slot)->kind == YAML_MAPPING
                                      : (*slot)->kind == YAML_SEQUENCE && step->index == (*slot)->count;
        if (!fits) {
            return NULL;
        }
        YamlNode *nothing = ARENA_NEW(arena, YamlNode);
        *nothing = (YamlNode){.kind = YAML_SCALAR, .place = place, .text = ""};
        const char *key = step->key != NULL ? arena_format(arena, "%.*s", (int)step->key_bytes, step->key) : NULL;
        pair = append(*slot, (YamlPair){.key = key, .key_place = place, .value = nothing}, arena);
    }
    return &pair->value;
}

/* What stands in the way of a step, for a message. */
static void report_no_step(const TreeChange *change, const TreeStep *step, const char *after, const YamlNode *node,
                           ErrorList *errors) {
    int bytes = (int)(after - change->path);
    const char *place = yaml_node_shown_text(arena_format(errors->arena, "%.*s", bytes, change->path), errors->arena);
    if (node->kind == YAML_SEQUENCE && step->key != NULL) {
        int before = (int)(step->key - 1 - change->path);
        const char *instead = arena_format(errors->arena, "%.*s[0].%s", before, change->path, step->key);
        error_list_add(errors, change->place, place, "found a list, expected an index: write %s",
                       yaml_node_shown_text(instead, errors->arena));
        return;
    }
    if (node->kind == YAML_SEQUENCE) {
        error_list_add(errors, change->place, place, "found a list of %d items, expected an index from [0] to [%d]",
                       node->count, node->count);
        return;
    }
    error_list_add(errors, change->place, place, "found %s, expected a list", yaml_node_shown(node, errors->arena));
}

/* "jobs[0]." in a mapping without quotes: to YAML the bracket begins a list. */
static bool has_bare_path(const char *value) {
    const char *bracket = strchr(value, '[');
    bool in_path = bracket != NULL && bracket > value && isalpha((unsigned char)bracket[-1]);
    return in_path && strchr("'\"", value[strcspn(value, "'\"[")]) == NULL;
}

YamlNode *tree_set(const YamlNode *root, const TreeChange *change, Arena *arena, ErrorList *errors) {
    if (!tree_path_is_valid(change->path)) {
        error_list_add(errors, change->place, NULL,
                       "found the path \"%s\", expected one such as \"jobs[0].plan.micro_batch\"",
                       yaml_node_shown_text(change->path, arena));
        return NULL;
    }
    YamlNode *value = yaml_tree_read_text(change->value, change->place, arena, errors);
    if (value == NULL) {
        if (has_bare_path(change->value)) {
            error_list_add(errors, change->place, NULL,
                           "found a path with brackets, expected it in quotes, as {\"jobs[0].gpus\": [8, 16]}");
        }
        return NULL;
    }
    YamlNode *copy = tree_copy(root, arena);
    YamlNode **slot = &copy;
    const char *path = change->path;
    TreeStep step;
    while (tree_path_next(&path, &step)) {
        YamlNode **next = descend(slot, &step, change->place, arena);
        if (next == NULL) {
            report_no_step(change, &step, path, *slot, errors);
            return NULL;
        }
        slot = next;
    }
    *slot = tree_merge(*slot, value, arena);
    return copy;
}
