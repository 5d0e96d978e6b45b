#include "scenarios/reader/port_counters.h"

#include <criterion/criterion.h>

#include "tests/unit/scenarios/reading.h"

static BackgroundSpec read_counters(Reading *reading, const char *text, bool good) {
    const char *folder = reading_folder(reading);
    BackgroundSpec flow = background_default();
    const char *path = reading_file(reading, folder, "port.csv", text);
    cr_assert_eq(port_counters_read(path, &flow, reading->arena, &reading->errors), good, "%s",
                 reading_errors(reading));
    reading_remove(folder);
    return flow;
}

static void expect_samples(const char *text, const RateSample *samples, int64_t count) {
    Reading *reading = reading_create();
    BackgroundSpec flow = read_counters(reading, text, true);
    cr_assert_eq(flow.sample_count, count);
    for (int64_t i = 0; i < count; i++) {
        cr_expect_eq(flow.samples[i].time_s, samples[i].time_s);
        cr_expect_float_eq(flow.samples[i].bytes_per_s, samples[i].bytes_per_s, 1e-3);
    }
    reading_destroy(reading);
}

Test(port_counters, rates_are_taken_as_they_are_and_other_columns_do_not_matter) {
    expect_samples("port,bytes_per_s,time_s\nx,2.385e9,0.5\ny,0,1.25\n", (RateSample[]){{0.5, 2.385e9}, {1.25, 0}}, 2);
}

/* The last count begins nothing. */
Test(port_counters, counts_become_rates_until_the_next_count) {
    expect_samples("time_s,bytes\n0.5,1000\n2.5,5770\n3,5770\n", (RateSample[]){{0.5, 2385}, {2.5, 0}, {3, 0}}, 3);
}

Test(port_counters, a_counter_that_was_reset_has_counted_from_zero) {
    expect_samples("time_s,bytes\n1,9000\n3,500\n", (RateSample[]){{1, 250}, {3, 0}}, 2);
}

Test(port_counters, what_is_no_table_of_counters_is_an_error) {
    static const char *const BAD[] = {
        "time_s,bytes\n0,1\n",       "time,bytes\n0,1\n1,2\n",       "time_s,bytes,bytes_per_s\n0,1,1\n1,2,2\n",
        "time_s,bytes\n0,1\n0,2\n",  "time_s,bytes\n0,nan\n1,2\n",   "time_s,bytes\n0,1e999\n1,2\n",
        "time_s,bytes\n-1,1\n1,2\n", "time_s,bytes\n0,1\n1e300,2\n", "time_s,bytes\n0,1 GB\n1,2\n"};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        Reading *reading = reading_create();
        BackgroundSpec flow = read_counters(reading, BAD[i], false);
        cr_expect_eq(reading->errors.count, 1, "%s", BAD[i]);
        cr_expect_null(flow.samples);
        reading_destroy(reading);
    }
}
