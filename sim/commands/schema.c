#include <string.h>

#include "plots/text_layout.h"
#include "scenarios/reader/schema.h"
#include "scenarios/reader/schema_json.h"
#include "scenarios/reader/spelling.h"
#include "scenarios/reader/tree_path.h"
#include "sim/commands/command_line.h"
#include "sim/commands/note.h"
#include "sim/commands/schema_page.h"

static void print_row(const SchemaRow *row, const char *path, Arena *arena) {
    printf("%s\n", path);
    text_layout_wrap(stdout, "  ", row->help);
    if (row->type != FIELD_ELSEWHERE) {
        bool has_unit = row->type == FIELD_REAL && quantity_pattern(row->dimension) != NULL;
        const char *unit = has_unit ? arena_format(arena, ", such as \"%s\"", quantity_example(row->dimension)) : "";
        text_layout_wrap(stdout, "  takes ", arena_format(arena, "%s%s", schema_row_expected(row, arena), unit));
    }
    text_layout_wrap(stdout, row->required ? "  required" : "  default: ", row->required ? "" : row->default_text);
    if (row->aliases != NULL)
        text_layout_wrap(stdout, "  also: ", row->aliases);
}

/* The keys below a mapping. */
static void print_table(const SchemaTable *table, Arena *arena) {
    printf("\n");
    schema_page_keys(stdout, table, arena);
    printf("\n`chokepoint schema %s.KEY`: what a key takes, and its default\n", table->name);
}

static int complain(const SchemaTable *table, const char *key, Arena *arena) {
    const char *near = NULL;
    int distance = 0;
    const SchemaRow *row = NULL;
    for (int i = 0; (row = schema_row_at(table, i)) != NULL; i++)
        spelling_consider(key, row->key, &near, &distance);
    fprintf(note_stream(), "schema: found the key \"%s\", expected %s\n", yaml_node_shown_text(key, arena),
            near != NULL ? arena_format(arena, "one of %s (did you mean %s?)", table->name, near)
                         : schema_row_keys(table, arena));
    return EXIT_BAD_INPUT;
}

static const SchemaTable *find_section(const char *name) {
    for (int i = 0; schema_page_section(i) != NULL; i++)
        if (strcmp(schema_page_section(i)->name, name) == 0)
            return schema_page_section(i);
    return NULL;
}

/* The paths that end in `key`, which stands alone; NULL when no section has it. */
static const char *paths_to(const char *key, Arena *arena) {
    const char *paths = NULL;
    for (int i = 0; schema_page_section(i) != NULL; i++)
        if (schema_row_find(schema_page_section(i), key) != NULL)
            paths = arena_format(arena, "%s%s%s.%s", paths != NULL ? paths : "", paths != NULL ? ", " : "",
                                 schema_page_section(i)->name, key);
    return paths;
}

/* Of the first word of a path: what else it may be. */
static int complain_first(const char *word, Arena *arena) {
    const char *paths = paths_to(word, arena);
    if (paths != NULL) {
        fprintf(note_stream(), "schema: found \"%s\", expected with its section: %s\n",
                yaml_node_shown_text(word, arena), paths);
        return EXIT_BAD_INPUT;
    }
    const char *near = NULL;
    const char *all = "";
    int distance = 0;
    for (int i = 0; i < SCHEMA_SCENARIO.row_count; i++) {
        all = arena_format(arena, "%s%s%s", all, i > 0 ? ", " : "", SCHEMA_SCENARIO.rows[i].key);
        spelling_consider(word, SCHEMA_SCENARIO.rows[i].key, &near, &distance);
    }
    for (int i = 0; schema_page_section(i) != NULL; i++) {
        const char *name = schema_page_section(i)->name;
        spelling_consider(word, name, &near, &distance);
        if (schema_row_find(&SCHEMA_SCENARIO, name) == NULL)
            all = arena_format(arena, "%s, %s", all, name);
    }
    fprintf(note_stream(), "schema: found \"%s\", expected a path that begins with one of %s%s\n",
            yaml_node_shown_text(word, arena), all,
            near != NULL ? arena_format(arena, " (did you mean %s?)", near) : "");
    return EXIT_BAD_INPUT;
}

/* Where a path begins: at the name of a section, which is left behind, or at the scenario. */
static const SchemaTable *first_table(const char **rest, Arena *arena) {
    const char *behind = *rest;
    TreeStep step;
    if (!tree_path_next(&behind, &step) || step.key == NULL)
        return &SCHEMA_SCENARIO;
    const char *key = arena_format(arena, "%.*s", (int)step.key_bytes, step.key);
    if (schema_row_find(&SCHEMA_SCENARIO, key) != NULL)
        return &SCHEMA_SCENARIO;
    const SchemaTable *section = find_section(key);
    if (section != NULL)
        *rest = behind;
    return section;
}

/* Where a path leads: a row of a table, whose own table `table` is when it has one. */
typedef struct Place {
    const SchemaTable *table;
    const SchemaRow *row; /* NULL while no key was read */
} Place;

/* One key further; an exit code other than EXIT_OK when there is no such key, which has been told. */
static int follow(Place *place, const char *key, const char *path, Arena *arena) {
    if (place->row != NULL && place->row->table == NULL) {
        fprintf(note_stream(), "schema: found \"%s\", expected no key below %s\n", yaml_node_shown_text(path, arena),
                place->row->key);
        return EXIT_BAD_INPUT;
    }
    const SchemaRow *row = schema_row_find(place->table, key);
    if (row == NULL && place->table->other != NULL)
        row = schema_row_find(place->table->other, key);
    if (row == NULL)
        return complain(place->table, key, arena);
    *place = (Place){row->table != NULL ? row->table : place->table, row};
    return EXIT_OK;
}

static int print_section(const SchemaTable *table, Arena *arena) {
    printf("%s\n", table->name);
    text_layout_wrap(stdout, "  ", table->help);
    print_table(table, arena);
    return EXIT_OK;
}

/* Follows the path through the tables; a list needs no index. */
static int print_path(const char *path, Arena *arena) {
    const char *rest = path;
    Place place = {.table = first_table(&rest, arena)};
    if (place.table == NULL)
        return complain_first(path, arena);
    if (rest != path && *rest == '\0')
        return print_section(place.table, arena);
    TreeStep step;
    while (tree_path_next(&rest, &step)) {
        const char *key = step.key != NULL ? arena_format(arena, "%.*s", (int)step.key_bytes, step.key) : NULL;
        int code = key != NULL ? follow(&place, key, path, arena) : EXIT_OK;
        if (code != EXIT_OK)
            return code;
    }
    if (place.row == NULL || *rest != '\0') {
        fprintf(note_stream(), "schema: found \"%s\", expected a path such as jobs.plan.micro_batch\n",
                yaml_node_shown_text(path, arena));
        return EXIT_BAD_INPUT;
    }
    print_row(place.row, path, arena);
    if (place.row->table != NULL)
        print_table(place.row->table, arena);
    return EXIT_OK;
}

static int run(const CommandLine *line) {
    if (line->word_count > 0)
        return print_path(line->words[0], line->arena);
    if (command_line_value(line, "json") != NULL)
        schema_print_json(stdout);
    else
        schema_page_print(stdout);
    return EXIT_OK;
}

const Command command_schema = {
    .name = "schema",
    .summary = "explain the keys of a scenario: units, ranges, defaults",
    .usage = "[KEY] [options]",
    .details = "KEY is a path such as jobs.plan.recompute, a section of the page such as plan, or plan.recompute.\n",
    .example = "chokepoint schema jobs.plan.recompute",
    .options = {{"json", 0, NULL, "as a JSON Schema, for editors", false}},
    .most_words = 1,
    .run = run,
};
