#include "scenarios/reader/schema_home.h"

#include <string.h>

#include "scenarios/reader/schema_tables.h"

enum { MOST_HOMES = 3 };

/* A table of the same name, or the other form of it. */
static bool stands_for(const SchemaTable *home, const SchemaTable *table) {
    return strcmp(home->name, table->name) == 0 || home->other == table || table->other == home;
}

const char *schema_home_names(const SchemaTable *root, const SchemaTable *table, const char *key, Arena *arena) {
    SchemaTables tables = schema_tables_below(root);
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
