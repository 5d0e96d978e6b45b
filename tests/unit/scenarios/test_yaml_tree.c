#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "scenarios/reader/yaml_tree.h"
#include "tests/unit/scenarios/reading.h"

/* The one error of a text, which must have no tree unless `readable`. */
static void expect_error(const char *text, const char *error) {
    Reading *reading = reading_create();
    reading_tree(reading, text);
    cr_assert_str_eq(reading_errors(reading), error);
    reading_destroy(reading);
}

static char *repeated(const char *piece, int times) {
    size_t bytes = strlen(piece);
    char *text = malloc(bytes * (size_t)times + 1);
    for (int i = 0; i < times; i++)
        memcpy(text + (size_t)i * bytes, piece, bytes);
    text[bytes * (size_t)times] = '\0';
    return text;
}

Test(yaml_tree, nodes_know_kind_text_and_place) {
    Reading *reading = reading_create();
    YamlNode *root = reading_tree(reading, "seed: 17\nlist:\n  - \"a b\"\n  - {x: }\n");
    cr_assert_str_eq(reading_errors(reading), "");
    cr_assert_eq(root->kind, YAML_MAPPING);
    cr_assert_eq(root->count, 2);
    cr_assert_str_eq(root->pairs[0].value->text, "17");
    cr_assert_eq(root->pairs[0].value->place.line, 1);
    cr_assert_eq(root->pairs[0].value->place.column, 7);
    const YamlNode *list = yaml_node_pair(root, "list")->value;
    cr_assert_eq(list->kind, YAML_SEQUENCE);
    cr_assert(list->pairs[0].value->quoted);
    cr_assert_eq(list->pairs[1].value->pairs[0].key_place.line, 4);
    cr_assert_eq(list->pairs[1].value->pairs[0].key_place.column, 6);
    cr_assert(yaml_node_is_null(list->pairs[1].value->pairs[0].value));
    cr_assert_null(yaml_node_pair(root, "absent"));
    reading_destroy(reading);
}

Test(yaml_tree, json_is_yaml) {
    Reading *reading = reading_create();
    YamlNode *root = reading_tree(reading, "{\"hidden_size\": 4096, \"tie\": false, \"none\": null}");
    cr_assert_str_eq(reading_errors(reading), "");
    cr_assert_str_eq(yaml_node_text(root, reading->arena), "{\"hidden_size\": 4096, \"tie\": false, \"none\": null}");
    reading_destroy(reading);
}

Test(yaml_tree, every_duplicate_key_is_reported_and_the_first_stays) {
    Reading *reading = reading_create();
    YamlNode *root = reading_tree(reading, "a: 1\nb: {c: 2, c: 3}\na: 4\na: 5\n");
    cr_assert_str_eq(reading_errors(reading),
                     "t.yaml:2:11: found the key \"c\" again, expected it once (first: line 2)\n"
                     "t.yaml:3:1: found the key \"a\" again, expected it once (first: line 1)\n"
                     "t.yaml:4:1: found the key \"a\" again, expected it once (first: line 1)\n");
    cr_assert_str_eq(yaml_node_text(root, reading->arena), "{\"a\": 1, \"b\": {\"c\": 2}}");
    reading_destroy(reading);
}

Test(yaml_tree, what_is_no_single_tree_is_reported_with_its_place) {
    expect_error("", "t.yaml:1:1: found nothing, expected YAML\n");
    expect_error("# only a comment\n", "t.yaml:1:1: found nothing, expected YAML\n");
    expect_error("a: 1\n---\nb: 2\n", "t.yaml:3:1: found a second document, expected one document per file\n");
    expect_error("a:\n\tb: 1\n", "t.yaml:2:1: found a tab, expected spaces\n");
    expect_error("b: 0\na: [1\n", "t.yaml:3:1: found a mistake in the YAML: did not find expected ',' or ']' (while "
                                  "parsing a flow sequence that begins at 2:4)\n");
    expect_error("a: *b\n", "t.yaml:1:4: found a mistake in the YAML: found undefined alias\n");
    expect_error("? [a]\n: 1\n", "t.yaml:1:3: found a list or a mapping as a key, expected a name\n");
    expect_error("a: \"x\\0y\"\n", "t.yaml:1:4: found a NUL character, expected text\n");
    expect_error(
        "a: \xe9\n",
        "t.yaml:1:1: found bytes that are no text (incomplete UTF-8 octet sequence), expected YAML in UTF-8\n");
}

Test(yaml_tree, an_alias_to_itself_is_no_tree) {
    const char *error = "found an alias to a node that contains it, expected a tree\n";
    Reading *reading = reading_create();
    expect_error("a: &a [*a]\n", arena_format(reading->arena, "t.yaml:1:4: %s", error));
    expect_error("&a {x: 1, b: &b [3, *a]}\n", arena_format(reading->arena, "t.yaml:1:1: %s", error));
    reading_destroy(reading);
}

Test(yaml_tree, an_alias_is_written_out) {
    Reading *reading = reading_create();
    YamlNode *root = reading_tree(reading, "a: &x {b: 3}\nc: *x\n");
    cr_assert_str_eq(yaml_node_text(root, reading->arena), "{\"a\": {\"b\": 3}, \"c\": {\"b\": 3}}");
    cr_assert_neq(root->pairs[0].value, root->pairs[1].value);
    reading_destroy(reading);
}

Test(yaml_tree, aliases_of_aliases_stop_at_the_limit) {
    Reading *reading = reading_create();
    const char *text = "a: &a [x,x,x,x,x,x,x,x,x]\n";
    for (char c = 'b'; c < 'k'; c++)
        text = arena_format(reading->arena, "%s%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n", text, c, c, c - 1,
                            c - 1, c - 1, c - 1, c - 1, c - 1, c - 1, c - 1, c - 1);
    cr_assert_null(reading_tree(reading, text));
    cr_assert_str_eq(reading_errors(reading), "t.yaml:1:10: found more than 100000 values, expected fewer\n");
    reading_destroy(reading);
}

Test(yaml_tree, deep_nesting_is_refused_in_no_time) {
    const char *pieces[] = {"[", "{", "- ", "[a,", "{a: ", "[ #]\n"};
    clock_t before = clock();
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        Reading *reading = reading_create();
        char *text = repeated(pieces[i], 100000);
        cr_assert_null(reading_tree(reading, text));
        cr_assert_eq(reading->errors.count, 1);
        cr_assert_str_eq(reading->errors.items[0].message, "found more than 64 levels, expected fewer");
        free(text);
        reading_destroy(reading);
    }
    cr_assert_lt((double)(clock() - before) / CLOCKS_PER_SEC, 5);
}

Test(yaml_tree, sixty_four_levels_are_read) {
    Reading *reading = reading_create();
    char *open = repeated("[", 63);
    char *closed = repeated("]", 63);
    YamlNode *root = reading_tree(reading, arena_format(reading->arena, "%s7%s", open, closed));
    cr_assert_str_eq(reading_errors(reading), "");
    cr_assert_not_null(root);
    free(open);
    free(closed);
    reading_destroy(reading);
}

Test(yaml_tree, too_many_keys_are_refused) {
    Reading *reading = reading_create();
    const char *text = "";
    for (int i = 0; i <= YAML_MOST_KEYS; i++)
        text = arena_format(reading->arena, "%sk%d: 1\n", text, i);
    cr_assert_null(reading_tree(reading, text));
    cr_assert_str_eq(reading_errors(reading), "t.yaml:1:1: found a mapping of more than 1000 keys, expected fewer\n");
    reading_destroy(reading);
}

Test(yaml_tree, files_that_cannot_be_read_are_reported) {
    Reading *reading = reading_create();
    const char *folder = reading_folder(reading);
    char *large = repeated("# ten megabytes of comment\n", 400000);
    const char *file = reading_file(reading, folder, "large.yaml", large);
    free(large);
    const char *missing = arena_format(reading->arena, "%s/missing.yaml", folder);
    cr_assert_null(yaml_tree_read_file(file, reading->arena, &reading->errors));
    cr_assert_null(yaml_tree_read_file(folder, reading->arena, &reading->errors));
    cr_assert_null(yaml_tree_read_file(missing, reading->arena, &reading->errors));
    const char *expected = arena_format(reading->arena,
                                        "%s: found a folder, expected a file that can be read\n"
                                        "%s:1:1: found more than 4 MiB, expected a smaller text\n"
                                        "%s: found no such file, expected a file that can be read\n",
                                        folder, file, missing);
    cr_assert_str_eq(reading_errors(reading), expected);
    reading_remove(folder);
    reading_destroy(reading);
}

Test(yaml_tree, a_text_without_a_line_puts_all_nodes_at_its_place) {
    Reading *reading = reading_create();
    YamlNode *root = yaml_tree_read_text("{a:\n [3]}", (ErrorPlace){.file = "--set"}, reading->arena, &reading->errors);
    cr_assert_eq(root->pairs[0].value->pairs[0].value->place.line, 0);
    cr_assert_str_eq(root->pairs[0].value->place.file, "--set");
    reading_destroy(reading);
}

Test(yaml_node, what_is_shown_is_one_short_printable_line) {
    Reading *reading = reading_create();
    YamlNode *root = reading_tree(reading, "[\"a\\nb\", ~, {}, [], "
                                           "123456789012345678901234567890123456789012345678901234567890123]");
    const char *shown[] = {"\"a?b\"", "nothing", "a mapping", "a list",
                           "123456789012345678901234567890123456789012345678901234567890..."};
    for (int i = 0; i < root->count; i++)
        cr_assert_str_eq(yaml_node_shown(root->pairs[i].value, reading->arena), shown[i]);
    reading_destroy(reading);
}

Test(yaml_node, a_printed_tree_reads_back_as_the_same) {
    Reading *reading = reading_create();
    const char *text = "a: [1, -2.5e-3, 'x, y', \"q\\\"\\\\\\n\\x01\", ~, true, a: b c]\n\"k: k\": {}\n";
    const char *once = yaml_node_text(reading_tree(reading, text), reading->arena);
    const char *twice = yaml_node_text(reading_tree(reading, once), reading->arena);
    cr_assert_str_eq(reading_errors(reading), "");
    cr_assert_str_eq(once, "{\"a\": [1, -2.5e-3, \"x, y\", \"q\\\"\\\\\\x0a\\x01\", null, true, {\"a\": \"b c\"}], "
                           "\"k: k\": {}}");
    cr_assert_str_eq(twice, once);
    reading_destroy(reading);
}

Test(yaml_node, a_text_for_a_message_ends_in_no_half_character_and_holds_none) {
    Arena *arena = arena_create();
    cr_expect_str_eq(yaml_node_shown_text("gr\xC3\xB6\xC3 \xFF\x1B[1m", arena), "gr\xC3\xB6? ??[1m");
    const char *fifty_nine = "12345678901234567890123456789012345678901234567890123456789";
    const char *shown = yaml_node_shown_text(arena_format(arena, "%s\xE2\x82\xAC.", fifty_nine), arena);
    cr_expect_str_eq(shown, arena_format(arena, "%s...", fifty_nine));
    shown = yaml_node_shown_text(arena_format(arena, "%s0.", fifty_nine), arena);
    cr_expect_str_eq(shown, arena_format(arena, "%s0...", fifty_nine));
    arena_destroy(arena);
}
