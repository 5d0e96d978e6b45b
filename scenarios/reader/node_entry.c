#include "scenarios/reader/node_entry.h"

#include "scenarios/reader/fields.h"
#include "scenarios/reader/schema.h"

bool node_entry_read(const Catalogue *catalogue, const char *name, const char *path, NodeSpec *node,
                     ErrorList *errors) {
    int before = errors->count;
    CatalogueQuery query = {.kind = SCHEMA_NODE.name, .folder = SCHEMA_NODE.folder, .name = name, .path = path};
    YamlNode *mapping = catalogue_load(catalogue, &query, errors->arena, errors);
    FieldReader reader = {.arena = errors->arena, .errors = errors, .catalogue = catalogue};
    *node = (NodeSpec){0};
    if (mapping != NULL)
        fields_read(&reader, &SCHEMA_NODE, mapping, "node", node);
    node->name = arena_text(errors->arena, name);
    return errors->count == before;
}
