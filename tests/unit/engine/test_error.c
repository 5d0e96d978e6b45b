#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/engine/error.h"

/* What error_list_print() writes; the caller frees it. */
static char *printed(ErrorList *list) {
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    error_list_print(list, out);
    fclose(out);
    return text;
}

static void expect_printed(ErrorList *list, const char *expected) {
    char *text = printed(list);
    cr_assert_str_eq(text, expected);
    free(text);
}

Test(error, an_error_shows_place_path_and_sentence) {
    Arena *arena = arena_create();
    ErrorList list;
    error_list_init(&list, arena);
    error_list_add(&list, (ErrorPlace){"run.yaml", 12, 7}, "jobs[0].plan", "found %d, expected %s", 3, "1, 2 or 4");
    cr_assert_eq(list.count, 1);
    expect_printed(&list, "run.yaml:12:7: jobs[0].plan: found 3, expected 1, 2 or 4\n");
    arena_destroy(arena);
}

Test(error, an_error_of_a_key_shows_it_behind_the_path) {
    Arena *arena = arena_create();
    ErrorList list;
    error_list_init(&list, arena);
    error_list_add_key(&list, "jobs[3]", "plan.zero_stage", "found %d, expected at most %d", 5, 3);
    cr_assert_eq(list.count, 1);
    expect_printed(&list, "jobs[3].plan.zero_stage: found 5, expected at most 3\n");
    arena_destroy(arena);
}

Test(error, what_is_unknown_is_left_out) {
    Arena *arena = arena_create();
    ErrorList list;
    error_list_init(&list, arena);
    error_list_add(&list, (ErrorPlace){NULL, 0, 0}, NULL, "unknown flag --fats");
    error_list_add(&list, (ErrorPlace){"a.yaml", 0, 0}, "cluster", "missing");
    error_list_add(&list, (ErrorPlace){"a.yaml", 5, 0}, "", "bad line");
    expect_printed(&list, "unknown flag --fats\na.yaml: cluster: missing\na.yaml:5: bad line\n");
    arena_destroy(arena);
}

Test(error, errors_are_printed_by_file_line_and_column) {
    Arena *arena = arena_create();
    ErrorList list;
    error_list_init(&list, arena);
    error_list_add(&list, (ErrorPlace){"b.yaml", 2, 3}, NULL, "fifth");
    error_list_add(&list, (ErrorPlace){"a.yaml", 10, 1}, NULL, "fourth");
    error_list_add(&list, (ErrorPlace){"a.yaml", 9, 8}, NULL, "third");
    error_list_add(&list, (ErrorPlace){"a.yaml", 9, 2}, NULL, "second");
    error_list_add(&list, (ErrorPlace){NULL, 0, 0}, NULL, "first");
    expect_printed(&list, "first\na.yaml:9:2: second\na.yaml:9:8: third\na.yaml:10:1: fourth\nb.yaml:2:3: fifth\n");
    arena_destroy(arena);
}

Test(error, errors_at_one_place_keep_their_order) {
    Arena *arena = arena_create();
    ErrorList list;
    error_list_init(&list, arena);
    for (int i = 0; i < 21; i++) {
        error_list_add(&list, (ErrorPlace){"a.yaml", 4, i < 20 ? 5 : 1}, NULL, "%d", i);
    }
    char *text = printed(&list);
    cr_assert_eq(strncmp(text, "a.yaml:4:1: 20\na.yaml:4:5: 0\na.yaml:4:5: 1\na.yaml:4:5: 2\n", 57), 0);
    cr_assert_str_eq(list.items[20].message, "19");
    free(text);
    arena_destroy(arena);
}

Test(error, texts_are_copied) {
    Arena *arena = arena_create();
    ErrorList list;
    error_list_init(&list, arena);
    char file[] = "a.yaml";
    char path[] = "jobs";
    error_list_add(&list, (ErrorPlace){file, 1, 2}, path, "bad");
    file[0] = 'z';
    path[0] = 'z';
    expect_printed(&list, "a.yaml:1:2: jobs: bad\n");
    arena_destroy(arena);
}

Test(error, fatal_exits_with_its_own_code, .init = cr_redirect_stderr, .exit_code = EXIT_NO_RESOURCES) {
    fatal("disk %s is full", "/tmp");
}
