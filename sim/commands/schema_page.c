#include "sim/commands/schema_page.h"

#include "plots/text_layout.h"
#include "scenarios/reader/schema.h"
#include "scenarios/reader/schema_tables.h"

enum { KEY_COLUMNS = 31 };

/* A paragraph beside the key; "" continues what stands above. */
static void print_beside(FILE *out, const char *key, const char *text, Arena *arena) {
    int margin = *key != '\0' ? KEY_COLUMNS : KEY_COLUMNS + 2;
    text_layout_wrap(out, arena_format(arena, "  %-*s", margin, key), text);
}

static void print_row(const SchemaRow *row, Arena *arena, FILE *out) {
    print_beside(out, row->key, row->help, arena);
    if (row->type != FIELD_ELSEWHERE) {
        bool has_unit = row->type == FIELD_REAL && quantity_pattern(row->dimension) != NULL;
        const char *unit = has_unit ? arena_format(arena, ", such as \"%s\"", quantity_example(row->dimension)) : "";
        const char *see = row->table != NULL ? arena_format(arena, ": see %s", row->table->name) : "";
        print_beside(out, "", arena_format(arena, "%s%s%s", schema_row_expected(row, arena), unit, see), arena);
    }
    print_beside(out, "", row->required ? "required" : arena_format(arena, "default: %s", row->default_text), arena);
    if (row->aliases != NULL)
        print_beside(out, "", arena_format(arena, "also: %s", row->aliases), arena);
}

/* "" is a blank line alone. */
static void print_heading(FILE *out, const char *text) {
    fprintf(out, *text != '\0' ? "\n  %s:\n" : "\n", text);
}

static void print_table(const SchemaTable *table, Arena *arena, FILE *out) {
    fprintf(out, "\n%s\n", table->name);
    text_layout_wrap(out, "  ", table->help);
    if (table->folder != NULL)
        text_layout_wrap(out, "  ",
                         arena_format(arena,
                                      "By the name of an entry in scenarios/%s, by the path of a file, or as a mapping "
                                      "of the keys below; {from: NAME, key: value} changes an entry.",
                                      table->folder));
    for (const SchemaTable *part = table; part != NULL; part = part->more) {
        print_heading(out, part == table ? "" : part->help);
        for (int i = 0; i < part->row_count; i++)
            print_row(&part->rows[i], arena, out);
    }
}

void schema_page_keys(FILE *out, const SchemaTable *table, Arena *arena) {
    for (const SchemaTable *part = table; part != NULL; part = part->more) {
        if (part != table)
            print_heading(out, part->help);
        for (int i = 0; i < part->row_count; i++)
            print_beside(out, part->rows[i].key, part->rows[i].help, arena);
    }
}

const SchemaTable *schema_page_section(int index) {
    SchemaTables tables = schema_tables_below(&SCHEMA_SCENARIO);
    return index >= 0 && index < tables.count ? tables.items[index] : NULL;
}

void schema_page_print(FILE *out) {
    Arena *arena = arena_create();
    SchemaTables tables = schema_tables_below(&SCHEMA_SCENARIO);
    fputs("Keys of a scenario. Quantities carry their unit as text; - and _ are the same in a key.\n", out);
    for (int i = 0; i < tables.count; i++)
        print_table(tables.items[i], arena, out);
    arena_destroy(arena);
}
