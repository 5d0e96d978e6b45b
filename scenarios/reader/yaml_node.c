#include "scenarios/reader/yaml_node.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/utf8.h"

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

/* Bytes of the longest start of the text that is shown and ends no character in its middle. */
static size_t shown_bytes(const char *text) {
    size_t bytes = strlen(text);
    if (bytes <= MOST_SHOWN_BYTES) {
        return bytes;
    }
    bytes = MOST_SHOWN_BYTES;
    while (bytes > MOST_SHOWN_BYTES - UTF8_MOST_BYTES && ((unsigned char)text[bytes] & 0xC0) == 0x80) {
        bytes--;
    }
    return bytes;
}

const char *yaml_node_shown_text(const char *text, Arena *arena) {
    size_t most = shown_bytes(text);
    char *shown = arena_format(arena, "%.*s%s", (int)most, text, text[most] != '\0' ? "..." : "");
    for (char *letter = shown; *letter != '\0';) {
        unsigned char code = (unsigned char)*letter;
        size_t bytes = utf8_character_bytes(letter, UTF8_MOST_BYTES);
        if (code < ' ' || code == 127 || bytes == 0) {
            *letter = '?';
        }
        letter += bytes > 0 ? bytes : 1;
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
