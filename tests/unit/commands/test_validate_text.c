#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/commands/validate_json.h"
#include "sim/commands/validate_text.h"

enum { ROWS = 6 };

/* A validation by hand: rows 0 and 3 ran, 4 is out of memory, the others were not run. */
typedef struct Fixture {
    JobSpec job;
    ValidationRow rows[ROWS];
    ValidationAssumption assumption;
    Validation validation;
} Fixture;

static void fill_row(Fixture *fixture, int index, ValidationStatus status, const char *reason) {
    fixture->rows[index] = (ValidationRow){
        .run = {.line = index + 2, .model = "GPT \"7.5B\"", .reason = reason, .step_s = 2.5}, .status = status};
    fixture->rows[index].run.spec.jobs = &fixture->job;
    fixture->rows[index].simulated_s = NAN;
    fixture->rows[index].error_fraction = NAN;
    fixture->rows[index].null_s = NAN;
    fixture->rows[index].null_error_fraction = NAN;
}

static void fill(Fixture *fixture) {
    static const char MOE[] = "mixture of experts is not modelled yet";
    fixture->job = (JobSpec){.gpus = 96, .training.plan = plan_default()};
    fixture->job.training.plan.tensor_parallel = 4;
    fixture->job.training.plan.data_parallel = 24;
    fill_row(fixture, 0, VALIDATION_RAN, NULL);
    fill_row(fixture, 1, VALIDATION_NOT_RUN, MOE);
    fill_row(fixture, 2, VALIDATION_NOT_RUN, MOE);
    fill_row(fixture, 3, VALIDATION_RAN, NULL);
    fill_row(fixture, 4, VALIDATION_OUT_OF_MEMORY, NULL);
    fill_row(fixture, 5, VALIDATION_NOT_RUN, MOE);
    fixture->rows[0].simulated_s = 2.385;
    fixture->rows[0].error_fraction = -0.046;
    fixture->rows[0].low_s = 2.1;
    fixture->rows[0].high_s = 2.7;
    fixture->rows[4].peak_bytes = 93.5 * 0x1p30;
    fixture->rows[4].capacity_bytes = 80 * 0x1p30;
    fixture->assumption = (ValidationAssumption){.sentence = "vp is not stated: 1.", .rows = 3};
    fixture->validation = (Validation){.file = "t.csv",
                                       .rows = fixture->rows,
                                       .row_count = ROWS,
                                       .counts = {2, 1, 3},
                                       .ours = {2, 0.031, 0.031, 0.0447, -0.015, -0.046},
                                       .null = {2, 0.077, 0.077, 0.1, 0.02, 0.113},
                                       .assumptions = &fixture->assumption,
                                       .assumption_count = 1};
}

static void expect_part(const char *text, const char *part) {
    cr_assert_not_null(strstr(text, part), "no \"%s\" in:\n%s", part, text);
}

Test(validate_text, the_page_says_what_ran_what_did_not_and_why) {
    Fixture fixture;
    fill(&fixture);
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    validate_text_write(out, &fixture.validation);
    fclose(out);
    expect_part(text,
                "t.csv: mean absolute error 3.1 % (null model 7.7 %); of 6 rows 2 ran, 1 were out of memory in the\n"
                "model, 3 not run.\n");
    expect_part(text,
                "    2  GPT \"7.5B\"             96  4x1x24           1  none           2.500      2.385    -4.6 %"
                "         -\n");
    expect_part(text, "out of memory in the model: 93.5 of 80.0 GiB\n");
    expect_part(text, "simulated          2     3.1 %     3.1 %     4.5 %    -1.5 %    -4.6 %\n");
    expect_part(text, "null model         2     7.7 %     7.7 %    10.0 %    +2.0 %   +11.3 %\n");
    expect_part(text, "    3  vp is not stated: 1.\n");
    expect_part(text, "    3  mixture of experts is not modelled yet: lines 3-4, 7\n");
    free(text);
}

Test(validate_json, missing_numbers_are_null_and_texts_are_escaped) {
    Fixture fixture;
    fill(&fixture);
    ValidationFile file = {.path = "t.csv", .name = "t.csv", .runs = &fixture.validation};
    ValidationSet set = {.files = &file, .file_count = 1};
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    validate_json_write(out, &set);
    fclose(out);
    expect_part(text, "{\"line\": 3, \"model\": \"GPT \\\"7.5B\\\"\", \"status\": \"not_run\", \"reason\": \"mixture "
                      "of experts is not "
                      "modelled yet\", \"measured_s\": 2.5, \"simulated_s\": null, \"low_s\": null");
    expect_part(
        text, "\"simulated_s\": 2.385, \"low_s\": 2.1, \"high_s\": 2.7, \"error_fraction\": -0.046, \"null_s\": null");
    expect_part(text, "\"summary\": {\"ok\": 2, \"out_of_memory\": 1, \"not_run\": 3, \"simulated\": {\"rows\": 2, "
                      "\"mean_absolute_fraction\": 0.031");
    free(text);
}
