#include "scenarios/reader/schema_tables.h"

#include "sim/engine/check.h"

static void collect(SchemaTables *tables, const SchemaTable *table) {
    for (int i = 0; i < tables->count; i++)
        if (tables->items[i]->rows == table->rows)
            return;
    CHECK(tables->count < SCHEMA_MOST_TABLES);
    tables->items[tables->count++] = table;
    if (table->other != NULL)
        collect(tables, table->other);
    const SchemaRow *row = NULL;
    for (int i = 0; (row = schema_row_at(table, i)) != NULL; i++)
        if (row->table != NULL)
            collect(tables, row->table);
}

SchemaTables schema_tables_below(const SchemaTable *root) {
    SchemaTables tables = {.count = 0};
    collect(&tables, root);
    return tables;
}
