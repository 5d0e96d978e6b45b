#include <criterion/criterion.h>
#include <string.h>

#include "sim/commands/command_line.h"

static int never_run(const CommandLine *line) {
    (void)line;
    return EXIT_OK;
}

static const Command BREW = {
    .name = "brew",
    .summary = "make tea",
    .usage = "POT... [options]",
    .example = "chokepoint brew blue",
    .options = {{"set", 's', "PATH=VALUE", "change one value", true},
                {"output", 'o', "DIR", "where to", false},
                {"strong", 'g', NULL, "twice the leaves", false},
                {"minutes", 0, "N", "how long", false},
                {"jobs", 'j', "N", "hands", false}},
    .least_words = 1,
    .most_words = 3,
    .run = never_run,
};

/* A command line that was read, and what was wrong with it. */
typedef struct Reading {
    Arena *arena;
    ErrorList errors;
    CommandLine line;
    bool good;
} Reading;

static Reading read_words(const char *const *words, int count) {
    Reading reading = {.arena = arena_create()};
    error_list_init(&reading.errors, reading.arena);
    char **argv = ARENA_ARRAY(reading.arena, count + 3, char *);
    argv[0] = arena_text(reading.arena, "chokepoint");
    argv[1] = arena_text(reading.arena, "brew");
    for (int i = 0; i < count; i++)
        argv[i + 2] = arena_text(reading.arena, words[i]);
    reading.good = command_line_read(&reading.line, &BREW, count + 2, argv, &reading.errors);
    return reading;
}

#define READ(...)                                                                                                      \
    read_words((const char *const[]){__VA_ARGS__}, (int)(sizeof(const char *[]){__VA_ARGS__} / sizeof(const char *)))

static void expect_error(const Reading *reading, const char *message) {
    cr_assert_not(reading->good);
    cr_assert_eq(reading->errors.count, 1);
    cr_expect_str_eq(reading->errors.items[0].path, "brew");
    cr_expect_str_eq(reading->errors.items[0].message, message);
    arena_destroy(reading->arena);
}

Test(command_line, words_and_options_may_be_mixed) {
    Reading reading = READ("blue", "-o", "out", "green", "--minutes", "7");
    cr_assert(reading.good);
    cr_expect_eq(reading.line.word_count, 2);
    cr_expect_str_eq(reading.line.words[0], "blue");
    cr_expect_str_eq(reading.line.words[1], "green");
    cr_expect_str_eq(command_line_value(&reading.line, "output"), "out");
    cr_expect_str_eq(command_line_value(&reading.line, "minutes"), "7");
    cr_expect_null(command_line_value(&reading.line, "strong"));
    arena_destroy(reading.arena);
}

Test(command_line, an_argument_may_follow_an_equals_sign_or_its_letter) {
    Reading reading = READ("blue", "--minutes=3=4", "-oout");
    cr_assert(reading.good);
    cr_expect_str_eq(command_line_value(&reading.line, "minutes"), "3=4");
    cr_expect_str_eq(command_line_value(&reading.line, "output"), "out");
    arena_destroy(reading.arena);
}

Test(command_line, an_empty_argument_is_none) {
    const char *const WAYS[] = {"--output=", "-o"};
    for (int i = 0; i < 2; i++) {
        Reading reading = READ("blue", WAYS[i], "");
        cr_expect_not(reading.good);
        cr_assert_eq(reading.errors.count, 1);
        cr_expect_str_eq(reading.errors.items[0].message, "option --output has an empty argument, expected DIR");
        arena_destroy(reading.arena);
    }
}

Test(command_line, letters_of_flags_may_stand_together_before_one_with_an_argument) {
    Reading reading = READ("blue", "-qgo", "out");
    cr_assert(reading.good);
    cr_expect(reading.line.quiet);
    cr_expect_not(reading.line.verbose);
    cr_expect_str_eq(command_line_value(&reading.line, "strong"), "");
    cr_expect_str_eq(command_line_value(&reading.line, "output"), "out");
    arena_destroy(reading.arena);
}

Test(command_line, two_dashes_end_the_options_and_one_dash_is_a_word) {
    Reading reading = READ("-", "--", "--strong", "-x");
    cr_assert(reading.good);
    cr_expect_eq(reading.line.word_count, 3);
    cr_expect_str_eq(reading.line.words[1], "--strong");
    cr_expect_null(command_line_value(&reading.line, "strong"));
    arena_destroy(reading.arena);
}

Test(command_line, a_repeatable_option_keeps_all_values_in_order) {
    Reading reading = READ("-s", "a=1", "blue", "--set=b=2", "-sa=3");
    int count = 0;
    cr_assert(reading.good);
    const char *const *sets = command_line_values(&reading.line, "set", &count);
    cr_assert_eq(count, 3);
    cr_expect_str_eq(sets[0], "a=1");
    cr_expect_str_eq(sets[1], "b=2");
    cr_expect_str_eq(sets[2], "a=3");
    arena_destroy(reading.arena);
}

Test(command_line, the_same_value_twice_is_no_contradiction) {
    Reading reading = READ("blue", "-o", "out", "--output=out");
    cr_expect(reading.good);
    arena_destroy(reading.arena);
}

Test(command_line, two_values_for_one_option_are_an_error) {
    Reading reading = READ("blue", "-o", "one", "-o", "two");
    expect_error(&reading, "option --output is given twice with different values");
}

Test(command_line, an_unknown_option_comes_with_the_nearest_one) {
    Reading reading = READ("blue", "--minuets", "7");
    expect_error(&reading, "option --minuets is unknown (did you mean --minutes?)");
}

Test(command_line, an_option_that_is_near_to_nothing_has_no_suggestion) {
    Reading reading = READ("blue", "--quux=7");
    expect_error(&reading, "option --quux is unknown");
}

Test(command_line, an_unknown_letter_is_an_error) {
    Reading reading = READ("blue", "-gz");
    expect_error(&reading, "option -z is unknown");
}

Test(command_line, a_prefix_of_an_option_is_not_that_option) {
    Reading reading = READ("blue", "--stron");
    expect_error(&reading, "option --stron is unknown (did you mean --strong?)");
}

Test(command_line, a_missing_argument_is_an_error) {
    Reading reading = READ("blue", "--minutes");
    expect_error(&reading, "option --minutes needs its argument N");
}

Test(command_line, a_missing_argument_of_a_letter_is_an_error) {
    Reading reading = READ("blue", "-go");
    expect_error(&reading, "option -o needs its argument DIR");
}

Test(command_line, a_flag_takes_no_argument) {
    Reading reading = READ("blue", "--strong=yes");
    expect_error(&reading, "option --strong takes no argument");
}

Test(command_line, too_few_words_show_the_usage) {
    Reading reading = READ("--strong");
    expect_error(&reading, "found too few words, expected `chokepoint brew POT... [options]`");
}

Test(command_line, too_many_words_show_the_first_that_is_too_many) {
    Reading reading = READ("one", "two", "three", "four", "five");
    expect_error(&reading, "found \"four\" as well, expected `chokepoint brew POT... [options]`");
}

Test(command_line, all_mistakes_are_told_at_once) {
    Reading reading = READ("--strng", "-o");
    cr_assert_not(reading.good);
    cr_assert_eq(reading.errors.count, 2);
    cr_expect_str_eq(reading.errors.items[0].message, "option --strng is unknown (did you mean --strong?)");
    cr_expect_str_eq(reading.errors.items[1].message, "option -o needs its argument DIR");
    arena_destroy(reading.arena);
}

Test(command_line, help_is_given_whatever_else_is_wrong) {
    Reading reading = READ("--quux", "-h");
    cr_expect(reading.good);
    cr_expect(reading.line.help);
    cr_expect_eq(reading.errors.count, 0);
    arena_destroy(reading.arena);
}

Test(command_line, control_characters_of_an_option_do_not_reach_the_message) {
    Reading reading = READ("blue", "--\033[2J");
    expect_error(&reading, "option --?[2J is unknown");
}

Test(command_line, the_typed_line_is_quoted_for_a_shell) {
    Reading reading = READ("blue", "--set", "a=it's 5 us", "");
    cr_expect_str_eq(reading.line.typed, "chokepoint brew blue --set 'a=it'\\''s 5 us' ''");
    arena_destroy(reading.arena);
}

Test(command_line, every_command_is_complete_and_leaves_the_shared_letters_alone) {
    for (size_t i = 0; command_at(i) != NULL; i++) {
        const Command *command = command_at(i);
        cr_expect(command->run != NULL && command->summary != NULL && command->usage != NULL);
        cr_expect_eq(strncmp(command->example, "chokepoint ", 11), 0, "%s: %s", command->name, command->example);
        cr_expect_leq(command->least_words, command->most_words);
        cr_expect_eq(command_find(command->name), command);
        for (const CommandOption *row = command->options; row->name != NULL; row++)
            for (const CommandOption *shared = command_line_shared_options(); shared->name != NULL; shared++)
                cr_expect(row->letter != shared->letter && strcmp(row->name, shared->name) != 0, "%s --%s",
                          command->name, row->name);
    }
}

Test(command_line, an_unknown_command_has_a_neighbour_when_one_is_near) {
    cr_expect_str_eq(command_near("rnu"), "run");
    cr_expect_str_eq(command_near("shcema"), "schema");
    cr_expect_null(command_near("quux"));
    cr_expect_null(command_find("ru"));
}

static int threads_of(const char *text, const char *message) {
    Reading reading = READ("blue", "-j", text);
    cr_assert(reading.good);
    int threads = command_line_threads(&reading.line, &reading.errors);
    cr_expect_eq(reading.errors.count, message != NULL);
    if (message != NULL)
        cr_expect_str_eq(reading.errors.items[0].message, message);
    arena_destroy(reading.arena);
    return threads;
}

Test(command_line, threads_are_a_number_in_bounds_and_none_when_not_given) {
    Reading reading = READ("blue");
    cr_expect_eq(command_line_threads(&reading.line, &reading.errors), 0);
    arena_destroy(reading.arena);
    cr_expect_eq(threads_of("17", NULL), 17);
    cr_expect_eq(threads_of("1024", NULL), COMMAND_LINE_MOST_THREADS);
    threads_of("1025", "option --jobs: found \"1025\", expected a number from 1 to 1024");
    threads_of("0", "option --jobs: found \"0\", expected a number from 1 to 1024");
    threads_of("3x", "option --jobs: found \"3x\", expected a number from 1 to 1024");
    threads_of(" ", "option --jobs: found \" \", expected a number from 1 to 1024");
}
