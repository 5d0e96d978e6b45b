#include "scenarios/reader/schema_row.h"

#include <string.h>

/* Megatron writes its arguments with - on the command line and with _ in its code. */
static bool is_same_key(const char *key, const char *name, size_t name_bytes) {
    size_t i = 0;
    for (; key[i] != '\0' && i < name_bytes; i++) {
        char letter = key[i] == '-' ? '_' : key[i];
        if (letter != name[i])
            return false;
    }
    return key[i] == '\0' && i == name_bytes;
}

static bool is_alias(const SchemaRow *row, const char *key) {
    const char *alias = row->aliases != NULL ? row->aliases : "";
    while (*alias != '\0') {
        size_t bytes = strcspn(alias, " ");
        if (is_same_key(key, alias, bytes))
            return true;
        alias += bytes + strspn(alias + bytes, " ");
    }
    return false;
}

const SchemaRow *schema_row_at(const SchemaTable *table, int index) {
    while (table != NULL && index >= table->row_count) {
        index -= table->row_count;
        table = table->more;
    }
    return table != NULL ? &table->rows[index] : NULL;
}

int schema_row_count(const SchemaTable *table) {
    int count = 0;
    for (; table != NULL; table = table->more)
        count += table->row_count;
    return count;
}

int schema_row_index(const SchemaTable *table, const char *key) {
    const SchemaRow *row = NULL;
    for (int i = 0; (row = schema_row_at(table, i)) != NULL; i++)
        if (is_same_key(key, row->key, strlen(row->key)) || is_alias(row, key))
            return i;
    return -1;
}

const SchemaRow *schema_row_find(const SchemaTable *table, const char *key) {
    int index = schema_row_index(table, key);
    return index >= 0 ? schema_row_at(table, index) : NULL;
}

const char *schema_row_instead(const SchemaTable *table, const char *key) {
    for (const SchemaForeign *foreign = table->foreign; foreign != NULL && foreign->key != NULL; foreign++)
        if (is_same_key(key, foreign->key, strlen(foreign->key)))
            return foreign->instead;
    return NULL;
}

const char *schema_row_alias(const SchemaRow *row, int index, Arena *arena) {
    const char *alias = row->aliases != NULL ? row->aliases : "";
    for (; *alias != '\0' && index > 0; index--) {
        alias += strcspn(alias, " ");
        alias += strspn(alias, " ");
    }
    return *alias != '\0' ? arena_format(arena, "%.*s", (int)strcspn(alias, " "), alias) : NULL;
}

const char *schema_row_keys(const SchemaTable *table, Arena *arena) {
    enum { FEW = 32 };
    int count = schema_row_count(table);
    const char *keys = "one of";
    if (count > FEW)
        return arena_format(arena, "one of the %d keys of %s, which `chokepoint schema %s` lists", count, table->name,
                            table->name);
    for (int i = 0; i < count; i++)
        keys = arena_format(arena, "%s%s %s", keys, i > 0 ? "," : "", schema_row_at(table, i)->key);
    return keys;
}

static const char *expected_word(const SchemaRow *row, Arena *arena) {
    const char *words = "one of";
    for (int i = 0; row->menu != NULL && row->menu(i) != NULL; i++)
        words = arena_format(arena, "%s%s %s", words, i > 0 ? "," : "", row->menu(i));
    return words;
}

static const char *expected_number(const SchemaRow *row, Arena *arena) {
    bool whole = row->type != FIELD_REAL;
    Dimension dimension = whole ? DIMENSION_COUNT : row->dimension;
    const char *name = whole ? "whole number" : quantity_name(dimension);
    const char *least = quantity_text(row->min, dimension, arena);
    const char *most = quantity_text(row->max, dimension, arena);
    if (whole) {
        least = arena_format(arena, "%.0f", row->min);
        most = arena_format(arena, "%.0f", row->max);
    }
    return row->above_min ? arena_format(arena, "a %s above %s, up to %s", name, least, most)
                          : arena_format(arena, "a %s from %s to %s", name, least, most);
}

const char *schema_row_expected(const SchemaRow *row, Arena *arena) {
    switch (row->type) {
    case FIELD_INT:
    case FIELD_INT64:
    case FIELD_REAL:
        return expected_number(row, arena);
    case FIELD_BOOL:
        return "true or false";
    case FIELD_TEXT:
        return "a text";
    case FIELD_CHOICE:
    case FIELD_WORD:
    case FIELD_CONSTANT:
        return expected_word(row, arena);
    case FIELD_OBJECT:
        return "a mapping";
    case FIELD_LIST:
        return "a list of mappings";
    case FIELD_COUNTS:
        return arena_format(arena, "a list, each %s", expected_number(row, arena));
    case FIELD_ENTRY:
        return arena_format(arena, "a %s of the catalogue or a mapping", row->table->name);
    case FIELD_ELSEWHERE:
        break;
    }
    return row->help;
}
