#include "scenarios/reader/named_file.h"

#include <criterion/criterion.h>
#include <string.h>

#include "scenarios/reader/yaml_tree.h"
#include "tests/unit/scenarios/reading.h"

static const char *const TEXT = "background:\n  - {counters: ports/a.csv}\n";

Test(named_file, a_file_is_found_beside_the_one_that_names_it) {
    Reading *reading = reading_create();
    const char *folder = reading_folder(reading);
    const char *wanted = reading_file(reading, folder, "ports/a.csv", "time_s,bytes\n");
    const char *scenario = reading_file(reading, folder, "s.yaml", TEXT);
    YamlNode *tree = yaml_tree_read_file(scenario, reading->arena, &reading->errors);
    cr_expect_str_eq(named_file_find(tree, "background[0].counters", "ports/a.csv", &reading->errors), wanted);
    cr_expect_str_eq(named_file_find(tree, "background[0].counters", wanted, &reading->errors), wanted, "absolute");
    cr_expect_eq(reading->errors.count, 0);
    reading_remove(folder);
    reading_destroy(reading);
}

Test(named_file, what_is_no_file_is_an_error_at_the_key_that_names_it) {
    Reading *reading = reading_create();
    YamlNode *tree = reading_tree(reading, TEXT);
    cr_expect_null(named_file_find(tree, "background[0].counters", "/nowhere/a.csv", &reading->errors));
    cr_expect_null(named_file_find(tree, "background[0].counters", "/", &reading->errors));
    const char *said = reading_errors(reading);
    cr_expect_not_null(strstr(said,
                              "t.yaml:2:16: background[0].counters: found \"/nowhere/a.csv\", expected a file that "
                              "can be read (/nowhere/a.csv: No such file or directory)\n"),
                       "%s", said);
    cr_expect_not_null(strstr(said, "(/: Is a directory)\n"), "%s", said);
    reading_destroy(reading);
}
