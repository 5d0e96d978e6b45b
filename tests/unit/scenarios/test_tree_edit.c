#include <criterion/criterion.h>

#include "scenarios/reader/tree_edit.h"
#include "scenarios/reader/tree_path.h"
#include "tests/unit/scenarios/reading.h"

/* The tree after one change, or what was wrong with it. */
static void expect_set(const char *text, const char *path, const char *value, const char *result) {
    Reading *reading = reading_create();
    YamlNode *root = reading_tree(reading, text);
    const char *before = yaml_node_text(root, reading->arena);
    TreeChange change = {.path = path, .value = value, .place = {.file = "--set"}};
    YamlNode *changed = tree_set(root, &change, reading->arena, &reading->errors);
    const char *got = changed != NULL ? yaml_node_text(changed, reading->arena) : reading_errors(reading);
    cr_assert_str_eq(got, result);
    cr_assert_str_eq(yaml_node_text(root, reading->arena), before, "the old tree changed");
    reading_destroy(reading);
}

static void expect_merge(const char *below, const char *above, const char *result) {
    Reading *reading = reading_create();
    YamlNode *merged = tree_merge(reading_tree(reading, below), reading_tree(reading, above), reading->arena);
    cr_assert_str_eq(yaml_node_text(merged, reading->arena), result);
    reading_destroy(reading);
}

Test(tree_path, a_path_leads_to_its_node) {
    Reading *reading = reading_create();
    YamlNode *root = reading_tree(reading, "jobs:\n  - plan: {micro_batch: 3}\n  - {}\n");
    cr_assert_str_eq(tree_path_find(root, "jobs[0].plan.micro_batch")->text, "3");
    const char *absent[] = {"jobs[2]", "jobs.plan", "jobs[0].plan.micro", "jobs[0].plan.micro_batch.x", "", "jobs[0"};
    for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++)
        cr_assert_null(tree_path_find(root, absent[i]), "%s", absent[i]);
    reading_destroy(reading);
}

Test(tree_path, an_absent_path_stands_at_its_nearest_part) {
    Reading *reading = reading_create();
    YamlNode *root = reading_tree(reading, "jobs:\n  - plan: {micro_batch: 3}\n");
    cr_assert_eq(tree_path_place(root, "jobs[0].plan.micro_batch").column, 25);
    cr_assert_eq(tree_path_place(root, "jobs[0].plan.recompute").column, 5);
    cr_assert_eq(tree_path_place(root, "cluster.nodes").line, 1);
    reading_destroy(reading);
}

Test(tree_path, only_paths_are_valid) {
    const char *good[] = {"a", "a.b", "a[0]", "a[0][17].b", "recompute-granularity"};
    const char *bad[] = {"",    ".",     "a.",   ".a", "a..b",       "[0]",   "a[",
                         "a[]", "a[-1]", "a[x]", "a]", "a[1000000]", "a[0]x]"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        cr_assert(tree_path_is_valid(good[i]), "%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_assert_not(tree_path_is_valid(bad[i]), "%s", bad[i]);
}

Test(tree_edit, mappings_are_joined_and_everything_else_is_replaced) {
    expect_merge("{a: 1, b: {c: 2, d: 3}}", "{b: {d: 4, e: 5}, f: 6}",
                 "{\"a\": 1, \"b\": {\"c\": 2, \"d\": 4, \"e\": 5}, \"f\": 6}");
    expect_merge("{a: [1, 2]}", "{a: [3]}", "{\"a\": [3]}");
    expect_merge("{a: [1, 2]}", "{a: {b: 3}}", "{\"a\": {\"b\": 3}}");
    expect_merge("{a: {b: 3}}", "{a: 4}", "{\"a\": 4}");
}

Test(tree_edit, a_mapping_over_a_text_keeps_it_as_from) {
    expect_merge("{node: dgx-a100}", "{node: {gpus: 4}}", "{\"node\": {\"from\": dgx-a100, \"gpus\": 4}}");
    expect_merge("{node: ~}", "{node: {gpus: 4}}", "{\"node\": {\"gpus\": 4}}");
}

Test(tree_edit, a_value_is_set_where_its_path_leads) {
    expect_set("{a: {b: 1}}", "a.b", "[7, x]", "{\"a\": {\"b\": [7, x]}}");
    expect_set("{a: {b: 1}}", "c.d", "7", "{\"a\": {\"b\": 1}, \"c\": {\"d\": 7}}");
    expect_set("{a: [1, 2]}", "a[1]", "7", "{\"a\": [1, 7]}");
    expect_set("{a: [1, 2]}", "a[2]", "7", "{\"a\": [1, 2, 7]}");
    expect_set("{a: {b: 1}}", "a", "{c: 2}", "{\"a\": {\"b\": 1, \"c\": 2}}");
    expect_set("{node: dgx-a100}", "node.gpu.tdp", "300 W",
               "{\"node\": {\"from\": dgx-a100, \"gpu\": {\"tdp\": \"300 W\"}}}");
}

Test(tree_edit, a_path_with_brackets_needs_quotes_in_a_mapping) {
    expect_set("{}", "sweep", "{jobs[0].gpus: [8, 16]}",
               "--set: found a mistake in the YAML: did not find expected ',' or '}' (while parsing a flow mapping)\n"
               "--set: found a path with brackets, expected it in quotes, as {\"jobs[0].gpus\": [8, 16]}\n");
    expect_set(
        "{}", "sweep", "{a: [8, 16}",
        "--set: found a mistake in the YAML: did not find expected ',' or ']' (while parsing a flow sequence)\n");
    expect_set(
        "{}", "sweep", "{\"jobs[0].gpus\": [8, 16}",
        "--set: found a mistake in the YAML: did not find expected ',' or ']' (while parsing a flow sequence)\n");
}

Test(tree_edit, a_path_that_leads_nowhere_is_an_error) {
    expect_set("{a: 1}", "a..b", "7",
               "--set: found the path \"a..b\", expected one such as \"jobs[0].plan.micro_batch\"\n");
    expect_set("{a: [1]}", "a[3]", "7", "--set: a[3]: found a list of 1 items, expected an index from [0] to [1]\n");
    expect_set("{a: [1]}", "a.b", "7", "--set: a.b: found a list, expected an index: write a[0].b\n");
    expect_set("{a: {b: [1]}}", "a.b.c.d", "7", "--set: a.b.c: found a list, expected an index: write a.b[0].c.d\n");
    expect_set("{a: 5}", "a[0]", "7", "--set: a[0]: found 5, expected a list\n");
    expect_set("{a: {}}", "a[0]", "7", "--set: a[0]: found a mapping, expected a list\n");
    expect_set("{a: 5}", "a", "[",
               "--set: found a mistake in the YAML: did not find expected node content (while parsing a flow node)\n");
}

Test(tree_edit, a_copy_was_not_read) {
    Reading *reading = reading_create();
    YamlNode *root = reading_tree(reading, "{a: {b: 1}}");
    root->pairs[0].read = true;
    root->pairs[0].value->pairs[0].read = true;
    YamlNode *copy = tree_copy(root, reading->arena);
    cr_assert_not(copy->pairs[0].read);
    cr_assert_not(copy->pairs[0].value->pairs[0].read);
    reading_destroy(reading);
}
