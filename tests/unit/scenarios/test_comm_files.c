#include <criterion/criterion.h>
#include <string.h>

#include "scenarios/calibration/comm_files.h"
#include "tests/unit/scenarios/reading.h"

Test(comm_files, a_folder_is_its_tables_and_logs_in_the_order_of_their_names) {
    Reading *reading = reading_create();
    const char *folder = reading_folder(reading);
    const char *log = reading_file(reading, folder, "b.log", "#"), *table = reading_file(reading, folder, "a.csv", "a");
    reading_file(reading, folder, "c.yaml", "a: 1");
    reading_file(reading, folder, "deep/d.csv", "a");
    const char *const words[] = {"missing.csv", folder};
    CommFiles files = comm_files_find(words, 2, &reading->errors);
    cr_assert_eq(files.count, 3);
    cr_assert_str_eq(files.paths[0], "missing.csv");
    cr_assert_str_eq(files.paths[1], table);
    cr_assert_str_eq(files.paths[2], log);
    cr_assert_eq(reading->errors.count, 0);
    reading_remove(folder);
    reading_destroy(reading);
}

Test(comm_files, a_folder_without_any_is_a_mistake) {
    Reading *reading = reading_create();
    const char *folder = reading_folder(reading);
    reading_file(reading, folder, "c.yaml", "a: 1");
    cr_assert_eq(comm_files_find(&folder, 1, &reading->errors).count, 0);
    const char *expected =
        arena_format(reading->arena, "%s: found no *.csv, *.txt or *.log, expected measurements\n", folder);
    cr_assert_str_eq(reading_errors(reading), expected);
    reading_remove(folder);
    reading_destroy(reading);
}

Test(comm_files, a_file_that_comes_up_again_is_a_mistake) {
    Reading *reading = reading_create();
    const char *folder = reading_folder(reading);
    const char *table = reading_file(reading, folder, "a.csv", "a");
    const char *const words[] = {table, folder};
    comm_files_find(words, 2, &reading->errors);
    cr_assert_str_eq(reading_errors(reading),
                     arena_format(reading->arena, "%s: found it again, expected each file once\n", table));
    reading_remove(folder);
    reading_destroy(reading);
}
