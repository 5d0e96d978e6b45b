#include "scenarios/reader/scenario.h"

#include <inttypes.h>
#include <string.h>

#include "models/spec_resolve.h"
#include "scenarios/reader/fields.h"
#include "scenarios/reader/graph_reader.h"
#include "scenarios/reader/manifest.h"
#include "scenarios/reader/named_file.h"
#include "scenarios/reader/nccl_node.h"
#include "scenarios/reader/port_counters.h"
#include "scenarios/reader/tree_edit.h"
#include "scenarios/reader/tree_path.h"
#include "scenarios/reader/yaml_tree.h"

enum { MOST_CHECKED_VALUES = 200 };

static YamlNode *read_files(const ScenarioSource *source, Arena *arena, ErrorList *errors) {
    YamlNode *tree = NULL;
    bool complete = source->file_count > 0;
    if (!complete)
        error_list_add(errors, (ErrorPlace){0}, NULL, "found no scenario, expected a file");
    for (int i = 0; i < source->file_count; i++) {
        YamlNode *file = yaml_tree_read_file(source->files[i], arena, errors);
        file = file != NULL ? manifest_scenario(file, arena, errors) : NULL;
        complete = complete && file != NULL;
        if (file != NULL)
            tree = tree != NULL ? tree_merge(tree, file, arena) : file;
    }
    return complete ? tree : NULL;
}

/* `sweep={}` is meant to leave no axis; a merge with nothing would change nothing. */
static bool clears_sweep(const TreeChange *change, Arena *arena) {
    if (strcmp(change->path, "sweep") != 0)
        return false;
    ErrorList ignored;
    error_list_init(&ignored, arena);
    const YamlNode *value = yaml_tree_read_text(change->value, change->place, arena, &ignored);
    return value != NULL && value->kind == YAML_MAPPING && value->count == 0;
}

static bool is_of_sweep(const char *path) {
    size_t bytes = strlen("sweep");
    return strncmp(path, "sweep", bytes) == 0 && strchr(".[", path[bytes]) != NULL;
}

/* The axis over the path that was set goes, since it would hide the value; false when there is none. The tree is a copy
 * of the set. */
static bool drop_axis(YamlNode *tree, const TreeChange *change, ErrorList *notes) {
    YamlPair *sweep = yaml_node_pair(tree, "sweep");
    YamlPair *axis = sweep != NULL ? yaml_node_pair(sweep->value, change->path) : NULL;
    if (axis == NULL)
        return false;
    error_list_add(notes, change->place, change->path, "found %s, which replaces the sweep over it",
                   yaml_node_shown_text(change->value, notes->arena));
    YamlNode *axes = sweep->value;
    memmove(axis, axis + 1, (size_t)(axes->pairs + axes->count - axis - 1) * sizeof(YamlPair));
    axes->count--;
    return true;
}

static YamlNode *apply_set(Scenario *scenario, YamlNode *tree, const char *set, ErrorList *errors) {
    Arena *arena = errors->arena;
    ErrorPlace place = {.file = "--set"};
    const char *equals = strchr(set, '=');
    if (equals == NULL) {
        error_list_add(errors, place, NULL, "found \"%s\", expected path.to.key=value",
                       yaml_node_shown_text(set, arena));
        return tree;
    }
    TreeChange change = {
        .path = arena_format(arena, "%.*s", (int)(equals - set), set), .value = equals + 1, .place = place};
    if (clears_sweep(&change, arena))
        change.value = "null";
    YamlNode *changed = tree_set(tree, &change, arena, errors);
    if (changed == NULL)
        return tree;
    scenario->sweep_is_set |= drop_axis(changed, &change, &scenario->notes) || is_of_sweep(change.path);
    return changed;
}

/* The folders of the files come before the usual ones. */
static Catalogue catalogue_of(const ScenarioSource *source, Arena *arena) {
    int count = 0;
    const char **roots = ARENA_ARRAY(arena, source->file_count + source->catalogue.root_count, const char *);
    for (int i = source->file_count - 1; i >= 0; i--)
        roots[count++] = catalogue_folder_of(source->files[i], arena);
    for (int i = 0; i < source->catalogue.root_count; i++)
        roots[count++] = source->catalogue.roots[i];
    return (Catalogue){.roots = roots, .root_count = count, .shelf = catalogue_shelf_create(arena)};
}

/* The catalogue while the scenario is read; points of the sweep find on the shelf what was put there. */
static Catalogue filling(const Catalogue *catalogue) {
    Catalogue filled = *catalogue;
    filled.fills_shelf = true;
    return filled;
}

/* "gpt" for "scenarios/gpt.yaml". */
static const char *name_of(const char *file, Arena *arena) {
    const char *slash = strrchr(file, '/');
    const char *name = slash != NULL ? slash + 1 : file;
    const char *dot = strrchr(name, '.');
    return arena_format(arena, "%.*s", (int)(dot != NULL && dot != name ? dot - name : (long)strlen(name)), name);
}

/* What the model finds wrong knows its path only; the tree knows where that is. */
static void find_places(const YamlNode *tree, ErrorList *errors, int first) {
    for (int i = first; i < errors->count; i++)
        if (errors->items[i].place.file == NULL)
            errors->items[i].place = tree_path_place(tree, errors->items[i].path);
}

static void read_counters(const YamlNode *tree, SimulationSpec *spec, ErrorList *errors) {
    for (int64_t i = 0; i < spec->background_count; i++) {
        BackgroundSpec *flow = &spec->background[i];
        if (*flow->counters == '\0')
            continue;
        const char *path = arena_format(errors->arena, "background[%" PRId64 "].counters", i);
        const char *file = named_file_find(tree, path, flow->counters, errors);
        if (file != NULL)
            port_counters_read(file, flow, errors->arena, errors);
    }
}

/* Files of NCCL that node types name. */
static bool read_topologies(const YamlNode *tree, ClusterSpec *cluster, Arena *arena, ErrorList *errors) {
    bool read = nccl_node_apply(tree, (NcclNode){&cluster->node, "cluster.node"}, arena, errors);
    for (int64_t i = 0; i < cluster->other_node_count; i++) {
        const char *path = arena_format(arena, "cluster.other_nodes[%" PRId64 "].node", i);
        read = nccl_node_apply(tree, (NcclNode){&cluster->other_nodes[i].node, path}, arena, errors) && read;
    }
    for (int64_t i = 0; i < cluster->fabric.own.host_count; i++) {
        const char *path = arena_format(arena, "cluster.fabric.hosts[%" PRId64 "].node", i);
        read = nccl_node_apply(tree, (NcclNode){&cluster->fabric.own.hosts[i].node, path}, arena, errors) && read;
    }
    return read;
}

static void resolve(const YamlNode *tree, SimulationSpec *spec, Arena *arena, ErrorList *errors) {
    int before = errors->count;
    read_counters(tree, spec, errors);
    if (errors->count > before)
        return;
    if (read_topologies(tree, &spec->cluster, arena, errors) && graph_reader_build(tree, &spec->cluster, arena, errors))
        simulation_spec_resolve(spec, errors);
    find_places(tree, errors, before);
}

/* Each value by itself, as far as the schema goes; which of them go together shows when the sweep runs. */
static void check_axis(const Scenario *scenario, const SweepAxis *axis, ErrorList *errors) {
    int before = errors->count;
    Catalogue catalogue = filling(&scenario->catalogue);
    for (int i = 0; i < axis->count && i < MOST_CHECKED_VALUES && errors->count == before; i++) {
        Arena *arena = arena_create();
        TreeChange change = {.path = axis->path, .value = axis->values[i], .place = axis->places[i]};
        YamlNode *tree = tree_set(scenario->tree, &change, arena, errors);
        FieldReader reader = {.arena = arena, .errors = errors, .catalogue = &catalogue};
        ScenarioFields fields = {0};
        if (tree != NULL)
            fields_read(&reader, &SCHEMA_SCENARIO, tree, "", &fields);
        arena_destroy(arena);
    }
}

static void read_sections(Scenario *scenario, YamlNode *tree, Arena *arena, ErrorList *errors) {
    YamlPair *sweep = yaml_node_pair(tree, "sweep");
    YamlPair *goals = yaml_node_pair(tree, "assert");
    if (sweep != NULL && !yaml_node_is_null(sweep->value))
        scenario->axes = axes_read(sweep->value, arena, errors, &scenario->axis_count);
    if (goals != NULL && !yaml_node_is_null(goals->value))
        scenario->goals = goals_read(goals->value, arena, errors, &scenario->goal_count);
}

Scenario *scenario_read(const ScenarioSource *source, Arena *arena, ErrorList *errors) {
    int before = errors->count;
    Scenario *scenario = ARENA_NEW(arena, Scenario);
    YamlNode *tree = read_files(source, arena, errors);
    if (tree == NULL)
        return NULL;
    error_list_init(&scenario->notes, arena);
    for (int i = 0; i < source->set_count; i++)
        tree = apply_set(scenario, tree, source->sets[i], errors);
    scenario->tree = tree;
    scenario->catalogue = catalogue_of(source, arena);
    Catalogue catalogue = filling(&scenario->catalogue);
    FieldReader reader = {.arena = arena, .errors = errors, .catalogue = &catalogue};
    ScenarioFields fields = {0};
    fields_read(&reader, &SCHEMA_SCENARIO, tree, "", &fields);
    read_sections(scenario, tree, arena, errors);
    if (fields.spec.name == NULL || fields.spec.name[0] == '\0')
        fields.spec.name = name_of(source->files[source->file_count - 1], arena);
    scenario->spec = fields.spec;
    scenario->spec.plans_open = source->plans_open;
    scenario->outputs = fields.outputs;
    if (errors->count == before)
        resolve(tree, &scenario->spec, arena, errors);
    if (errors->count == before)
        fields_report_unread(tree, errors);
    for (int i = 0; i < scenario->axis_count && errors->count == before; i++)
        check_axis(scenario, &scenario->axes[i], errors);
    return errors->count == before ? scenario : NULL;
}

bool scenario_spec_at(const Scenario *scenario, const char *const *values, Arena *arena, SimulationSpec *spec,
                      ErrorList *errors) {
    int before = errors->count;
    YamlNode *tree = tree_copy(scenario->tree, arena);
    for (int i = 0; i < scenario->axis_count; i++) {
        const SweepAxis *axis = &scenario->axes[i];
        if (values[i] == NULL)
            continue;
        TreeChange change = {.path = axis->path, .value = values[i], .place = axis->places[0]};
        tree = tree_set(tree, &change, arena, errors);
        if (tree == NULL)
            return false;
    }
    FieldReader reader = {.arena = arena, .errors = errors, .catalogue = &scenario->catalogue};
    ScenarioFields fields = {0};
    fields_read(&reader, &SCHEMA_SCENARIO, tree, "", &fields);
    fields.spec.name = scenario->spec.name;
    if (errors->count == before)
        resolve(tree, &fields.spec, arena, errors);
    *spec = fields.spec;
    return errors->count == before;
}
