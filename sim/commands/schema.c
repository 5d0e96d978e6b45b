#include <string.h>

#include "scenarios/reader/schema.h"
#include "scenarios/reader/schema_json.h"
#include "scenarios/reader/schema_page.h"
#include "scenarios/reader/spelling.h"
#include "scenarios/reader/tree_path.h"
#include "sim/commands/command_line.h"

static void print_row(const SchemaRow *row, const char *path, Arena *arena) {
    printf("%s\n  %s\n", path, row->help);
    if (row->type != FIELD_ELSEWHERE)
        printf("  takes %s", schema_row_expected(row, arena));
    if (row->type == FIELD_REAL && quantity_pattern(row->dimension) != NULL)
        printf(", such as \"%s\"", quantity_example(row->dimension));
    if (row->type != FIELD_ELSEWHERE)
        printf("\n");
    printf("  %s%s\n", row->required ? "required" : "default: ", row->required ? "" : row->default_text);
    if (row->aliases != NULL)
        printf("  also: %s\n", row->aliases);
}

/* The keys below a mapping. */
static void print_table(const SchemaTable *table) {
    printf("\n");
    for (int i = 0; i < table->row_count; i++)
        printf("  %-30s %s\n", table->rows[i].key, table->rows[i].help);
}

static int complain(const SchemaTable *table, const char *key, Arena *arena) {
    const char *near = NULL;
    int distance = 0;
    for (int i = 0; i < table->row_count; i++)
        spelling_consider(key, table->rows[i].key, &near, &distance);
    fprintf(stderr, "schema: found the key \"%s\", expected one of %s%s\n", yaml_node_shown_text(key, arena),
            table->name, near != NULL ? arena_format(arena, " (did you mean %s?)", near) : "");
    return EXIT_BAD_INPUT;
}

/* Follows the path through the tables; a list needs no index. */
static int print_path(const char *path, Arena *arena) {
    const SchemaTable *table = &SCHEMA_SCENARIO;
    const SchemaRow *row = NULL;
    const char *rest = path;
    TreeStep step;
    while (tree_path_next(&rest, &step)) {
        if (step.key == NULL)
            continue;
        const char *key = arena_format(arena, "%.*s", (int)step.key_bytes, step.key);
        if (row != NULL && row->table == NULL) {
            fprintf(stderr, "schema: found \"%s\", expected no key below %s\n", yaml_node_shown_text(path, arena),
                    row->key);
            return EXIT_BAD_INPUT;
        }
        row = schema_row_find(table, key);
        if (row == NULL)
            return complain(table, key, arena);
        table = row->table != NULL ? row->table : table;
    }
    if (row == NULL || *rest != '\0') {
        fprintf(stderr, "schema: found \"%s\", expected a path such as jobs.plan.micro_batch\n",
                yaml_node_shown_text(path, arena));
        return EXIT_BAD_INPUT;
    }
    print_row(row, path, arena);
    if (row->table != NULL)
        print_table(row->table);
    return EXIT_OK;
}

static int run(const CommandLine *line) {
    if (line->word_count > 0)
        return print_path(line->words[0], line->arena);
    if (command_line_value(line, "json") != NULL)
        schema_print_json(stdout);
    else
        schema_print_page(stdout);
    return EXIT_OK;
}

const Command command_schema = {
    .name = "schema",
    .summary = "explain the keys of a scenario: units, ranges, defaults",
    .usage = "[KEY] [options]",
    .example = "chokepoint schema jobs.plan.recompute",
    .options = {{"json", 0, NULL, "as a JSON Schema, for editors", false}},
    .most_words = 1,
    .run = run,
};
