#include "sim/commands/list_hardware.h"

#include <string.h>

#include "scenarios/reader/yaml_node.h"

static YamlNode *entry_of(const Catalogue *catalogue, const char *kind, const char *name, Arena *arena) {
    ErrorList unread;
    error_list_init(&unread, arena);
    CatalogueQuery query = {.kind = kind, .folder = "hardware", .name = name, .path = ""};
    return catalogue_load(catalogue, &query, arena, &unread);
}

/* The text at `key`, or at `key` of the mapping `within`; NULL when there is none. */
static const char *text_at(const YamlNode *entry, const char *within, const char *key) {
    const YamlPair *pair = NULL;
    if (entry != NULL && within != NULL) {
        pair = yaml_node_pair(entry, within);
        entry = pair != NULL ? pair->value : NULL;
    }
    pair = entry != NULL ? yaml_node_pair(entry, key) : NULL;
    return pair != NULL ? pair->value->text : NULL;
}

static const char *or_dash(const char *text) {
    return text != NULL ? text : "-";
}

void list_hardware_gpus(ListItems *list, const Catalogue *catalogue) {
    static const char *const TITLES[LIST_FACTS] = {"memory", "bandwidth", "16-bit peak"};
    list->titles = TITLES;
    list->footnote =
        "Peaks are dense. Kernels: by whose constants time is computed; \"How sure\" of a run and `validate` "
        "show what taking them over costs.";
    for (int i = 0; i < list->count; i++) {
        ListItem *item = &list->items[i];
        const YamlNode *gpu = entry_of(catalogue, "gpu", item->name, list->arena);
        const char *bf16 = text_at(gpu, "peak", "bf16");
        item->facts[0] = or_dash(text_at(gpu, NULL, "hbm_capacity"));
        item->facts[1] = or_dash(text_at(gpu, NULL, "hbm_bandwidth"));
        item->facts[2] = or_dash(bf16 != NULL ? bf16 : text_at(gpu, "peak", "fp16"));
    }
}

/* One GPU has no other to talk to. */
static const char *link_between(const YamlNode *node, const char *gpus, Arena *arena) {
    const char *nvlink = text_at(node, "nvlink", "bandwidth"), *pcie = text_at(node, "pcie", "bandwidth");
    if (gpus != NULL && strcmp(gpus, "1") == 0)
        return "-";
    return nvlink != NULL ? nvlink : pcie != NULL ? arena_format(arena, "%s PCIe", pcie) : "-";
}

void list_hardware_nodes(ListItems *list, const Catalogue *catalogue) {
    static const char *const TITLES[LIST_FACTS] = {"GPUs", "between them", "NICs"};
    list->titles = TITLES;
    list->footnote = "Links are per GPU and direction: NVLink, xGMI, or PCIe where it says so.";
    for (int i = 0; i < list->count; i++) {
        ListItem *item = &list->items[i];
        const YamlNode *node = entry_of(catalogue, "node", item->name, list->arena);
        const char *gpus = text_at(node, NULL, "gpus"), *nic = text_at(node, "nic", "bandwidth");
        item->facts[0] = arena_format(list->arena, "%s %s", or_dash(gpus), or_dash(text_at(node, NULL, "gpu")));
        item->facts[1] = link_between(node, gpus, list->arena);
        item->facts[2] = arena_format(list->arena, "%s x %s", or_dash(text_at(node, NULL, "nics")), or_dash(nic));
    }
}
