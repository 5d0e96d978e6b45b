#include "scenarios/search/plan_scenario.h"

#include <inttypes.h>

#include "scenarios/reader/tree_edit.h"
#include "scenarios/reader/tree_path.h"

static YamlNode *set(YamlNode *tree, const char *path, const char *value, ErrorList *errors) {
    TreeChange change = {.path = path, .value = value};
    return tree != NULL ? tree_set(tree, &change, errors->arena, errors) : NULL;
}

/* What the scenario says of dimensions, under any of their names. */
static void drop_dimensions(YamlNode *plan) {
    int kept = 0;
    for (int i = 0; plan != NULL && plan->kind == YAML_MAPPING && i < plan->count; i++)
        if (plan_dimension_find(plan->pairs[i].key) < 0)
            plan->pairs[kept++] = plan->pairs[i];
    if (plan != NULL && plan->kind == YAML_MAPPING)
        plan->count = kept;
}

YamlNode *plan_scenario_of(const PlanSpace *space, const PlanPoint *point, ErrorList *errors) {
    Arena *arena = errors->arena;
    YamlNode *made = tree_copy(space->tree, arena);
    drop_dimensions(tree_path_find(made, "jobs[0].plan"));
    for (int i = 0; i < plan_dimension_count(); i++) {
        const PlanDimension *dimension = plan_dimension_at(i);
        made = set(made, arena_format(arena, "jobs[0].plan.%s", dimension->key),
                   plan_dimension_text(dimension, &point->plan, arena), errors);
    }
    if (space->gpus.count > 0)
        made = set(made, "jobs[0].gpus", arena_format(arena, "%" PRId64, point->gpus), errors);
    return made;
}
