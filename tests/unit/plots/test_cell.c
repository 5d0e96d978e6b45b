#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "plots/cell.h"

typedef void CellWriter(FILE *out, const char *text);

static void expect_written(CellWriter *write, const char *text, const char *expected) {
    char *written = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&written, &bytes);
    write(out, text);
    cr_assert_eq(fclose(out), 0);
    cr_expect_str_eq(written, expected);
    free(written);
}

Test(cell, json_escapes_what_it_must_and_leaves_letters_of_all_lengths) {
    expect_written(cell_json_text, "a\"b\\c\x01\n", "\"a\\\"b\\\\c\\u0001\\n\"");
    expect_written(cell_json_text, "\xC3\xB6 \xE2\x82\xAC \xF0\x9F\x92\xA5",
                   "\"\xC3\xB6 \xE2\x82\xAC \xF0\x9F\x92\xA5\"");
    expect_written(cell_json_text, NULL, "null");
}

Test(cell, a_byte_that_is_no_utf8_becomes_the_replacement_character_in_every_notation) {
    const char *text = "\xFFgr\xE9 \xE2\x82";
    expect_written(cell_json_text, text, "\"\xEF\xBF\xBDgr\xEF\xBF\xBD \xEF\xBF\xBD\xEF\xBF\xBD\"");
    expect_written(cell_csv_text, text, "\xEF\xBF\xBDgr\xEF\xBF\xBD \xEF\xBF\xBD\xEF\xBF\xBD");
    expect_written(cell_dat_text, text, "\"\xEF\xBF\xBDgr\xEF\xBF\xBD \xEF\xBF\xBD\xEF\xBF\xBD\"");
    expect_written(cell_gnuplot_text, text, "'\xEF\xBF\xBDgr\xEF\xBF\xBD \xEF\xBF\xBD\xEF\xBF\xBD'");
}

Test(cell, csv_doubles_quotes_of_a_field_that_needs_some) {
    expect_written(cell_csv_text, "a \"b\", c\nd", "\"a \"\"b\"\", c\nd\"");
    expect_written(cell_csv_text, "it's", "it's");
    expect_written(cell_csv_text, NULL, "");
}

Test(cell, a_gnuplot_text_has_its_quotes_apart) {
    expect_written(cell_gnuplot_text, "a \"b\" \\n @x", "'a \"b\" \\n @x'");
    expect_written(cell_gnuplot_text, "it's", "'it' . \"\\047\" . 's'");
    expect_written(cell_gnuplot_text, "'`x\n", "'' . \"\\047\" . '' . \"\\047\" . 'x '");
    expect_written(cell_gnuplot_text, NULL, "''");
}
