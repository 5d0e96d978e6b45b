#include "scenarios/reader/yaml_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <yaml.h>

#define TOO_DEEP "found more than 64 levels, expected fewer"

/* One text on its way from libyaml's document into the tree. */
typedef struct Conversion {
    yaml_document_t document;
    Arena *arena;
    ErrorList *errors;
    ErrorPlace place; /* of the text */
    int nodes;
    int first_error;
    bool stopped; /* a limit was reached: one error is enough */
    int open[YAML_MOST_LEVELS];
    int level;
} Conversion;

static ErrorPlace place_of(const Conversion *work, yaml_mark_t mark) {
    ErrorPlace place = work->place;
    if (place.line > 0) {
        place.column = (int)mark.column + (mark.line == 0 ? place.column : 1);
        place.line += (int)mark.line;
    }
    return place;
}

static YamlNode *convert(Conversion *work, int index);

static void *stop(Conversion *work, yaml_mark_t mark, const char *message) {
    if (!work->stopped) {
        error_list_add(work->errors, place_of(work, mark), NULL, "%s", message);
    }
    work->stopped = true;
    return NULL;
}

static YamlNode *convert_scalar(Conversion *work, const yaml_node_t *node, YamlNode *made) {
    const char *text = (const char *)node->data.scalar.value;
    if (strlen(text) != node->data.scalar.length) {
        return stop(work, node->start_mark, "found a NUL character, expected text");
    }
    made->kind = YAML_SCALAR;
    made->text = arena_text(work->arena, text);
    made->quoted = node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return made;
}

static YamlNode *convert_sequence(Conversion *work, const yaml_node_t *node, YamlNode *made) {
    made->kind = YAML_SEQUENCE;
    int count = (int)(node->data.sequence.items.top - node->data.sequence.items.start);
    made->pairs = ARENA_ARRAY(work->arena, count, YamlPair);
    for (int i = 0; i < count && !work->stopped; i++) {
        YamlNode *item = convert(work, node->data.sequence.items.start[i]);
        if (item != NULL) {
            made->pairs[made->count++] = (YamlPair){.key_place = item->place, .value = item};
        }
    }
    return made;
}

static int compare_keys(const void *one, const void *other) {
    const YamlPair *first = *(const YamlPair *const *)one;
    const YamlPair *second = *(const YamlPair *const *)other;
    int order = strcmp(first->key, second->key);
    return order != 0 ? order : (first > second) - (first < second);
}

static void report_duplicate(Conversion *work, const YamlPair *first, const YamlPair *again) {
    if (work->errors->count - work->first_error < YAML_MOST_ERRORS) {
        error_list_add(work->errors, again->key_place, NULL,
                       "found the key \"%s\" again, expected it once (first: line %d)",
                       yaml_node_shown_text(first->key, work->arena), first->key_place.line);
    }
}

/* Sorted, so that a mapping of many keys takes no quadratic time. Only the first of equal keys stays. */
static void drop_duplicates(Conversion *work, YamlNode *mapping) {
    YamlPair **sorted = ARENA_ARRAY(work->arena, mapping->count, YamlPair *);
    for (int i = 0; i < mapping->count; i++) {
        sorted[i] = &mapping->pairs[i];
    }
    qsort(sorted, (size_t)mapping->count, sizeof sorted[0], compare_keys);
    YamlPair *first = mapping->count > 0 ? sorted[0] : NULL;
    for (int i = 1; i < mapping->count; i++) {
        if (strcmp(first->key, sorted[i]->key) != 0) {
            first = sorted[i];
            continue;
        }
        sorted[i]->value = NULL;
        report_duplicate(work, first, sorted[i]);
    }
    int kept = 0;
    for (int i = 0; i < mapping->count; i++) {
        if (mapping->pairs[i].value != NULL) {
            mapping->pairs[kept++] = mapping->pairs[i];
        }
    }
    mapping->count = kept;
}
static const char *convert_key(Conversion *work, int index) {
    const yaml_node_t *key = yaml_document_get_node(&work->document, index);
    if (key->type != YAML_SCALAR_NODE) {
        return stop(work, key->start_mark, "found a list or a mapping as a key, expected a name");
    }
    YamlNode made = {0};
    return convert_scalar(work, key, &made) != NULL ? made.text : NULL;
}

static YamlNode *convert_mapping(Conversion *work, const yaml_node_t *node, YamlNode *made) {
    made->kind = YAML_MAPPING;
    int count = (int)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
    if (count > YAML_MOST_KEYS) {
        return stop(work, node->start_mark, "found a mapping of more than 1000 keys, expected fewer");
    }
    made->pairs = ARENA_ARRAY(work->arena, count, YamlPair);
    for (int i = 0; i < count && !work->stopped; i++) {
        const yaml_node_pair_t *pair = &node->data.mapping.pairs.start[i];
        const char *key = convert_key(work, pair->key);
        YamlNode *value = key != NULL ? convert(work, pair->value) : NULL;
        if (value != NULL) {
            ErrorPlace place = place_of(work, yaml_document_get_node(&work->document, pair->key)->start_mark);
            made->pairs[made->count++] = (YamlPair){.key = key, .key_place = place, .value = value};
        }
    }
    drop_duplicates(work, made);
    return made;
}

static bool is_open(const Conversion *work, int index) {
    for (int i = 0; i < work->level; i++) {
        if (work->open[i] == index) {
            return true;
        }
    }
    return false;
}

/* Aliases are written out, so a node has one parent; the limits bound what a hostile text can make of that. */
static YamlNode *convert(Conversion *work, int index) {
    const yaml_node_t *node = yaml_document_get_node(&work->document, index);
    if (is_open(work, index)) {
        return stop(work, node->start_mark, "found an alias to a node that contains it, expected a tree");
    }
    if (work->level == YAML_MOST_LEVELS) {
        return stop(work, node->start_mark, TOO_DEEP);
    }
    if (work->nodes++ >= YAML_MOST_NODES) {
        return stop(work, node->start_mark, "found more than 100000 values, expected fewer");
    }
    work->open[work->level++] = index;
    YamlNode *made = ARENA_NEW(work->arena, YamlNode);
    made->place = place_of(work, node->start_mark);
    switch (node->type) {
    case YAML_SEQUENCE_NODE:
        made = convert_sequence(work, node, made);
        break;
    case YAML_MAPPING_NODE:
        made = convert_mapping(work, node, made);
        break;
    default:
        made = convert_scalar(work, node, made);
    }
    work->level--;
    return made;
}

/* What the parser was at and where that began, which is often where the mistake is; "" when it does not say. */
static const char *context_text(const Conversion *work, const yaml_parser_t *parser) {
    ErrorPlace began = place_of(work, parser->context_mark);
    if (parser->context == NULL)
        return "";
    if (began.line == 0)
        return arena_format(work->arena, " (%s)", parser->context);
    return arena_format(work->arena, " (%s that begins at %d:%d)", parser->context, began.line, began.column);
}

static void report_syntax(const Conversion *work, const yaml_parser_t *parser) {
    yaml_mark_t mark = parser->problem_mark;
    const char *problem = parser->problem != NULL ? parser->problem : "text that is no YAML";
    if (parser->error == YAML_READER_ERROR) {
        mark = parser->mark;
        error_list_add(work->errors, place_of(work, mark), NULL,
                       "found bytes that are no text (%s), expected YAML in UTF-8", problem);
        return;
    }
    bool tab = strstr(problem, "cannot start any token") != NULL && parser->buffer.pointer < parser->buffer.last &&
               *parser->buffer.pointer == '\t';
    if (tab)
        error_list_add(work->errors, place_of(work, mark), NULL, "found a tab, expected spaces");
    else
        error_list_add(work->errors, place_of(work, mark), NULL, "found a mistake in the YAML: %s%s", problem,
                       context_text(work, parser));
}

/* Everything after the first document must be nothing. */
static void report_second_document(Conversion *work, yaml_parser_t *parser) {
    yaml_document_t second;
    if (!yaml_parser_load(parser, &second)) {
        report_syntax(work, parser);
        return;
    }
    yaml_node_t *root = yaml_document_get_root_node(&second);
    if (root != NULL) {
        error_list_add(work->errors, place_of(work, root->start_mark), NULL,
                       "found a second document, expected one document per file");
    }
    yaml_document_delete(&second);
}

static void start_parser(yaml_parser_t *parser, const char *text, size_t bytes) {
    if (!yaml_parser_initialize(parser)) {
        fatal("out of memory: a YAML parser");
    }
    yaml_parser_set_input_string(parser, (const unsigned char *)text, bytes);
}

static int level_change(yaml_token_type_t type) {
    switch (type) {
    case YAML_FLOW_SEQUENCE_START_TOKEN:
    case YAML_FLOW_MAPPING_START_TOKEN:
    case YAML_BLOCK_SEQUENCE_START_TOKEN:
    case YAML_BLOCK_MAPPING_START_TOKEN:
        return 1;
    case YAML_FLOW_SEQUENCE_END_TOKEN:
    case YAML_FLOW_MAPPING_END_TOKEN:
    case YAML_BLOCK_END_TOKEN:
        return -1;
    default:
        return 0;
    }
}

/* libyaml takes quadratic time over open brackets, so tokens are counted before anything is parsed. */
static bool is_shallow(Conversion *work, const char *text, size_t bytes) {
    yaml_parser_t parser;
    yaml_token_t token;
    int level = 0;
    start_parser(&parser, text, bytes);
    for (bool more = true; more && yaml_parser_scan(&parser, &token); yaml_token_delete(&token)) {
        level += level_change(token.type);
        more = token.type != YAML_STREAM_END_TOKEN && level <= YAML_MOST_LEVELS;
        if (level > YAML_MOST_LEVELS)
            stop(work, token.start_mark, TOO_DEEP);
    }
    yaml_parser_delete(&parser);
    return !work->stopped;
}

static YamlNode *load(Conversion *work, const char *text, size_t bytes) {
    yaml_parser_t parser;
    start_parser(&parser, text, bytes);
    YamlNode *root = NULL;
    if (!yaml_parser_load(&parser, &work->document)) {
        report_syntax(work, &parser);
        yaml_parser_delete(&parser);
        return NULL;
    }
    if (yaml_document_get_root_node(&work->document) == NULL) {
        error_list_add(work->errors, work->place, NULL, "found nothing, expected YAML");
    } else {
        root = convert(work, 1);
        report_second_document(work, &parser);
    }
    yaml_document_delete(&work->document);
    yaml_parser_delete(&parser);
    return work->stopped ? NULL : root;
}

static YamlNode *read_bytes(const char *text, size_t bytes, ErrorPlace place, Arena *arena, ErrorList *errors) {
    Conversion work = {.arena = arena, .errors = errors, .place = place, .first_error = errors->count};
    if (bytes > YAML_MOST_BYTES) {
        error_list_add(errors, place, NULL, "found more than 4 MiB, expected a smaller text");
        return NULL;
    }
    return is_shallow(&work, text, bytes) ? load(&work, text, bytes) : NULL;
}

YamlNode *yaml_tree_read_text(const char *text, ErrorPlace place, Arena *arena, ErrorList *errors) {
    return read_bytes(text, strlen(text), place, arena, errors);
}

YamlNode *yaml_tree_read_file(const char *path, Arena *arena, ErrorList *errors) {
    ErrorPlace place = {.file = arena_text(arena, path), .line = 1, .column = 1};
    struct stat about;
    FILE *file = stat(path, &about) == 0 && !S_ISDIR(about.st_mode) ? fopen(path, "rb") : NULL;
    if (file == NULL) {
        bool folder = stat(path, &about) == 0 && S_ISDIR(about.st_mode);
        place.line = 0;
        error_list_add(errors, place, NULL, "found %s, expected a file that can be read",
                       folder ? "a folder" : "no such file");
        return NULL;
    }
    char *text = malloc(YAML_MOST_BYTES + 1);
    if (text == NULL) {
        fatal("out of memory: %d bytes", YAML_MOST_BYTES + 1);
    }
    size_t bytes = fread(text, 1, YAML_MOST_BYTES + 1, file);
    bool broken = ferror(file) != 0;
    fclose(file);
    YamlNode *root = NULL;
    if (broken) {
        error_list_add(errors, place, NULL, "found a file that cannot be read to its end, expected YAML");
    } else {
        root = read_bytes(text, bytes, place, arena, errors);
    }
    free(text);
    return root;
}
