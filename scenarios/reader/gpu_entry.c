#include "scenarios/reader/gpu_entry.h"

#include "scenarios/reader/fields.h"
#include "scenarios/reader/schema.h"

bool gpu_entry_read(const Catalogue *catalogue, const char *name, const char *path, GpuSpec *gpu, ErrorList *errors) {
    int before = errors->count;
    CatalogueQuery query = {.kind = SCHEMA_GPU.name, .folder = SCHEMA_GPU.folder, .name = name, .path = path};
    YamlNode *mapping = catalogue_load(catalogue, &query, errors->arena, errors);
    FieldReader reader = {.arena = errors->arena, .errors = errors, .catalogue = catalogue};
    *gpu = (GpuSpec){0};
    if (mapping != NULL)
        fields_read(&reader, &SCHEMA_GPU, mapping, "gpu", gpu);
    gpu->name = arena_text(errors->arena, name);
    return errors->count == before;
}
