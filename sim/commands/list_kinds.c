#include "sim/commands/list_kinds.h"

#include <string.h>

#include "models/communication/collective.h"
#include "models/hardware/gpu.h"
#include "models/plan/pipeline.h"
#include "models/spec.h"
#include "plots/format.h"
#include "sim/commands/command.h"
#include "sim/commands/list_hardware.h"
#include "sim/commands/places.h"

static void add(ListItems *list, const char *name, const char *summary, const char *source) {
    if (list->count == list->capacity) {
        int capacity = list->capacity > 0 ? 2 * list->capacity : 32;
        ListItem *items = ARENA_ARRAY(list->arena, capacity, ListItem);
        for (int i = 0; i < list->count; i++)
            items[i] = list->items[i];
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = (ListItem){.name = name, .summary = summary, .source = source};
}

static const char *folders_text(const Catalogue *catalogue, const char *folder, Arena *arena) {
    const char *text = "";
    for (int i = 0; i < catalogue->root_count; i++)
        text = arena_format(arena, "%s%s%s/%s", text, i > 0 ? ", " : "", catalogue->roots[i], folder);
    return text;
}

static void collect_entries(ListItems *list, const char *folder, const char *kind) {
    Catalogue catalogue = places_catalogue(list->arena);
    int count = 0;
    const CatalogueEntry *entries = catalogue_list(&catalogue, folder, kind, list->arena, &count);
    for (int i = 0; i < count; i++)
        add(list, entries[i].name, entries[i].summary, entries[i].file);
    if (count == 0)
        list->searched = folders_text(&catalogue, folder, list->arena);
}

static void collect_gpus(ListItems *list) {
    collect_entries(list, "hardware", "gpu");
    Catalogue catalogue = places_catalogue(list->arena);
    list_hardware_gpus(list, &catalogue);
}

static void collect_nodes(ListItems *list) {
    collect_entries(list, "hardware", "node");
    Catalogue catalogue = places_catalogue(list->arena);
    list_hardware_nodes(list, &catalogue);
}

static void collect_models(ListItems *list) {
    collect_entries(list, "workloads", "model");
}

static void collect_scenarios(ListItems *list) {
    collect_entries(list, "", "jobs");
}

static void collect_schedules(ListItems *list) {
    add(list, "auto", "the default: interleaved_1f1b when virtual_stages > 1, else 1f1b", "");
    for (size_t i = 0; pipeline_at(i) != NULL; i++)
        add(list, pipeline_at(i)->name, pipeline_at(i)->summary, pipeline_at(i)->source);
}

static void collect_collectives(ListItems *list) {
    add(list, "auto", "the default: the cheapest for the group and size of each operation", "");
    for (size_t i = 0; collective_at(i) != NULL; i++)
        add(list, collective_at(i)->name, collective_at(i)->summary, collective_at(i)->source);
}

static void collect_topologies(ListItems *list) {
    for (size_t i = 0; topology_at(i) != NULL; i++)
        add(list, topology_at(i)->name, topology_at(i)->summary, topology_at(i)->source);
}

static void collect_placements(ListItems *list) {
    add(list, placement_name(PLACEMENT_PACKED), "fill a leaf before the next", "");
    add(list, placement_name(PLACEMENT_SPREAD), "deal nodes out over the leaves in turn", "");
    add(list, placement_name(PLACEMENT_RANDOM), "any free nodes, by the seed and the job's name", "");
}

static void collect_fidelities(ListItems *list) {
    add(list, fidelity_name(FIDELITY_FOLDED), "simulate one representative per class of equal ranks", "");
    add(list, fidelity_name(FIDELITY_UNFOLDED), "simulate every rank by itself", "");
}

static void collect_recomputation(ListItems *list) {
    add(list, recompute_name(RECOMPUTE_NONE), "keep every activation for the backward pass", "");
    add(list, recompute_name(RECOMPUTE_SELECTIVE), "recompute the inside of attention only", "Korthikanti et al. 2022");
    add(list, recompute_name(RECOMPUTE_BY_OPERATOR), "recompute all but attention and every second product",
        "torchtitan");
    add(list, recompute_name(RECOMPUTE_FULL), "recompute every layer from its input", "Chen et al. 2016");
}

static void collect_precisions(ListItems *list) {
    for (int i = 0; i < PRECISION_COUNT; i++) {
        const char *summary = arena_format(list->arena, "%g bytes an element", precision_bytes((Precision)i));
        add(list, precision_name((Precision)i), summary, "");
    }
}

static void collect_formats(ListItems *list) {
    for (size_t i = 0; format_at(i) != NULL; i++)
        add(list, format_at(i)->name, format_at(i)->summary, "");
}

static void collect_commands(ListItems *list) {
    for (size_t i = 0; command_at(i) != NULL; i++)
        add(list, command_at(i)->name, command_at(i)->summary, "");
}

static const ListKind KINDS[] = {
    {"scenarios", "ready to run", collect_scenarios},
    {"gpus", "for a node's `gpu`", collect_gpus},
    {"nodes", "for `cluster.node`", collect_nodes},
    {"models", "for a job's `model`", collect_models},
    {"schedules", "for `plan.schedule`: the order of passes in a pipeline", collect_schedules},
    {"collectives", "for `plan.collective`: how a group of GPUs exchanges", collect_collectives},
    {"topologies", "for `cluster.fabric.topology`: how the switches are joined", collect_topologies},
    {"recomputations", "for `plan.recompute`: what the backward pass computes again", collect_recomputation},
    {"precisions", "for `plan.precision`", collect_precisions},
    {"placements", "for a job's `placement`: where its nodes are", collect_placements},
    {"fidelities", "for `fidelity`: what is folded", collect_fidelities},
    {"routes", "of a scenario's fabric: routes SCENARIO --from GPU --to GPU", NULL},
    {"formats", "for `run --format`", collect_formats},
    {"commands", "of this program", collect_commands},
};

const ListKind *list_kind_at(size_t index) {
    return index < sizeof KINDS / sizeof *KINDS ? &KINDS[index] : NULL;
}

const ListKind *list_kind_find(const char *name) {
    for (size_t i = 0; list_kind_at(i) != NULL; i++)
        if (strcmp(list_kind_at(i)->name, name) == 0)
            return list_kind_at(i);
    return NULL;
}
