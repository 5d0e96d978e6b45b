#include "scenarios/reader/yaml_node.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SHOWN_BYTES = 60 };

YamlPair *yaml_node_pair(const YamlNode *mapping, const char *key) {
    if (mapping == NULL || mapping->kind != YAML_MAPPING) {
        return NULL;
    }
    for (int i = 0; i < mapping->count; i++) {
        if (strcmp(mapping->pairs[i].key, key) == 0) {
            return &mapping->pairs[i];
        }
    }
    return NULL;
}

bool yaml_node_is_null(const YamlNode *node) {
    if (node->kind != YAML_SCALAR || node->quoted) {
        return false;
    }
    return node->text[0] == '\0' || strcmp(node->text, "~") == 0 || strcmp(node->text, "null") == 0;
}

void yaml_node_mark_read(YamlNode *node) {
    for (int i = 0; i < node->count; i++) {
        node->pairs[i].read = true;
        yaml_node_mark_read(node->pairs[i].value);
    }
}

const char *yaml_node_shown_text(const char *text, Arena *arena) {
    size_t bytes = strlen(text);
    bool cut = bytes > MOST_SHOWN_BYTES;
    char *shown = arena_format(arena, "%.*s%s", MOST_SHOWN_BYTES, text, cut ? "..." : "");
    for (char *letter = shown; *letter != '\0'; letter++) {
        unsigned char code = (unsigned char)*letter;
        if (code < ' ' || code == 127) {
            *letter = '?';
        }
    }
    return shown;
}

const char *yaml_node_shown(const YamlNode *node, Arena *arena) {
    switch (node->kind) {
    case YAML_SEQUENCE:
        return "a list";
    case YAML_MAPPING:
        return "a mapping";
    case YAML_SCALAR:
        break;
    }
    if (yaml_node_is_null(node)) {
        return "nothing";
    }
    const char *shown = yaml_node_shown_text(node->text, arena);
    return node->quoted ? arena_format(arena, "\"%s\"", shown) : shown;
}

static void write_quoted(const char *text, FILE *out) {
    fputc('"', out);
    for (; *text != '\0'; text++) {
        unsigned char code = (unsigned char)*text;
        if (code == '"' || code == '\\') {
            fprintf(out, "\\%c", code);
        } else if (code < ' ' || code == 127) {
            fprintf(out, "\\x%02x", code);
        } else {
            fputc(code, out);
        }
    }
    fputc('"', out);
}

/* A plain scalar of other letters than these is no number, so quotes do not change it. */
static bool stays_plain(const char *text) {
    const char *word = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    const char *plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+-";
    return text[strspn(text, plain)] == '\0' && strpbrk(text, word) != NULL;
}

static void write_scalar(const YamlNode *node, FILE *out) {
    if (yaml_node_is_null(node))
        fputs("null", out);
    else if (!node->quoted && stays_plain(node->text))
        fputs(node->text, out);
    else
        write_quoted(node->text, out);
}

static void write_node(const YamlNode *node, FILE *out) {
    if (node->kind == YAML_SCALAR) {
        write_scalar(node, out);
        return;
    }
    bool mapping = node->kind == YAML_MAPPING;
    fputc(mapping ? '{' : '[', out);
    for (int i = 0; i < node->count; i++) {
        fputs(i > 0 ? ", " : "", out);
        if (mapping) {
            write_quoted(node->pairs[i].key, out);
            fputs(": ", out);
        }
        write_node(node->pairs[i].value, out);
    }
    fputc(mapping ? '}' : ']', out);
}

const char *yaml_node_text(const YamlNode *node, Arena *arena) {
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    if (out == NULL) {
        fatal("out of memory: a YAML text");
    }
    write_node(node, out);
    if (fclose(out) != 0) {
        fatal("out of memory: a YAML text");
    }
    const char *kept = arena_text(arena, text);
    free(text);
    return kept;
}
