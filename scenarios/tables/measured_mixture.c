#include "scenarios/tables/measured_mixture.h"

#include "scenarios/reader/fields.h"
#include "scenarios/reader/schema.h"

/* The first row whose words are in the name. */
static const struct {
    const char *words;
    const char *entry;
} MIXTURES[] = {
    {"DeepSeek V2 Lite", "deepseek-v2-lite"},
    {"DeepSeek V2", "deepseek-v2"},
    {"DeepSeek V3", "deepseek-v3"},
    {"DeepSeekV3", "deepseek-v3"},
    {"Llama 4 Maverick", "llama-4-maverick"},
    {"Llama4 Maverick", "llama-4-maverick"},
    {"Llama 4 Scout", "llama-4-scout"},
    {"Llama4 Scout", "llama-4-scout"},
    {"DBRX", "dbrx"},
};

static const char *entry_of(const char *name) {
    for (size_t i = 0; i < sizeof MIXTURES / sizeof *MIXTURES; i++)
        if (measured_row_has_words(name, MIXTURES[i].words))
            return MIXTURES[i].entry;
    return NULL;
}

/* False when the catalogue that is at hand has no such entry. */
static bool load(const MeasuredRow *row, const Catalogue *catalogue, const char *entry, TransformerSpec *model) {
    ErrorList errors;
    error_list_init(&errors, row->arena);
    CatalogueQuery query = {.kind = SCHEMA_MODEL.name, .folder = SCHEMA_MODEL.folder, .name = entry, .path = "model"};
    YamlNode *mapping = catalogue_load(catalogue, &query, row->arena, &errors);
    FieldReader reader = {.arena = row->arena, .errors = &errors, .catalogue = catalogue};
    *model = transformer_default();
    if (mapping != NULL)
        fields_read(&reader, &SCHEMA_MODEL, mapping, "model", model);
    return errors.count == 0;
}

bool measured_mixture_read(MeasuredRow *row, const Catalogue *catalogue, TransformerSpec *model) {
    TransformerSpec found = *model;
    const char *entry = entry_of(model->name);
    if (entry == NULL || !load(row, catalogue, entry, &found))
        return false;
    if (found.hidden != model->hidden || found.layers != model->layers || found.heads != model->heads)
        return false;
    found.name = model->name;
    found.vocab = model->vocab;
    *model = found;
    measured_row_assume(row, "Layers of the catalogue's %s: kv_heads, ffn_hidden and experts are its own.", entry);
    return true;
}
