#include <criterion/criterion.h>
#include <regex.h>

#include "scenarios/reader/quantity.h"

static double value_of(const char *text, Dimension dimension) {
    double value = -1;
    cr_assert_eq(quantity_read(text, dimension, &value), QUANTITY_GOOD, "%s", text);
    return value;
}

static QuantityProblem problem_of(const char *text, Dimension dimension) {
    double value = 7.25;
    QuantityProblem problem = quantity_read(text, dimension, &value);
    cr_assert(problem == QUANTITY_GOOD || value == 7.25, "a refused text changed the value");
    return problem;
}

Test(quantity, bits_and_bytes_differ_by_eight) {
    cr_assert_eq(value_of("400 Gbit/s", DIMENSION_BANDWIDTH), 50e9);
    cr_assert_eq(value_of("400 Gb/s", DIMENSION_BANDWIDTH), 50e9);
    cr_assert_eq(value_of("400Gbps", DIMENSION_BANDWIDTH), 50e9);
    cr_assert_eq(value_of("400 GB/s", DIMENSION_BANDWIDTH), 400e9);
    cr_assert_eq(value_of("3 GiB/s", DIMENSION_BANDWIDTH), 3221225472.0);
}

Test(quantity, prefixes_are_decimal_or_binary_as_written) {
    cr_assert_eq(value_of("2.5 kB", DIMENSION_BYTES), 2500);
    cr_assert_eq(value_of("2.5 KiB", DIMENSION_BYTES), 2560);
    cr_assert_eq(value_of("80 GiB", DIMENSION_BYTES), 85899345920.0);
    cr_assert_eq(value_of("80 GB", DIMENSION_BYTES), 80e9);
    cr_assert_eq(value_of("7 B", DIMENSION_BYTES), 7);
}

Test(quantity, every_dimension_has_its_units) {
    cr_assert_eq(value_of("0.3 us", DIMENSION_TIME), 0.3e-6);
    cr_assert_eq(value_of("150 ns", DIMENSION_TIME), 150e-9);
    cr_assert_float_eq(value_of("0.3 \xc2\xb5s", DIMENSION_TIME), 0.3e-6, 1e-21);
    cr_assert_float_eq(value_of("12 ms", DIMENSION_TIME), 0.012, 1e-17);
    cr_assert_eq(value_of("1.5 min", DIMENSION_TIME), 90);
    cr_assert_eq(value_of("2 h", DIMENSION_TIME), 7200);
    cr_assert_eq(value_of("312 Tflop/s", DIMENSION_FLOP_RATE), 312e12);
    cr_assert_eq(value_of("312 TFLOP/s", DIMENSION_FLOP_RATE), 312e12);
    cr_assert_eq(value_of("0.4 kW", DIMENSION_POWER), 400);
    cr_assert_eq(value_of("1.5 GHz", DIMENSION_FREQUENCY), 1.5e9);
    cr_assert_eq(value_of("85 %", DIMENSION_FRACTION), 0.85);
    cr_assert_eq(value_of("0.85", DIMENSION_FRACTION), 0.85);
    cr_assert_eq(value_of("-2.385e3", DIMENSION_COUNT), -2385);
}

Test(quantity, a_bare_number_is_refused_where_a_unit_is_needed) {
    cr_assert_eq(problem_of("400", DIMENSION_BANDWIDTH), QUANTITY_NO_UNIT);
    cr_assert_eq(problem_of("400 ", DIMENSION_TIME), QUANTITY_NO_UNIT);
}

Test(quantity, a_unit_of_another_dimension_is_refused) {
    cr_assert_eq(problem_of("400 GB", DIMENSION_BANDWIDTH), QUANTITY_WRONG_UNIT);
    cr_assert_eq(problem_of("400 Gbit", DIMENSION_BYTES), QUANTITY_WRONG_UNIT);
    cr_assert_eq(problem_of("5 kis", DIMENSION_TIME), QUANTITY_WRONG_UNIT);
    cr_assert_eq(problem_of("5 us 3", DIMENSION_TIME), QUANTITY_WRONG_UNIT);
    cr_assert_eq(problem_of("5 W", DIMENSION_COUNT), QUANTITY_WRONG_UNIT);
    cr_assert_eq(problem_of("5 MiW", DIMENSION_POWER), QUANTITY_WRONG_UNIT);
}

Test(quantity, what_is_no_decimal_number_is_refused) {
    const char *texts[] = {"", "s", "nan", "inf", "-inf s", "0x10", "+-3", "--3", ".", "e5", "Gbit/s"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        cr_assert_eq(problem_of(texts[i], DIMENSION_COUNT), QUANTITY_NO_NUMBER, "%s", texts[i]);
}

Test(quantity, what_no_double_holds_is_refused) {
    cr_assert_eq(problem_of("1e400", DIMENSION_COUNT), QUANTITY_TOO_LARGE);
    cr_assert_eq(problem_of("1e300 EB/s", DIMENSION_BANDWIDTH), QUANTITY_TOO_LARGE);
}

Test(quantity, a_unit_has_a_dimension_and_a_size) {
    Dimension dimension = DIMENSION_END;
    double factor = -1;
    cr_assert(quantity_read_unit("TFLOP/s", &dimension, &factor));
    cr_assert_eq(dimension, DIMENSION_FLOP_RATE);
    cr_assert_eq(factor, 1e12);
    cr_assert(quantity_read_unit("min", &dimension, &factor));
    cr_assert_eq(dimension, DIMENSION_TIME);
    cr_assert_eq(factor, 60);
    cr_assert_not(quantity_read_unit("token/s", &dimension, &factor));
    cr_assert_not(quantity_read_unit("", &dimension, &factor));
}

Test(quantity, a_unit_in_the_wrong_case_is_recognised) {
    Arena *arena = arena_create();
    cr_assert_str_eq(quantity_near_unit("400 gbit/s", DIMENSION_BANDWIDTH, arena), "Gbit/s");
    cr_assert_str_eq(quantity_near_unit("312 tflops", DIMENSION_FLOP_RATE, arena), "TFLOPS");
    cr_assert_null(quantity_near_unit("400 parsecs", DIMENSION_BANDWIDTH, arena));
    arena_destroy(arena);
}

Test(quantity, a_unit_spelt_otherwise_is_recognised_and_a_byte_is_no_bit) {
    static const struct {
        const char *text;
        Dimension dimension;
        const char *unit;
    } CASES[] = {
        {"200gbps", DIMENSION_BANDWIDTH, "Gbps"},
        {"200 gb/s", DIMENSION_BANDWIDTH, "Gb/s"},
        {"50GBps", DIMENSION_BANDWIDTH, "GB/s"},
        {"50 GB", DIMENSION_BANDWIDTH, "GB/s"},
        {"400 Gbits/s", DIMENSION_BANDWIDTH, "Gbit/s"},
        {"400 Gbit", DIMENSION_BANDWIDTH, "Gbit/s"},
        {"7 GB/sec", DIMENSION_BANDWIDTH, "GB/s"},
        {"80 gb", DIMENSION_BYTES, "GB"},
        {"5 usec", DIMENSION_TIME, "us"},
        {"3 hours", DIMENSION_TIME, "h"},
        {"312 Tflops", DIMENSION_FLOP_RATE, "TFLOPS"},
    };
    Arena *arena = arena_create();
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        cr_expect_str_eq(quantity_near_unit(CASES[i].text, CASES[i].dimension, arena), CASES[i].unit, "%s",
                         CASES[i].text);
    cr_expect_null(quantity_near_unit("5", DIMENSION_TIME, arena));
    cr_expect_null(quantity_near_unit("5 minus", DIMENSION_TIME, arena));
    arena_destroy(arena);
}

Test(quantity, a_printed_quantity_reads_back_as_the_same) {
    static const struct {
        double value;
        Dimension dimension;
        const char *text;
    } CASES[] = {
        {85899345920.0, DIMENSION_BYTES, "80 GiB"},
        {80e9, DIMENSION_BYTES, "80 GB"},
        {50e9, DIMENSION_BANDWIDTH, "50 GB/s"},
        {0.3e-6, DIMENSION_TIME, "300 ns"},
        {0, DIMENSION_TIME, "0 s"},
        {312e12, DIMENSION_FLOP_RATE, "312 Tflop/s"},
        {0.85, DIMENSION_FRACTION, "0.85"},
        {7, DIMENSION_COUNT, "7"},
        {400, DIMENSION_POWER, "400 W"},
        {1e-3, DIMENSION_TIME, "1 ms"},
    };
    Arena *arena = arena_create();
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        cr_assert_str_eq(quantity_text(CASES[i].value, CASES[i].dimension, arena), CASES[i].text);
        cr_assert_float_eq(value_of(CASES[i].text, CASES[i].dimension), CASES[i].value, 1e-12 * CASES[i].value);
    }
    arena_destroy(arena);
}

Test(quantity, every_example_is_a_quantity_of_its_dimension) {
    for (int dimension = 0; dimension < DIMENSION_END; dimension++)
        cr_assert_gt(value_of(quantity_example((Dimension)dimension), (Dimension)dimension), 0);
}

static bool matches(const char *text, Dimension dimension) {
    regex_t pattern;
    cr_assert_eq(regcomp(&pattern, quantity_pattern(dimension), REG_EXTENDED | REG_NOSUB), 0);
    bool matched = regexec(&pattern, text, 0, NULL, 0) == 0;
    regfree(&pattern);
    return matched;
}

Test(quantity, the_pattern_takes_what_the_reader_takes) {
    static const char *const TEXTS[] = {
        "400 Gbit/s", "0.3 us", ".5 s", "1.85us", "2.e3 ms",     "-3 h",         "80 GiB", "80 gib",
        "31.5 GB/s",  "400",    "0.8",  "85%",    "312 Tflop/s", "312 Tiflop/s", "1e3 W",  "1.41 GHz",
        "12x3 s",     "5 kis",  "",     "B",      "3 d",         "1..2 B"};
    double value = 0;
    for (int dimension = DIMENSION_FRACTION; dimension < DIMENSION_END; dimension++)
        for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++)
            cr_assert_eq(matches(TEXTS[i], (Dimension)dimension),
                         quantity_read(TEXTS[i], (Dimension)dimension, &value) == QUANTITY_GOOD, "%s as %s", TEXTS[i],
                         quantity_name((Dimension)dimension));
}
