#include <criterion/criterion.h>
#include <string.h>

#include "scenarios/reader/manifest.h"
#include "tests/unit/scenarios/reading.h"

static const char *const RECORD = "{\"program\": \"chokepoint\",\n \"version\": \"0.1.0\",\n \"name\": \"tried\",\n"
                                  " \"scenario\": \"{\\\"cluster\\\": {\\\"nodes\\\": 7}}\"}\n";

static const char *scenario_text(Reading *reading, const char *text) {
    YamlNode *tree = manifest_scenario(reading_tree(reading, text), reading->arena, &reading->errors);
    cr_assert_not_null(tree, "%s", reading_errors(reading));
    return yaml_node_text(tree, reading->arena);
}

Test(manifest, the_scenario_of_a_record_comes_with_the_name_it_ran_under) {
    Reading *reading = reading_create();
    cr_assert_str_eq(scenario_text(reading, RECORD), "{\"name\": \"tried\", \"cluster\": {\"nodes\": 7}}");
    reading_destroy(reading);
}

Test(manifest, a_name_in_the_scenario_stays_and_other_trees_are_left_alone) {
    Reading *reading = reading_create();
    cr_assert_str_eq(scenario_text(reading, "{program: chokepoint, name: a, scenario: '{name: b}'}"), "{\"name\": b}");
    cr_assert_str_eq(scenario_text(reading, "{program: other, scenario: '{name: b}'}"),
                     "{\"program\": other, \"scenario\": \"{name: b}\"}");
    cr_assert_str_eq(scenario_text(reading, "{name: c}"), "{\"name\": c}");
    reading_destroy(reading);
}

Test(manifest, a_broken_scenario_is_an_error_at_its_place_in_the_record) {
    Reading *reading = reading_create();
    YamlNode *tree = reading_tree(reading, "program: chokepoint\nname: a\nscenario: '{name: [}'\n");
    cr_assert_null(manifest_scenario(tree, reading->arena, &reading->errors));
    cr_assert_not_null(strstr(reading_errors(reading), "t.yaml:3:"), "%s", reading_errors(reading));
    reading_destroy(reading);
}

Test(manifest, the_folder_of_a_run_means_its_record) {
    Reading *reading = reading_create();
    const char *folder = reading_folder(reading);
    const char *file = reading_file(reading, folder, "manifest.json", RECORD);
    cr_assert_str_eq(manifest_of_word(folder, reading->arena), file);
    cr_assert_str_eq(manifest_of_word(arena_format(reading->arena, "%s/", folder), reading->arena), file);
    cr_assert_str_eq(manifest_of_word(file, reading->arena), file);
    cr_assert_str_eq(manifest_of_word("", reading->arena), "");
    cr_assert(manifest_is_named(file));
    cr_assert_not(manifest_is_named("a_manifest.json"));
    reading_remove(folder);
    reading_destroy(reading);
}
