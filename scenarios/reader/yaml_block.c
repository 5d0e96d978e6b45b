#include "scenarios/reader/yaml_block.h"

/* Scalars, empty ones and lists of scalars fit behind their key. */
static bool is_one_line(const YamlNode *node) {
    bool flat = node->kind != YAML_MAPPING || node->count == 0;
    for (int i = 0; i < node->count && flat; i++)
        flat = node->pairs[i].value->kind == YAML_SCALAR;
    return flat;
}

/* "plan:", "\"jobs[0].gpus\":", or the dash of an item. */
static const char *lead(const YamlPair *pair, Arena *arena) {
    YamlNode key = {.kind = YAML_SCALAR, .text = pair->key};
    return pair->key == NULL ? "-" : arena_format(arena, "%s:", yaml_node_text(&key, arena));
}

/* The first item stands behind the dash of the list around it when it goes on there. */
static void write_items(FILE *out, const YamlNode *node, int depth, bool goes_on, Arena *arena) {
    for (int i = 0; i < node->count; i++) {
        const YamlPair *pair = &node->pairs[i];
        bool is_item = pair->key == NULL, one_line = is_one_line(pair->value);
        fprintf(out, "%*s%s", goes_on && i == 0 ? 0 : 2 * depth, "", lead(pair, arena));
        if (one_line)
            fprintf(out, " %s\n", yaml_node_text(pair->value, arena));
        else
            fputs(is_item ? " " : "\n", out);
        if (!one_line)
            write_items(out, pair->value, depth + 1, is_item, arena);
    }
}

void yaml_block_write(FILE *out, const YamlNode *root) {
    Arena *arena = arena_create();
    write_items(out, root, 0, false, arena);
    arena_destroy(arena);
}
