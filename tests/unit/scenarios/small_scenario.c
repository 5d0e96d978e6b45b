#include "tests/unit/scenarios/small_scenario.h"

#include <criterion/criterion.h>

Scenario *small_scenario(Arena *arena, const char *const *sets) {
    const char **files = ARENA_NEW(arena, const char *);
    files[0] = "tests/golden/small.yaml";
    ScenarioSource source = {.files = files, .file_count = 1, .sets = sets};
    while (sets[source.set_count] != NULL)
        source.set_count++;
    source.catalogue = catalogue_usual(NULL, NULL, arena);
    ErrorList errors;
    error_list_init(&errors, arena);
    Scenario *scenario = scenario_read(&source, arena, &errors);
    for (int i = 0; i < errors.count; i++)
        cr_log_error("%s: %s", errors.items[i].path, errors.items[i].message);
    cr_assert_not_null(scenario);
    return scenario;
}
