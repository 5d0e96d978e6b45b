#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/reader/catalogue.h"
#include "scenarios/reader/fields.h"
#include "scenarios/reader/schema.h"
#include "tests/unit/scenarios/reading.h"

typedef struct Shelf {
    Reading *reading;
    const char *folder;
    const char *roots[2];
} Shelf;

/* Two roots; the first has the newer a100. */
static Shelf shelf_create(void) {
    Shelf shelf = {.reading = reading_create()};
    Reading *reading = shelf.reading;
    shelf.folder = reading_folder(reading);
    reading_file(reading, shelf.folder, "one/hardware/a100-40.yaml", "# the first one\ngpu: {tdp: 1 W}\n");
    reading_file(reading, shelf.folder, "two/hardware/a100-40.yaml", "# hidden by the first\ngpu: {tdp: 2 W}\n");
    reading_file(reading, shelf.folder, "two/hardware/b200.yaml", "gpu:\n  tdp: 3 W\n");
    reading_file(reading, shelf.folder, "two/hardware/dgx.yaml", "# a node\nnode: {gpu: b200}\n");
    reading_file(reading, shelf.folder, "two/hardware/both.yaml", "gpu: {tdp: 4 W}\nnode: 3\n");
    reading_file(reading, shelf.folder, "two/hardware/readme.txt", "gpu:\n");
    shelf.roots[0] = arena_format(reading->arena, "%s/one", shelf.folder);
    shelf.roots[1] = arena_format(reading->arena, "%s/two", shelf.folder);
    return shelf;
}

static void shelf_destroy(Shelf *shelf) {
    reading_remove(shelf->folder);
    reading_destroy(shelf->reading);
}

static YamlNode *load(Shelf *shelf, const char *name) {
    Catalogue catalogue = {.roots = shelf->roots, .root_count = 2};
    CatalogueQuery query = {.kind = "gpu",
                            .folder = "hardware",
                            .name = name,
                            .path = "cluster.node.gpu",
                            .place = {arena_format(shelf->reading->arena, "%s/s.yaml", shelf->folder), 3, 7}};
    return catalogue_load(&catalogue, &query, shelf->reading->arena, &shelf->reading->errors);
}

static YamlNode *load_shelved(Shelf *shelf, CatalogueShelf *kept, const char *name, bool fills) {
    Catalogue catalogue = {.roots = shelf->roots, .root_count = 2, .shelf = kept, .fills_shelf = fills};
    CatalogueQuery query = {.kind = "gpu", .folder = "hardware", .name = name, .path = "gpu"};
    query.place = (ErrorPlace){arena_format(shelf->reading->arena, "%s/s.yaml", shelf->folder), 3, 7};
    return catalogue_load(&catalogue, &query, shelf->reading->arena, &shelf->reading->errors);
}

static const char *power_of(const YamlNode *gpu) {
    return yaml_node_pair(gpu, "tdp")->value->text;
}

static void expect_message(const char *name, const char *message) {
    Shelf shelf = shelf_create();
    cr_assert_null(load(&shelf, name));
    cr_assert_eq(shelf.reading->errors.count, 1);
    cr_assert_str_eq(shelf.reading->errors.items[0].message, message);
    cr_assert_str_eq(shelf.reading->errors.items[0].path, "cluster.node.gpu");
    cr_assert_eq(shelf.reading->errors.items[0].place.line, 3);
    shelf_destroy(&shelf);
}

Test(catalogue, the_first_root_that_has_a_name_wins) {
    Shelf shelf = shelf_create();
    cr_assert_str_eq(yaml_node_pair(load(&shelf, "a100-40"), "tdp")->value->text, "1 W");
    cr_assert_str_eq(yaml_node_pair(load(&shelf, "b200"), "tdp")->value->text, "3 W");
    cr_assert_str_eq(reading_errors(shelf.reading), "");
    shelf_destroy(&shelf);
}

Test(catalogue, a_path_starts_at_the_file_that_says_it) {
    Shelf shelf = shelf_create();
    cr_assert_str_eq(yaml_node_pair(load(&shelf, "two/hardware/a100-40.yaml"), "tdp")->value->text, "2 W");
    shelf_destroy(&shelf);
}

Test(catalogue, an_unknown_name_gets_the_nearest_or_all) {
    expect_message("a100-4", "found \"a100-4\", expected a gpu of the catalogue (did you mean \"a100-40\"?)");
    expect_message("tpu", "found \"tpu\", expected a gpu of the catalogue: a100-40, b200, both");
    expect_message("x/y.yaml", "found \"x/y.yaml\", expected a file that exists");
}

Test(catalogue, a_file_of_another_kind_is_refused) {
    Shelf shelf = shelf_create();
    cr_assert_null(load(&shelf, "dgx"));
    const char *message =
        arena_format(shelf.reading->arena,
                     "found the file %s/two/hardware/dgx.yaml without the key \"gpu\", expected a gpu", shelf.folder);
    cr_assert_str_eq(shelf.reading->errors.items[0].message, message);
    shelf_destroy(&shelf);
}

Test(catalogue, a_gpu_in_the_place_of_a_node_gets_the_nodes_that_have_it) {
    Shelf shelf = shelf_create();
    Catalogue catalogue = {.roots = shelf.roots, .root_count = 2};
    CatalogueQuery query = {.kind = "node", .folder = "hardware", .name = "b200", .path = "cluster.node"};
    cr_assert_null(catalogue_load(&catalogue, &query, shelf.reading->arena, &shelf.reading->errors));
    query.name = "a100-40";
    cr_assert_null(catalogue_load(&catalogue, &query, shelf.reading->arena, &shelf.reading->errors));
    cr_assert_str_eq(reading_errors(shelf.reading),
                     "cluster.node: found \"b200\", expected a node: b200 is a gpu; nodes with it: dgx\n"
                     "cluster.node: found \"a100-40\", expected a node: a100-40 is a gpu\n");
    shelf_destroy(&shelf);
}

/* What `word` means to a catalogue with the scenario fast.yaml in its second root. */
static const char *scenario_of(Shelf *shelf, const char *word) {
    Catalogue catalogue = {.roots = shelf->roots, .root_count = 2};
    reading_file(shelf->reading, shelf->folder, "two/fast.yaml", "jobs: []\n");
    return catalogue_scenario(&catalogue, word, shelf->reading->arena, &shelf->reading->errors);
}

Test(catalogue, a_word_that_is_no_file_is_the_name_of_a_scenario) {
    Shelf shelf = shelf_create();
    const char *file = scenario_of(&shelf, "fast");
    cr_assert_str_eq(file, arena_format(shelf.reading->arena, "%s/fast.yaml", shelf.roots[1]));
    cr_assert_str_eq(scenario_of(&shelf, "fast.yaml"), "fast.yaml");
    cr_assert_str_eq(scenario_of(&shelf, "./fast"), "./fast");
    cr_assert_str_eq(scenario_of(&shelf, "Makefile"), "Makefile", "a file wins");
    cr_assert_eq(shelf.reading->errors.count, 0);
    scenario_of(&shelf, "fats");
    cr_assert_str_eq(reading_errors(shelf.reading),
                     "fats: found no such file, expected one or a name from `chokepoint list scenarios` (did you mean "
                     "fast?)\n");
    shelf_destroy(&shelf);
}

Test(catalogue, a_second_key_in_a_file_is_refused) {
    Shelf shelf = shelf_create();
    load(&shelf, "both");
    cr_assert_str_eq(shelf.reading->errors.items[0].message, "found unknown key \"node\", expected only \"gpu\"");
    shelf_destroy(&shelf);
}

Test(catalogue, an_empty_catalogue_says_so) {
    Reading *reading = reading_create();
    Catalogue catalogue = {0};
    CatalogueQuery query = {.kind = "gpu", .folder = "hardware", .name = "a100", .path = "gpu"};
    cr_assert_null(catalogue_load(&catalogue, &query, reading->arena, &reading->errors));
    cr_assert_str_eq(reading_errors(reading),
                     "gpu: found \"a100\", expected a gpu of the catalogue: no folder of them was "
                     "found; the variable CHOKEPOINT_SHARE may name the one above scenarios/\n");
    reading_destroy(reading);
}

Test(catalogue, the_list_is_sorted_and_has_the_first_comment) {
    Shelf shelf = shelf_create();
    int count = 0;
    Catalogue catalogue = {.roots = shelf.roots, .root_count = 2};
    const CatalogueEntry *entries = catalogue_list(&catalogue, "hardware", "gpu", shelf.reading->arena, &count);
    cr_assert_eq(count, 3);
    cr_assert_str_eq(entries[0].name, "a100-40");
    cr_assert_str_eq(entries[0].summary, "the first one");
    cr_assert_str_eq(entries[1].name, "b200");
    cr_assert_str_eq(entries[1].summary, "");
    shelf_destroy(&shelf);
}

Test(catalogue, the_usual_places_start_with_the_variable) {
    Arena *arena = arena_create();
    setenv("CHOKEPOINT_SHARE", "/share", 1);
    Catalogue catalogue = catalogue_usual("/opt/bin", "/usr/share/chokepoint", arena);
    cr_assert_eq(catalogue.root_count, 4);
    cr_assert_str_eq(catalogue.roots[0], "/share/scenarios");
    cr_assert_str_eq(catalogue.roots[1], "scenarios");
    cr_assert_str_eq(catalogue.roots[2], "/opt/scenarios");
    cr_assert_str_eq(catalogue.roots[3], "/usr/share/chokepoint/scenarios");
    unsetenv("CHOKEPOINT_SHARE");
    cr_assert_eq(catalogue_usual(NULL, NULL, arena).root_count, 1);
    arena_destroy(arena);
}

/* Every entry that comes with the program, read with every check. */
Test(catalogue, all_entries_of_the_project_are_good) {
    static const char *const ROOTS[] = {"scenarios"};
    Catalogue catalogue = {.roots = ROOTS, .root_count = 1};
    static const SchemaTable *const TABLES[] = {&SCHEMA_GPU, &SCHEMA_NODE, &SCHEMA_MODEL};
    for (int t = 0; t < 3; t++) {
        const SchemaTable *table = TABLES[t];
        Reading *reading = reading_create();
        int count = 0;
        const CatalogueEntry *entries = catalogue_list(&catalogue, table->folder, table->name, reading->arena, &count);
        cr_assert_gt(count, 4, "%s", table->name);
        FieldReader reader = {.arena = reading->arena, .errors = &reading->errors, .catalogue = &catalogue};
        for (int i = 0; i < count; i++) {
            CatalogueQuery query = {.kind = table->name, .folder = table->folder, .name = entries[i].name, .path = "x"};
            YamlNode *node = catalogue_load(&catalogue, &query, reading->arena, &reading->errors);
            const SchemaTable *written = fields_table(table, node);
            fields_read(&reader, written, node, entries[i].name, arena_allocate(reading->arena, written->bytes));
            cr_assert_neq(entries[i].summary[0], '\0', "%s has no comment in its first line", entries[i].file);
        }
        cr_assert_str_eq(reading_errors(reading), "");
        reading_destroy(reading);
    }
}

static double parameters_of(const char *name) {
    static const char *const ROOTS[] = {"scenarios"};
    Catalogue catalogue = {.roots = ROOTS, .root_count = 1};
    Reading *reading = reading_create();
    FieldReader reader = {.arena = reading->arena, .errors = &reading->errors, .catalogue = &catalogue};
    CatalogueQuery query = {.kind = "model", .folder = "workloads", .name = name, .path = "x"};
    TransformerSpec model = transformer_default();
    YamlNode *node = catalogue_load(&catalogue, &query, reading->arena, &reading->errors);
    fields_read(&reader, &SCHEMA_MODEL, node, name, &model);
    double parameters = transformer_parameters(&model);
    reading_destroy(reading);
    return parameters;
}

/* What the publications print: SC21 table 1, Korthikanti 2022 table 3; the Hugging Face hub's counts for Llama. */
Test(catalogue, models_have_as_many_parameters_as_published) {
    static const struct {
        const char *name;
        double parameters;
        double tolerance;
    } MODELS[] = {{"gpt-1.7b", 1.7e9, 0.05e9},     {"gpt-3.6b", 3.6e9, 0.05e9},        {"gpt-7.5b", 7.5e9, 0.05e9},
                  {"gpt-18.4b", 18.4e9, 0.05e9},   {"gpt-39.1b", 39.1e9, 0.05e9},      {"gpt-76.1b", 76.1e9, 0.05e9},
                  {"gpt-145b", 145.6e9, 0.05e9},   {"gpt-310b", 310.1e9, 0.05e9},      {"gpt-530b", 529.6e9, 0.05e9},
                  {"gpt-1t", 1008e9, 0.5e9},       {"gpt-22b", 22e9, 0.5e9},           {"gpt-175b", 175e9, 0.5e9},
                  {"llama-2-7b", 6738415616, 1},   {"llama-2-70b", 68976648192, 1},    {"llama-3-8b", 8030261248, 1},
                  {"llama-3-70b", 70553706496, 1}, {"llama-3.1-405b", 405853388800, 1}};
    for (size_t i = 0; i < sizeof MODELS / sizeof MODELS[0]; i++)
        cr_assert_float_eq(parameters_of(MODELS[i].name), MODELS[i].parameters, MODELS[i].tolerance, "%s: %.17g",
                           MODELS[i].name, parameters_of(MODELS[i].name));
}

Test(catalogue, what_stands_on_the_shelf_is_read_once_and_copied_each_time) {
    Shelf shelf = shelf_create();
    Reading *reading = shelf.reading;
    CatalogueShelf *kept = catalogue_shelf_create(reading->arena);
    cr_assert_str_eq(power_of(load_shelved(&shelf, kept, "b200", false)), "3 W");
    reading_file(reading, shelf.folder, "two/hardware/b200.yaml", "gpu: {tdp: 5 W}\n");
    YamlNode *first = load_shelved(&shelf, kept, "b200", true);
    cr_assert_str_eq(power_of(first), "5 W", "it was kept although nobody filled the shelf");
    reading_file(reading, shelf.folder, "two/hardware/b200.yaml", "gpu: {tdp: 7 W}\n");
    yaml_node_mark_read(first);
    first->pairs[0].value->text = "changed";
    YamlNode *second = load_shelved(&shelf, kept, "b200", false);
    cr_assert_str_eq(power_of(second), "5 W");
    cr_assert_not(second->pairs[0].read);
    second->pairs[0].value->text = "changed too";
    cr_assert_str_eq(power_of(load_shelved(&shelf, kept, "b200", false)), "5 W");
    cr_assert_str_eq(reading_errors(reading), "");
    shelf_destroy(&shelf);
}

Test(catalogue, a_path_on_the_shelf_is_meant_from_its_own_folder) {
    Shelf shelf = shelf_create();
    Reading *reading = shelf.reading;
    CatalogueShelf *kept = catalogue_shelf_create(reading->arena);
    Catalogue catalogue = {.shelf = kept, .fills_shelf = true};
    const char *powers[2];
    for (int i = 0; i < 2; i++) {
        const char *place = arena_format(reading->arena, "%s/%s/s.yaml", shelf.folder, i == 0 ? "one" : "two");
        CatalogueQuery query = {"gpu", "hardware", "hardware/a100-40.yaml", "gpu", {place, 3, 7}};
        powers[i] = power_of(catalogue_load(&catalogue, &query, reading->arena, &reading->errors));
    }
    cr_assert_str_eq(powers[0], "1 W");
    cr_assert_str_eq(powers[1], "2 W");
    shelf_destroy(&shelf);
}

Test(catalogue, an_entry_with_a_mistake_is_told_each_time) {
    Shelf shelf = shelf_create();
    CatalogueShelf *kept = catalogue_shelf_create(shelf.reading->arena);
    load_shelved(&shelf, kept, "both", true);
    int once = shelf.reading->errors.count;
    load_shelved(&shelf, kept, "both", true);
    cr_assert_eq(once, 1);
    cr_assert_eq(shelf.reading->errors.count, 2);
    shelf_destroy(&shelf);
}
