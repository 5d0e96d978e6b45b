#include <criterion/criterion.h>
#include <stdlib.h>

#include "scenarios/reader/yaml_block.h"
#include "tests/unit/scenarios/reading.h"

static const char *block_of(Reading *reading, const char *text) {
    char *page = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&page, &bytes);
    yaml_block_write(out, reading_tree(reading, text));
    fclose(out);
    const char *kept = arena_text(reading->arena, page);
    free(page);
    return kept;
}

Test(yaml_block, a_key_a_line_and_two_blanks_a_level) {
    Reading *reading = reading_create();
    cr_expect_str_eq(
        block_of(reading, "{name: a b, jobs: [{model: {from: x, layers: 7}, plan: {}}, {steps: 3}], at: [1, 2.385]}"),
        "name: \"a b\"\n"
        "jobs:\n"
        "  - model:\n"
        "      from: x\n"
        "      layers: 7\n"
        "    plan: {}\n"
        "  - steps: 3\n"
        "at: [1, 2.385]\n");
    reading_destroy(reading);
}

Test(yaml_block, reads_back_as_the_same_tree) {
    static const char *const TEXT =
        "{sweep: {\"jobs[0].plan.micro_batch\": [1, 2], \"a: b\": \"400 Gbit/s\"}, empty: [], nothing: null, "
        "\"[\": [[1, [2]], {a: [{b: c}, d]}], text: \"two\\nlines # not a comment\"}";
    Reading *reading = reading_create();
    const char *before = yaml_node_text(reading_tree(reading, TEXT), reading->arena);
    const char *page = block_of(reading, TEXT);
    cr_expect_str_eq(yaml_node_text(reading_tree(reading, page), reading->arena), before, "%s", page);
    reading_destroy(reading);
}
