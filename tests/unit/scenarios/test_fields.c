#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>

#include "scenarios/reader/fields.h"
#include "tests/unit/scenarios/reading.h"

typedef enum Color { COLOR_RED, COLOR_GREEN } Color;

typedef struct Inner {
    double seconds;
} Inner;

/* One field of every type. */
typedef struct Sample {
    int small;
    int64_t large;
    double rate;
    double share;
    double ratio;
    bool flag;
    const char *text;
    const char *word;
    Color color;
    Inner inner;
    Inner *list;
    int64_t list_count;
    const int64_t *counts;
    int64_t counts_count;
} Sample;

static const char *color_word(int index) {
    static const char *const WORDS[] = {"red", "green"};
    return index < 2 ? WORDS[index] : NULL;
}

static const SchemaRow INNER_ROWS[] = {
    {.key = "time",
     .type = FIELD_REAL,
     .offset = offsetof(Inner, seconds),
     .dimension = DIMENSION_TIME,
     .above_min = true,
     .max = 3600,
     .required = true,
     .help = "how long"},
};
static const SchemaTable INNER = {.name = "inner", .rows = INNER_ROWS, .row_count = 1, .bytes = sizeof(Inner)};

#define AT(field) .offset = offsetof(Sample, field)

static const SchemaRow ROWS[] = {
    {.key = "small", .type = FIELD_INT, AT(small), .min = 1, .max = 8, .aliases = "little tiny_one", .help = "a"},
    {.key = "large", .type = FIELD_INT64, AT(large), .min = -5, .max = 9007199254740991, .help = "b"},
    {.key = "rate",
     .type = FIELD_REAL,
     AT(rate),
     .dimension = DIMENSION_BANDWIDTH,
     .min = 1e3,
     .max = 1e12,
     .help = "c"},
    {.key = "share",
     .type = FIELD_REAL,
     AT(share),
     .dimension = DIMENSION_FRACTION,
     .above_min = true,
     .max = 1,
     .help = "d"},
    {.key = "ratio", .type = FIELD_REAL, AT(ratio), .dimension = DIMENSION_COUNT, .min = 1, .max = 10, .help = "e"},
    {.key = "flag", .type = FIELD_BOOL, AT(flag), .help = "f"},
    {.key = "text", .type = FIELD_TEXT, AT(text), .help = "g"},
    {.key = "word", .type = FIELD_WORD, AT(word), .menu = color_word, .help = "h"},
    {.key = "color", .type = FIELD_CHOICE, AT(color), .menu = color_word, .help = "i"},
    {.key = "kind", .type = FIELD_CONSTANT, .menu = color_word, .help = "j"},
    {.key = "inner", .type = FIELD_OBJECT, AT(inner), .table = &INNER, .help = "k"},
    {.key = "list",
     .type = FIELD_LIST,
     AT(list),
     .count_offset = offsetof(Sample, list_count),
     .table = &INNER,
     .help = "l"},
    {.key = "counts",
     .type = FIELD_COUNTS,
     AT(counts),
     .count_offset = offsetof(Sample, counts_count),
     .min = 1,
     .max = 9,
     .help = "n"},
    {.key = "later", .type = FIELD_ELSEWHERE, .help = "m"},
};
static const SchemaTable TABLE = {
    .name = "sample", .rows = ROWS, .row_count = sizeof ROWS / sizeof ROWS[0], .bytes = sizeof(Sample)};

static Sample read_sample(Reading *reading, const char *text) {
    Sample sample = {.small = 3, .rate = 2.5};
    FieldReader reader = {.arena = reading->arena, .errors = &reading->errors};
    fields_read(&reader, &TABLE, reading_tree(reading, text), "", &sample);
    return sample;
}

static void expect_errors(const char *text, const char *errors) {
    Reading *reading = reading_create();
    Sample sample = read_sample(reading, text);
    cr_assert_str_eq(reading_errors(reading), errors);
    cr_assert_eq(sample.small, 3, "a refused value was stored");
    cr_assert_eq(sample.rate, 2.5, "a refused value was stored");
    reading_destroy(reading);
}

Test(fields, a_list_of_counts_lands_in_its_field) {
    Reading *reading = reading_create();
    Sample sample = read_sample(reading, "{counts: [3, 1, 9]}");
    cr_assert_str_eq(reading_errors(reading), "");
    cr_assert_eq(sample.counts_count, 3);
    cr_assert_eq(sample.counts[0], 3);
    cr_assert_eq(sample.counts[2], 9);
    reading_destroy(reading);
    expect_errors("counts: [3, 0, two]", "t.yaml:1:13: counts[1]: found 0, expected a whole number from 1 to 9\n"
                                         "t.yaml:1:16: counts[2]: found two, expected a whole number from 1 to 9\n");
    expect_errors("counts: 3", "t.yaml:1:9: counts: found 3, expected a list, each a whole number from 1 to 9\n");
}

Test(fields, every_type_lands_in_its_field) {
    Reading *reading = reading_create();
    Sample sample =
        read_sample(reading, "{small: 7, large: -5, rate: 400 Gbit/s, share: 85%, ratio: 2.385, flag: true, "
                             "text: 12, word: red, color: green, kind: red, inner: {time: 3 ms}, "
                             "list: [{time: 1 s}, {time: 2 s}], later: {anything: 1}}");
    cr_assert_str_eq(reading_errors(reading), "");
    cr_assert_eq(sample.small, 7);
    cr_assert_eq(sample.large, -5);
    cr_assert_eq(sample.rate, 50e9);
    cr_assert_float_eq(sample.share, 0.85, 1e-15);
    cr_assert_eq(sample.ratio, 2.385);
    cr_assert(sample.flag);
    cr_assert_str_eq(sample.text, "12");
    cr_assert_str_eq(sample.word, "red");
    cr_assert_eq(sample.color, COLOR_GREEN);
    cr_assert_float_eq(sample.inner.seconds, 0.003, 1e-15);
    cr_assert_eq(sample.list_count, 2);
    cr_assert_eq(sample.list[1].seconds, 2);
    reading_destroy(reading);
}

Test(fields, what_is_not_said_keeps_its_default) {
    Reading *reading = reading_create();
    Sample sample = read_sample(reading, "{large: 17}");
    cr_assert_str_eq(reading_errors(reading), "");
    cr_assert_eq(sample.small, 3);
    cr_assert_eq(sample.rate, 2.5);
    reading_destroy(reading);
}

Test(fields, other_names_count_and_dashes_are_underscores) {
    Reading *reading = reading_create();
    cr_assert_eq(read_sample(reading, "{tiny-one: 5}").small, 5);
    cr_assert_eq(read_sample(reading, "{little: 6}").small, 6);
    cr_assert_str_eq(reading_errors(reading), "");
    reading_destroy(reading);
}

Test(fields, two_names_of_one_key_are_a_duplicate) {
    expect_errors("{small: 3, tiny_one: 3}",
                  "t.yaml:1:12: tiny_one: found \"tiny_one\" as well as \"small\", expected one of them\n");
}

Test(fields, an_unknown_key_names_the_nearest_or_all) {
    expect_errors("{smal: 5}",
                  "t.yaml:1:2: smal: found unknown key \"smal\", expected a key of sample (did you mean \"small\"?)\n");
    expect_errors("{inner: {tiem: 1 s, time: 1 s}}",
                  "t.yaml:1:10: inner.tiem: found unknown key \"tiem\", expected a key "
                  "of inner (did you mean \"time\"?)\n");
    expect_errors("{xyz: 5}", "t.yaml:1:2: xyz: found unknown key \"xyz\", expected one of small, large, rate, share, "
                              "ratio, flag, text, word, color, kind, inner, list, counts, later\n");
}

Test(fields, a_missing_key_is_reported_where_its_mapping_is) {
    expect_errors("{inner: {}}",
                  "t.yaml:1:9: inner.time: found no key \"time\", expected a duration above 0 s, up to 3600 s "
                  "(how long)\n");
    expect_errors("{list: [{time: 1 s}, {}]}",
                  "t.yaml:1:22: list[1].time: found no key \"time\", expected a duration above "
                  "0 s, up to 3600 s (how long)\n");
}

Test(fields, whole_numbers_are_whole_decimal_and_in_range) {
    const char *wrong[] = {"0", "9", "2.5", "-3", "1e3", "nan", "0x3", "99999999999999999999", "many", "\"3\"", "3 GB"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        Reading *reading = reading_create();
        read_sample(reading, arena_format(reading->arena, "{small: %s}", wrong[i]));
        cr_assert_str_eq(reading_errors(reading),
                         arena_format(reading->arena,
                                      "t.yaml:1:9: small: found %s, expected a whole number from 1 to 8\n", wrong[i]));
        reading_destroy(reading);
    }
    expect_errors("{small: []}", "t.yaml:1:9: small: found a list, expected a whole number from 1 to 8\n");
    expect_errors("{small: }", "t.yaml:1:9: small: found nothing, expected a whole number from 1 to 8\n");
}

Test(fields, quantities_need_their_unit_and_range) {
    const char *example = "expected a bandwidth such as \"400 Gbit/s\"";
    Reading *reading = reading_create();
    expect_errors("{rate: 400}", arena_format(reading->arena, "t.yaml:1:8: rate: found 400, %s\n", example));
    expect_errors("{rate: 400 W}", arena_format(reading->arena, "t.yaml:1:8: rate: found 400 W, %s\n", example));
    expect_errors("{rate: fast}", arena_format(reading->arena, "t.yaml:1:8: rate: found fast, %s\n", example));
    expect_errors("{rate: 400 gbit/s}",
                  arena_format(reading->arena,
                               "t.yaml:1:8: rate: found 400 gbit/s, %s (did you mean \"400 Gbit/s\"?)\n", example));
    reading_destroy(reading);
    expect_errors("{rate: 1 B/s}", "t.yaml:1:8: rate: found 1 B/s, expected a bandwidth from 1 kB/s to 1 TB/s\n");
    expect_errors("{rate: 1e400 B/s}",
                  "t.yaml:1:8: rate: found 1e400 B/s, expected a bandwidth from 1 kB/s to 1 TB/s\n");
    expect_errors("{share: 0}", "t.yaml:1:9: share: found 0, expected a fraction above 0, up to 1\n");
    expect_errors("{share: 101%}", "t.yaml:1:9: share: found 101%, expected a fraction above 0, up to 1\n");
    expect_errors("{share: .inf}", "t.yaml:1:9: share: found .inf, expected a fraction such as \"0.8\"\n");
    expect_errors("{ratio: -1}", "t.yaml:1:9: ratio: found -1, expected a number from 1 to 10\n");
}

Test(fields, flags_texts_and_words_are_checked) {
    expect_errors("{flag: yes}", "t.yaml:1:8: flag: found yes, expected true or false\n");
    expect_errors("{text: {}}", "t.yaml:1:8: text: found a mapping, expected a text\n");
    expect_errors("{color: gren}",
                  "t.yaml:1:9: color: found gren, expected one of red, green (did you mean \"green\"?)\n");
    expect_errors("{word: blue}", "t.yaml:1:8: word: found blue, expected one of red, green\n");
    expect_errors("{kind: 3}", "t.yaml:1:8: kind: found 3, expected one of red, green\n");
}

Test(fields, a_colon_without_a_blank_is_no_key) {
    expect_errors("{small:3}", "t.yaml:1:2: small:3: found the key \"small:3\", expected a blank behind the colon\n");
}

Test(fields, structures_have_their_shape) {
    expect_errors("{inner: 3}", "t.yaml:1:9: inner: found 3, expected a mapping with time\n");
    expect_errors("{list: {}}", "t.yaml:1:8: list: found a mapping, expected a list of mappings\n");
    expect_errors("{list: [3]}", "t.yaml:1:9: list[0]: found 3, expected a mapping with time\n");
    expect_errors("[1]", "t.yaml:1:1: found a list, expected a mapping\n");
}

Test(fields, all_mistakes_are_reported_at_once) {
    expect_errors("small: 0\nrate: 3\nflags: true\nlist: [{time: 0 s}]\n",
                  "t.yaml:1:8: small: found 0, expected a whole number from 1 to 8\n"
                  "t.yaml:2:7: rate: found 3, expected a bandwidth such as \"400 Gbit/s\"\n"
                  "t.yaml:3:1: flags: found unknown key \"flags\", expected a key of sample (did you mean \"flag\"?)\n"
                  "t.yaml:4:15: list[0].time: found 0 s, expected a duration above 0 s, up to 3600 s\n");
}

Test(fields, a_key_that_nothing_read_is_reported) {
    Reading *reading = reading_create();
    YamlNode *root = reading_tree(reading, "small: 5\nlater:\n  - {x: 1}\n");
    Sample sample = {0};
    FieldReader reader = {.arena = reading->arena, .errors = &reading->errors};
    fields_read(&reader, &TABLE, root, "", &sample);
    fields_report_unread(root, &reading->errors);
    cr_assert_str_eq(reading_errors(reading),
                     "t.yaml:3:5: later[0]: found a key that nothing reads, expected it to be left out\n");
    reading_destroy(reading);
}
