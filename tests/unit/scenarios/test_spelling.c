#include <criterion/criterion.h>

#include "scenarios/reader/spelling.h"

Test(spelling, an_edit_is_one_letter_or_one_swap) {
    cr_assert_eq(spelling_distance("nodes", "nodes"), 0);
    cr_assert_eq(spelling_distance("nodes", "nods"), 1);
    cr_assert_eq(spelling_distance("nodes", "noodes"), 1);
    cr_assert_eq(spelling_distance("nodes", "nodez"), 1);
    cr_assert_eq(spelling_distance("nodes", "ndoes"), 1);
    cr_assert_eq(spelling_distance("", "abc"), 3);
    cr_assert_eq(spelling_distance("kitten", "sitting"), 3);
}

Test(spelling, a_long_word_is_near_to_nothing) {
    cr_assert_geq(spelling_distance("0123456789012345678901234567890123456789012345678901234567890123", "0"), 64);
}

Test(spelling, the_nearest_of_the_menu_is_kept) {
    const char *best = 0;
    int distance = 0;
    spelling_consider("recompte", "precision", &best, &distance);
    cr_assert_null(best);
    spelling_consider("recompte", "recomputed", &best, &distance);
    spelling_consider("recompte", "recompute", &best, &distance);
    spelling_consider("recompte", "compute", &best, &distance);
    cr_assert_str_eq(best, "recompute");
    cr_assert_eq(distance, 1);
}

Test(spelling, of_words_equally_near_one_of_the_same_length_is_kept) {
    const char *best = 0;
    int distance = 0;
    spelling_consider("nodez", "node", &best, &distance);
    spelling_consider("nodez", "nodes", &best, &distance);
    spelling_consider("nodez", "nodezz", &best, &distance);
    cr_assert_str_eq(best, "nodes");
}

Test(spelling, the_beginning_of_a_word_is_near_to_it) {
    const char *best = 0;
    int distance = 0;
    spelling_consider("memory.peak", "memory.fits", &best, &distance);
    spelling_consider("memory.peak", "memory.peak_bytes", &best, &distance);
    cr_assert_str_eq(best, "memory.peak_bytes");
    best = 0;
    spelling_consider("mem", "memory.peak_bytes", &best, &distance);
    cr_assert_null(best);
}

Test(spelling, a_word_of_other_letters_is_no_misspelling) {
    const char *best = 0;
    int distance = 0;
    spelling_consider("x", "y", &best, &distance);
    spelling_consider("gpu", "nic", &best, &distance);
    spelling_consider("foo", "moe", &best, &distance);
    cr_assert_null(best);
}
