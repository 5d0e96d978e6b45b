#include "scenarios/reader/fields.h"

#include <stdint.h>
#include <string.h>

#include "scenarios/reader/field_value.h"
#include "scenarios/reader/schema.h"
#include "scenarios/reader/schema_home.h"
#include "scenarios/reader/spelling.h"
#include "scenarios/reader/tree_edit.h"
#include "sim/engine/check.h"

enum { MOST_ERRORS = 1000, MOST_FROM = 8 };

static const char *child_path(const FieldReader *reader, const char *path, const char *key) {
    return path[0] == '\0' ? arena_text(reader->arena, key) : arena_format(reader->arena, "%s.%s", path, key);
}

static void report_unknown(const FieldReader *reader, const SchemaTable *table, const YamlPair *pair,
                           const char *path) {
    const char *shown = yaml_node_shown_text(pair->key, reader->arena);
    const char *nearest = NULL;
    if (strchr(pair->key, ':') != NULL) {
        error_list_add(reader->errors, pair->key_place, child_path(reader, path, shown),
                       "found the key \"%s\", expected a blank behind the colon", shown);
        return;
    }
    int distance = 0;
    const SchemaRow *row = NULL;
    for (int i = 0; (row = schema_row_at(table, i)) != NULL; i++) {
        spelling_consider(pair->key, row->key, &nearest, &distance);
        const char *alias = schema_row_alias(row, 0, reader->arena);
        for (int j = 1; alias != NULL; alias = schema_row_alias(row, j++, reader->arena))
            spelling_consider(pair->key, alias, &nearest, &distance);
    }
    const char *instead = schema_row_instead(table, pair->key);
    const char *homes = schema_home_names(&SCHEMA_SCENARIO, table, pair->key, reader->arena);
    if (instead == NULL && nearest == NULL && homes != NULL)
        instead = arena_format(reader->arena, "it in %s instead of %s", homes, table->name);
    const char *expected = nearest != NULL
                               ? arena_format(reader->arena, "a key of %s (did you mean \"%s\"?)", table->name, nearest)
                               : schema_row_keys(table, reader->arena);
    error_list_add(reader->errors, pair->key_place, child_path(reader, path, shown),
                   "found unknown key \"%s\", expected %s", shown, instead != NULL ? instead : expected);
}

/* Gives every pair to its row; two names of one row are a mistake. */
static void sort_pairs(const FieldReader *reader, const SchemaTable *table, YamlNode *node, const char *path,
                       YamlPair **found) {
    for (int i = 0; i < node->count && reader->errors->count < MOST_ERRORS; i++) {
        YamlPair *pair = &node->pairs[i];
        int row = schema_row_index(table, pair->key);
        pair->read = true;
        if (row < 0) {
            report_unknown(reader, table, pair, path);
        } else if (found[row] != NULL) {
            error_list_add(reader->errors, pair->key_place, child_path(reader, path, pair->key),
                           "found \"%s\" as well as \"%s\", expected one of them", pair->key, found[row]->key);
        } else {
            found[row] = pair;
        }
    }
}

/* The name an entry node goes by: its text or its `from`; NULL when it is all inline or neither. */
static const YamlNode *entry_name(const YamlNode *node) {
    const YamlPair *from = yaml_node_pair(node, "from");
    const YamlNode *name = from != NULL ? from->value : node;
    return name->kind == YAML_SCALAR && !yaml_node_is_null(name) ? name : NULL;
}

static YamlNode *without_from(YamlNode *mapping) {
    YamlPair *from = yaml_node_pair(mapping, "from");
    if (from != NULL) {
        size_t behind = (size_t)(mapping->pairs + mapping->count - from - 1);
        memmove(from, from + 1, behind * sizeof(YamlPair));
        mapping->count--;
    }
    return mapping;
}

/* Replaces names by what the catalogue has for them, until nothing is left but a mapping; NULL after an error. */
static YamlNode *expand_entry(const FieldReader *reader, const SchemaTable *table, YamlNode *node, const char *path) {
    for (int i = 0; i < MOST_FROM; i++) {
        const YamlNode *name = entry_name(node);
        if (name == NULL)
            return node;
        CatalogueQuery query = {
            .kind = table->name, .folder = table->folder, .name = name->text, .path = path, .place = name->place};
        YamlNode *entry = catalogue_load(reader->catalogue, &query, reader->arena, reader->errors);
        if (entry == NULL)
            return NULL;
        yaml_node_mark_read(node);
        YamlNode *above = node->kind == YAML_MAPPING ? without_from(tree_copy(node, reader->arena)) : NULL;
        node = above != NULL ? tree_merge(entry, above, reader->arena) : entry;
    }
    error_list_add(reader->errors, node->place, path,
                   "found more than %d entries that lead to each other by `from`, expected fewer", MOST_FROM);
    return NULL;
}

const SchemaTable *fields_table(const SchemaTable *table, const YamlNode *mapping) {
    bool is_other = table->other != NULL && yaml_node_pair(mapping, table->other_key) != NULL;
    return is_other ? table->other : table;
}

/* A mapping of one table that was laid over one of the other, which has its own file; false when it is none. */
static bool report_mixed(const FieldReader *reader, const SchemaTable *table, const YamlNode *entry, const char *path) {
    const YamlPair *other = table->other != NULL ? yaml_node_pair(entry, table->other_key) : NULL;
    for (int i = 0; other != NULL && i < entry->count; i++) {
        const YamlPair *pair = &entry->pairs[i];
        bool is_first = schema_row_find(table, pair->key) != NULL && schema_row_find(table->other, pair->key) == NULL;
        if (!is_first || strcmp(pair->key_place.file, other->key_place.file) == 0)
            continue;
        error_list_add(reader->errors, other->key_place, child_path(reader, path, table->other_key),
                       "found it beside \"%s\" (%s:%d), expected one or the other; a mapping laid over another joins "
                       "it: --set %s=null before it takes the old one away",
                       pair->key, pair->key_place.file, pair->key_place.line, path);
        return true;
    }
    return false;
}

static void read_entry(const FieldReader *reader, const SchemaRow *row, YamlNode *node, const char *path, void *field) {
    const YamlNode *name = entry_name(node);
    YamlNode *entry = expand_entry(reader, row->table, node, path);
    if (entry == NULL)
        return;
    if (entry->kind != YAML_MAPPING) {
        error_list_add(reader->errors, entry->place, path, "found %s, expected %s",
                       yaml_node_shown(entry, reader->arena), schema_row_expected(row, reader->arena));
        return;
    }
    if (report_mixed(reader, row->table, entry, path))
        return;
    const char *text = name == NULL ? arena_format(reader->arena, "own %s", row->table->name) : name->text;
    if (name != NULL && name != node)
        text = arena_format(reader->arena, "%s, changed", text);
    *(const char **)((char *)field + row->table->name_offset) = text;
    fields_read(reader, fields_table(row->table, entry), entry, path, field);
}

static void read_list(const FieldReader *reader, const SchemaRow *row, YamlNode *node, const char *path, void *object) {
    if (node->kind != YAML_SEQUENCE) {
        error_list_add(reader->errors, node->place, path, "found %s, expected a list of mappings",
                       yaml_node_shown(node, reader->arena));
        return;
    }
    size_t bytes = row->table->bytes;
    char *items = arena_array(reader->arena, (size_t)node->count, bytes);
    for (int i = 0; i < node->count; i++) {
        node->pairs[i].read = true;
        fields_read(reader, row->table, node->pairs[i].value, arena_format(reader->arena, "%s[%d]", path, i),
                    items + (size_t)i * bytes);
    }
    *(void **)((char *)object + row->offset) = items;
    *(int64_t *)((char *)object + row->count_offset) = node->count;
}

static void read_counts(const FieldReader *reader, const SchemaRow *row, YamlNode *node, const char *path,
                        void *object) {
    SchemaRow item = *row;
    item.type = FIELD_INT64;
    if (node->kind != YAML_SEQUENCE) {
        error_list_add(reader->errors, node->place, path, "found %s, expected %s", yaml_node_shown(node, reader->arena),
                       schema_row_expected(row, reader->arena));
        return;
    }
    int64_t *items = ARENA_ARRAY(reader->arena, node->count, int64_t);
    for (int i = 0; i < node->count; i++) {
        node->pairs[i].read = true;
        field_value_read(&item, node->pairs[i].value, arena_format(reader->arena, "%s[%d]", path, i), reader->errors,
                         &items[i]);
    }
    *(const int64_t **)((char *)object + row->offset) = items;
    *(int64_t *)((char *)object + row->count_offset) = node->count;
}

static void read_row(const FieldReader *reader, const SchemaRow *row, const YamlPair *pair, const char *path,
                     void *object) {
    void *field = (char *)object + row->offset;
    switch (row->type) {
    case FIELD_OBJECT:
        fields_read(reader, row->table, pair->value, path, field);
        break;
    case FIELD_LIST:
        read_list(reader, row, pair->value, path, object);
        break;
    case FIELD_COUNTS:
        read_counts(reader, row, pair->value, path, object);
        break;
    case FIELD_ENTRY:
        read_entry(reader, row, pair->value, path, field);
        break;
    case FIELD_ELSEWHERE:
        break;
    default:
        field_value_read(row, pair->value, path, reader->errors, field);
    }
}

/* " with name, count": the keys of a mapping, where they are few. */
static const char *key_words(const SchemaTable *table, Arena *arena) {
    enum { FEW = 8 };
    const char *words = "";
    int count = schema_row_count(table);
    for (int i = 0; i < count && count <= FEW; i++)
        words = arena_format(arena, "%s%s%s", words, i > 0 ? ", " : " with ", schema_row_at(table, i)->key);
    return words;
}

/* Of the first missing key of an own entry: an entry of the catalogue has them all. */
static const char *from_words(const SchemaTable *table, bool is_first) {
    return is_first && table->folder != NULL ? "; `from: NAME` takes what is not said from that entry of the catalogue"
                                             : "";
}

void fields_read(const FieldReader *reader, const SchemaTable *table, YamlNode *node, const char *path, void *object) {
    YamlPair *found[SCHEMA_MOST_ROWS] = {NULL};
    CHECK(schema_row_count(table) <= SCHEMA_MOST_ROWS);
    if (table->fill != NULL)
        table->fill(object);
    if (node->kind != YAML_MAPPING && !(yaml_node_is_null(node) && path[0] != '\0')) {
        error_list_add(reader->errors, node->place, path, "found %s, expected a mapping%s",
                       yaml_node_shown(node, reader->arena), key_words(table, reader->arena));
        return;
    }
    sort_pairs(reader, table, node, path, found);
    bool is_first = true;
    const SchemaRow *row = NULL;
    for (int i = 0; (row = schema_row_at(table, i)) != NULL && reader->errors->count < MOST_ERRORS; i++) {
        const char *row_path = child_path(reader, path, row->key);
        if (found[i] != NULL)
            read_row(reader, row, found[i], row_path, object);
        else if (row->required) {
            error_list_add(reader->errors, node->place, row_path, "found no key \"%s\", expected %s (%s)%s", row->key,
                           schema_row_expected(row, reader->arena), row->help, from_words(table, is_first));
            is_first = false;
        }
    }
}

static void report_unread(const YamlNode *node, const char *path, ErrorList *errors) {
    for (int i = 0; i < node->count; i++) {
        const YamlPair *pair = &node->pairs[i];
        const char *below = pair->key == NULL ? arena_format(errors->arena, "%s[%d]", path, i)
                                              : arena_format(errors->arena, "%s%s%s", path, path[0] != '\0' ? "." : "",
                                                             yaml_node_shown_text(pair->key, errors->arena));
        if (pair->read)
            report_unread(pair->value, below, errors);
        else
            error_list_add(errors, pair->key_place, below,
                           "found a key that nothing reads, expected it to be left out");
    }
}

void fields_report_unread(const YamlNode *root, ErrorList *errors) {
    report_unread(root, "", errors);
}
