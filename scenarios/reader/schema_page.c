#include "scenarios/reader/schema_page.h"

#include <string.h>

#include "scenarios/reader/schema.h"

enum { MOST_TABLES = 32 };

/* Tables in the order they are met; each is printed once. */
typedef struct TableList {
    const SchemaTable *tables[MOST_TABLES];
    int count;
} TableList;

static void collect(TableList *list, const SchemaTable *table) {
    for (int i = 0; i < list->count; i++)
        if (list->tables[i] == table)
            return;
    if (list->count == MOST_TABLES)
        return;
    list->tables[list->count++] = table;
    for (int i = 0; i < table->row_count; i++)
        if (table->rows[i].table != NULL)
            collect(list, table->rows[i].table);
}

static void print_row(const SchemaRow *row, Arena *arena, FILE *out) {
    fprintf(out, "  %-30s %s", row->key, row->help);
    fputs("\n", out);
    if (row->type != FIELD_ELSEWHERE) {
        fprintf(out, "  %-30s   %s", "", schema_row_expected(row, arena));
        if (row->type == FIELD_REAL && quantity_pattern(row->dimension) != NULL)
            fprintf(out, ", such as \"%s\"", quantity_example(row->dimension));
        if (row->table != NULL)
            fprintf(out, ": see %s", row->table->name);
        fputs("\n", out);
    }
    fprintf(out, "  %-30s   %s%s\n", "",
            row->required ? "required" : "default: ", row->required ? "" : row->default_text);
    if (row->aliases != NULL)
        fprintf(out, "  %-30s   also: %s\n", "", row->aliases);
}

static void print_table(const SchemaTable *table, Arena *arena, FILE *out) {
    fprintf(out, "\n%s\n  %s\n", table->name, table->help);
    if (table->folder != NULL)
        fprintf(out,
                "  By the name of an entry in scenarios/%s, by the path of a file, or as a mapping of the keys below;\n"
                "  {from: NAME, key: value} changes an entry.\n",
                table->folder);
    fputs("\n", out);
    for (int i = 0; i < table->row_count; i++)
        print_row(&table->rows[i], arena, out);
}

const SchemaTable *schema_page_section(int index) {
    TableList list = {.count = 0};
    collect(&list, &SCHEMA_SCENARIO);
    return index >= 0 && index < list.count ? list.tables[index] : NULL;
}

void schema_print_page(FILE *out) {
    Arena *arena = arena_create();
    TableList list = {.count = 0};
    collect(&list, &SCHEMA_SCENARIO);
    fputs("Keys of a scenario. Quantities carry their unit as text; - and _ are the same in a key.\n", out);
    for (int i = 0; i < list.count; i++)
        print_table(list.tables[i], arena, out);
    arena_destroy(arena);
}
