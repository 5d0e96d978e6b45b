#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/reader/csv.h"
#include "tests/unit/scenarios/reading.h"

static const CsvTable *read_text(Reading *reading, const char *text) {
    return csv_read_text(text, strlen(text), "t.csv", reading->arena, &reading->errors);
}

static void expect_errors(const char *text, const char *errors) {
    Reading *reading = reading_create();
    cr_assert_null(read_text(reading, text));
    cr_assert_str_eq(reading_errors(reading), errors);
    reading_destroy(reading);
}

/* `head`, then a piece many times; the caller frees it. */
static char *repeated(const char *head, const char *piece, size_t times) {
    char *text = malloc(strlen(head) + strlen(piece) * times + 1);
    char *at = stpcpy(text, head);
    for (size_t i = 0; i < times; i++)
        at = stpcpy(at, piece);
    return text;
}

Test(csv, cells_are_found_by_the_name_of_their_column) {
    Reading *reading = reading_create();
    const CsvTable *table = read_text(reading, "gpu,step_time_s\nA100,2.385\nH100, 17 \n");
    cr_assert_str_eq(reading_errors(reading), "");
    cr_assert_eq(table->column_count, 2);
    cr_assert_eq(table->row_count, 2);
    cr_assert_eq(csv_column(table, "step_time_s"), 1);
    cr_assert_eq(csv_column(table, "step"), -1);
    cr_assert_str_eq(table->rows[0].cells[1], "2.385");
    cr_assert_str_eq(table->rows[1].cells[1], " 17 ");
    reading_destroy(reading);
}

Test(csv, a_column_is_found_whatever_its_case_and_the_blanks_around_it) {
    Reading *reading = reading_create();
    const CsvTable *table = read_text(reading, "GPU , gpu,\tStep_Time_s\nA100,H100,2.385\n");
    cr_assert_str_eq(reading_errors(reading), "");
    cr_assert_eq(csv_column(table, "gpu"), 1);
    cr_assert_eq(csv_column(table, "step_time_s"), 2);
    reading_destroy(reading);
}

Test(csv, other_separators_are_named) {
    expect_errors("gpu;gpus\nA100;8\n",
                  "t.csv:1:1: found semicolons in a single column, expected commas between cells\n");
    expect_errors("gpu\tgpus\nA100\t8\n", "t.csv:1:1: found tabs in a single column, expected commas between cells\n");
    Reading *reading = reading_create();
    cr_assert_not_null(read_text(reading, "gpu;gpus,note\nA100;8,x\n"));
    reading_destroy(reading);
}

Test(csv, quoted_cells_hold_commas_quotes_and_line_breaks) {
    Reading *reading = reading_create();
    const CsvTable *table = read_text(reading, "\"a\",b\n\"x, \"\"y\"\"\nz\",\"\"\n3,4\n");
    cr_assert_str_eq(reading_errors(reading), "");
    cr_assert_str_eq(table->columns[0], "a");
    cr_assert_str_eq(table->rows[0].cells[0], "x, \"y\"\nz");
    cr_assert_str_eq(table->rows[0].cells[1], "");
    cr_assert_eq(table->rows[0].line, 2);
    cr_assert_eq(table->rows[1].line, 4);
    reading_destroy(reading);
}

Test(csv, lines_end_in_lf_or_crlf_or_the_end_of_the_file) {
    Reading *reading = reading_create();
    const CsvTable *table = read_text(reading, "\xEF\xBB\xBF"
                                               "a,b\r\n\r\n1,\"2\"\r\n\n,4");
    cr_assert_str_eq(reading_errors(reading), "");
    cr_assert_str_eq(table->columns[0], "a");
    cr_assert_eq(table->row_count, 2);
    cr_assert_str_eq(table->rows[0].cells[1], "2");
    cr_assert_eq(table->rows[0].line, 3);
    cr_assert_str_eq(table->rows[1].cells[0], "");
    cr_assert_str_eq(table->rows[1].cells[1], "4");
    reading_destroy(reading);
}

Test(csv, a_header_alone_is_a_table_without_rows) {
    Reading *reading = reading_create();
    const CsvTable *table = read_text(reading, "a,b,c");
    cr_assert_str_eq(reading_errors(reading), "");
    cr_assert_eq(table->column_count, 3);
    cr_assert_eq(table->row_count, 0);
    reading_destroy(reading);
}

Test(csv, bytes_that_are_no_text_have_their_place) {
    expect_errors("a,b\n1,\"x\ny \xE9\"\n\xFF,2\n",
                  "t.csv:3:3: found the byte 0xe9, which is no text, expected UTF-8\n");
    expect_errors("a,gr\xC3\xB6\xC3\n1,2\n", "t.csv:1:7: found the byte 0xc3, which is no text, expected UTF-8\n");
    expect_errors("\xEF\xBB\xBF"
                  "a,\xC0\xAF\n",
                  "t.csv:1:3: found the byte 0xc0, which is no text, expected UTF-8\n");
    Reading *reading = reading_create();
    const CsvTable *table = read_text(reading, "a,gr\xC3\xB6\n1,\xE2\x82\xAC\n");
    cr_assert_str_eq(reading_errors(reading), "");
    cr_assert_str_eq(table->rows[0].cells[1], "\xE2\x82\xAC");
    reading_destroy(reading);
}

Test(csv, every_mistake_has_its_place) {
    expect_errors("", "t.csv:1:1: found no line, expected a header with the names of the columns\n");
    expect_errors("\n\r\n", "t.csv:1:1: found no line, expected a header with the names of the columns\n");
    expect_errors("a,b\n1\n1,2,3\n", "t.csv:2:1: found 1 cells, expected 2 as in the header\n"
                                     "t.csv:3:1: found 3 cells, expected 2 as in the header\n");
    expect_errors("a,b,a,\n", "t.csv:1:1: found the column \"a\" again, expected it once\n"
                              "t.csv:1:1: found no name of column 4, expected a name\n");
    expect_errors("a,b\n1,2\"3\"\n", "t.csv:2:4: found a quote inside a cell without quotes, expected the whole cell "
                                     "in quotes\n");
    expect_errors("a,b\n\"1\"x,2\n",
                  "t.csv:2:4: found text behind the closing quote, expected a comma or the end of the line\n");
    expect_errors("a,b\n1,\"2\n3,4\n",
                  "t.csv:2:3: found a quote that nothing closes, expected another quote at the end of the cell\n");
    expect_errors("a,b\n1\r2,3\n", "t.csv:2:2: found a carriage return without a line feed, expected LF or CRLF\n");
}

Test(csv, places_behind_a_quoted_line_break_are_right) {
    expect_errors("a,b\n\"1\n\n2\",x\"y\n",
                  "t.csv:4:5: found a quote inside a cell without quotes, expected the whole cell in quotes\n");
}

Test(csv, binary_input_is_one_error) {
    Reading *reading = reading_create();
    static const char BINARY[] = "\x7f"
                                 "ELF\2\1\0\0,\"\n\r";
    cr_assert_null(csv_read_text(BINARY, sizeof BINARY, "t.csv", reading->arena, &reading->errors));
    cr_assert_str_eq(reading_errors(reading), "t.csv:1:1: found a NUL character, expected text\n");
    reading_destroy(reading);
}

Test(csv, a_packed_file_is_told_with_the_way_to_unpack_it) {
    Reading *reading = reading_create();
    static const char PACKED[] = "\x1f\x8b\x08\0\x31";
    cr_assert_null(csv_read_text(PACKED, sizeof PACKED - 1, "t.csv.gz", reading->arena, &reading->errors));
    cr_assert_str_eq(reading_errors(reading),
                     "t.csv.gz:1:1: found a packed file, expected text: gzip -dc FILE.csv.gz > FILE.csv\n");
    reading_destroy(reading);
}

Test(csv, too_many_columns_stop_the_reading) {
    Reading *reading = reading_create();
    char *text = repeated("a", ",b", 5000);
    cr_assert_null(read_text(reading, text));
    cr_assert_eq(reading->errors.items[0].place.column, 2002);
    cr_assert_str_eq(reading->errors.items[0].message, "found more than 1000 columns, expected fewer");
    free(text);
    reading_destroy(reading);
}

Test(csv, errors_come_to_an_end) {
    Reading *reading = reading_create();
    char *text = repeated("a,b\n", "1\n", 5000);
    cr_assert_null(read_text(reading, text));
    cr_assert_eq(reading->errors.count, CSV_MOST_ERRORS);
    free(text);
    reading_destroy(reading);
}

Test(csv, files_that_cannot_be_read_are_errors) {
    Reading *reading = reading_create();
    cr_assert_null(csv_read_file("/nowhere/t.csv", reading->arena, &reading->errors));
    cr_assert_str_eq(reading_errors(reading), "/nowhere/t.csv: cannot be read: No such file or directory\n");
    reading_destroy(reading);
}

Test(csv, a_folder_is_no_file) {
    Reading *reading = reading_create();
    cr_assert_null(csv_read_file("/", reading->arena, &reading->errors));
    cr_assert_str_eq(reading_errors(reading), "/: cannot be read: Is a directory\n");
    reading_destroy(reading);
}

Test(csv, a_file_larger_than_one_reading_step_is_whole) {
    Reading *reading = reading_create();
    const char *folder = reading_folder(reading);
    char *text = repeated("a,b\n", "2.385,\"x\"\n", 20000);
    const char *path = reading_file(reading, folder, "t.csv", text);
    const CsvTable *table = csv_read_file(path, reading->arena, &reading->errors);
    cr_assert_str_eq(reading_errors(reading), "");
    cr_assert_eq(table->row_count, 20000);
    cr_assert_str_eq(table->rows[19999].cells[1], "x");
    cr_assert_str_eq(table->file, path);
    free(text);
    reading_remove(folder);
    reading_destroy(reading);
}
