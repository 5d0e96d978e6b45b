#include "tests/unit/scenarios/open_space.h"

#include <criterion/criterion.h>

bool open_space_try(PlanSpace *space, const char *const *sets, const PlanWish *wish, ErrorList *errors) {
    Arena *arena = errors->arena;
    const char **files = ARENA_NEW(arena, const char *);
    files[0] = "tests/golden/search.yaml";
    ScenarioSource source = {.files = files, .file_count = 1, .sets = sets, .plans_open = true};
    while (sets[source.set_count] != NULL)
        source.set_count++;
    source.catalogue = catalogue_usual(NULL, NULL, arena);
    Scenario *scenario = scenario_read(&source, arena, errors);
    return scenario != NULL && plan_space_open(space, scenario, wish, arena, errors);
}

PlanSpace open_space(Arena *arena, const char *const *sets) {
    PlanSpace space;
    ErrorList errors;
    error_list_init(&errors, arena);
    bool opened = open_space_try(&space, sets, &(PlanWish){0}, &errors);
    for (int i = 0; i < errors.count; i++)
        cr_log_error("%s: %s", errors.items[i].path, errors.items[i].message);
    cr_assert(opened);
    return space;
}
