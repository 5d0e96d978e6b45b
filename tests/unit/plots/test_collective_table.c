#include "plots/collective_table.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

static const CollectiveRow ROWS[] = {{1024, 12.385e-6, 8.2681e7, 1.2402e8, "ring"}, {0, 0, NAN, NAN, "ring"}};
static const Results RESULTS = {
    .name = "tune, a", .operation = "all_reduce", .gpus = 4, .sizes = ROWS, .size_count = 2};

typedef void Write(FILE *out, const Results *results);

static void expect_text(Write *write, const char *expected) {
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    write(out, &RESULTS);
    fclose(out);
    cr_assert_str_eq(text, expected);
    free(text);
}

static void write_json(FILE *out, const Results *results) {
    collective_table_json(out, results, 2);
}

Test(collective_table, people_see_the_columns_of_nccl_tests) {
    expect_text(collective_table_text, "\n"
                                       "all_reduce on 4 GPUs\n"
                                       "--------------------\n"
                                       "          size        time     algbw     busbw  algorithm\n"
                                       "           (B)        (us)    (GB/s)    (GB/s)\n"
                                       "          1024       12.38      0.08      0.12  ring\n"
                                       "             0        0.00         -         -  ring\n");
}

Test(collective_table, csv_is_in_si_units_and_names_the_job_in_every_line) {
    expect_text(collective_table_csv,
                "job,collective,ranks,size_bytes,time_s,algbw_bytes_per_s,busbw_bytes_per_s,algorithm\n"
                "\"tune, a\",all_reduce,4,1024,1.2385e-05,82681000,124020000,ring\n"
                "\"tune, a\",all_reduce,4,0,0,NaN,NaN,ring\n");
}

Test(collective_table, json_is_one_object) {
    expect_text(write_json,
                "{\"operation\": \"all_reduce\", \"rows\": [\n"
                "    {\"size_bytes\": 1024, \"time_s\": 1.2385e-05, \"algbw_bytes_per_s\": 82681000, "
                "\"busbw_bytes_per_s\": 124020000, \"algorithm\": \"ring\"},\n"
                "    {\"size_bytes\": 0, \"time_s\": 0, \"algbw_bytes_per_s\": null, \"busbw_bytes_per_s\": null, "
                "\"algorithm\": \"ring\"}]}");
}
