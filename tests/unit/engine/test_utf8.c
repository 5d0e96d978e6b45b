#include <criterion/criterion.h>
#include <string.h>

#include "sim/engine/utf8.h"

static size_t first_bytes(const char *text) {
    return utf8_character_bytes(text, UTF8_MOST_BYTES);
}

Test(utf8, the_first_and_the_last_character_of_each_length_count) {
    cr_expect_eq(first_bytes("\x01"), 1);
    cr_expect_eq(first_bytes("\x7F"), 1);
    cr_expect_eq(first_bytes("\xC2\x80"), 2);
    cr_expect_eq(first_bytes("\xDF\xBF"), 2);
    cr_expect_eq(first_bytes("\xE0\xA0\x80"), 3);
    cr_expect_eq(first_bytes("\xED\x9F\xBF"), 3);
    cr_expect_eq(first_bytes("\xEE\x80\x80"), 3);
    cr_expect_eq(first_bytes(UTF8_REPLACEMENT), 3);
    cr_expect_eq(first_bytes("\xF0\x90\x80\x80"), 4);
    cr_expect_eq(first_bytes("\xF4\x8F\xBF\xBF"), 4);
    cr_expect_eq(first_bytes(""), 1);
}

Test(utf8, overlong_forms_surrogates_and_what_lies_beyond_are_no_characters) {
    static const char *const WRONG[] = {
        "\x80",         "\xBF",         "\xC0\xAF",         "\xC1\xBF",         "\xE0\x9F\xBF",
        "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
        "\xFF",         "\xFE"};
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++)
        cr_expect_eq(first_bytes(WRONG[i]), 0, "text %zu", i);
}

Test(utf8, a_character_that_is_cut_is_none) {
    cr_expect_eq(first_bytes("\xE2\x82"), 0);
    cr_expect_eq(first_bytes("\xE2\x82x"), 0);
    cr_expect_eq(utf8_character_bytes("\xE2\x82\xAC", 2), 0);
    cr_expect_eq(utf8_character_bytes("\xE2\x82\xAC", 3), 3);
}
