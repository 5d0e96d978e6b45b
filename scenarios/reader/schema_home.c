#include "scenarios/reader/schema_home.h"

#include <string.h>

enum { MOST_TABLES = 64, MOST_HOMES = 3 };

/* Tables that were seen, in the order in which they hang below the root. */
typedef struct Tables {
    const SchemaTable *items[MOST_TABLES];
    int count;
} Tables;

static void add(Tables *tables, const SchemaTable *table) {
    bool is_new = table != NULL && tables->count < MOST_TABLES;
    for (int i = 0; is_new && i < tables->count; i++)
        is_new = tables->items[i] != table;
    if (is_new)
        tables->items[tables->count++] = table;
}

static Tables tables_below(const SchemaTable *root) {
    Tables tables = {0};
    add(&tables, root);
    for (int i = 0; i < tables.count; i++) {
        const SchemaRow *row = NULL;
        for (int j = 0; (row = schema_row_at(tables.items[i], j)) != NULL; j++)
            add(&tables, row->table);
        add(&tables, tables.items[i]->other);
    }
    return tables;
}

/* A table of the same name, or the other form of it. */
static bool stands_for(const SchemaTable *home, const SchemaTable *table) {
    return strcmp(home->name, table->name) == 0 || home->other == table || table->other == home;
}

const char *schema_home_names(const SchemaTable *root, const SchemaTable *table, const char *key, Arena *arena) {
    Tables tables = tables_below(root);
    const char *names = NULL;
    int count = 0;
    for (int i = 0; i < tables.count; i++) {
        if (schema_row_find(tables.items[i], key) == NULL)
            continue;
        if (stands_for(tables.items[i], table))
            return NULL;
        names = arena_format(arena, "%s%s%s", count > 0 ? names : "", count > 0 ? " or " : "", tables.items[i]->name);
        count++;
    }
    return count <= MOST_HOMES ? names : NULL;
}
