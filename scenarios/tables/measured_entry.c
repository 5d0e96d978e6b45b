#include "scenarios/tables/measured_entry.h"

#include "scenarios/reader/fields.h"
#include "scenarios/reader/schema.h"

bool measured_entry_load(MeasuredRow *row, const Catalogue *catalogue, const char *entry, NodeSpec *node) {
    ErrorList errors;
    error_list_init(&errors, row->arena);
    CatalogueQuery query = {.kind = SCHEMA_NODE.name, .folder = SCHEMA_NODE.folder, .name = entry, .path = "gpu"};
    YamlNode *mapping = catalogue_load(catalogue, &query, row->arena, &errors);
    FieldReader reader = {.arena = row->arena, .errors = &errors, .catalogue = catalogue};
    if (mapping != NULL)
        fields_read(&reader, &SCHEMA_NODE, mapping, "node", node);
    if (errors.count > 0)
        measured_row_refuse(row, "gpu: %s", errors.items[0].message);
    node->name = arena_text(row->arena, entry);
    return errors.count == 0;
}
