#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/commands/kernel_fit_text.h"

static const KernelConstant *find(const char *key) {
    int i = 0;
    while (kernel_constant(i) && strcmp(kernel_constant(i)->key, key) != 0)
        i++;
    cr_assert_not_null(kernel_constant(i), "no constant %s", key);
    return kernel_constant(i);
}

static FittedConstant fitted(const char *key, double found, double error_fraction, KernelFit *fit) {
    kernel_constant_set(find(key), &fit->gpu, found);
    return (FittedConstant){.constant = find(key),
                            .given = 0.7,
                            .found = {.value = found, .error_fraction = error_fraction},
                            .kind = KERNEL_PRODUCT,
                            .rows = 2385};
}

/* A fit by hand. */
static void fill(KernelFit *fit) {
    *fit = (KernelFit){
        .files = "one.csv", .gpu.name = "odd", .leading = PRECISION_BF16, .left_out = 7, .constant_count = 3};
    fit->gpu.peak_flop_per_s[PRECISION_BF16] = fit->gpu.peak_flop_per_s[PRECISION_FP16] = 290e12;
    fit->gpu.kernels.spread.memory = 0.123;
    fit->gpu.kernels.attention.single.key_s = 71e-12;
    fit->is_derived[PRECISION_FP16] = true;
    fit->gpu.kernels.matrix_fraction[PRECISION_FP16] = 0.813;
    fit->constants[0] = fitted("matrix.bf16", 0.813, 0.004, fit);
    fit->constants[1] = fitted("tile_start", 2.3e-6, INFINITY, fit);
    fit->constants[2] = fitted("hbm", 1, 0.01, fit);
    fit->constants[2].found.is_at_bound = true;
    fit->class_count = 1;
    fit->classes[0] = (KernelClass){.kind = KERNEL_PRODUCT,
                                    .precision = PRECISION_BF16,
                                    .fitted_rows = 2385,
                                    .judged_rows = 2401,
                                    .median_fraction = 0.061,
                                    .worst_tenth_fraction = 0.217,
                                    .bias_fraction = -0.013,
                                    .given_fraction = 0.089,
                                    .null_fraction = 0.47,
                                    .spread = 0.093,
                                    .ranges = {{"m", 1, 8192}, {"n", 64, 300}}};
}

static char *written(void (*write)(FILE *out, const KernelFit *fit, Arena *arena)) {
    KernelFit fit;
    fill(&fit);
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    Arena *arena = arena_create();
    write(out, &fit, arena);
    fclose(out);
    arena_destroy(arena);
    return text;
}

static void write_json(FILE *out, const KernelFit *fit, Arena *arena) {
    (void)arena;
    kernel_fit_json_write(out, fit);
}

static void expect_part(const char *text, const char *part) {
    cr_expect(strstr(text, part) != NULL, "no \"%s\" in:\n%s", part, text);
}

Test(kernel_fit_text, the_page_has_constants_errors_ranges_and_warnings) {
    char *text = written(kernel_fit_text_write);
    expect_part(text, "matrix.bf16                               0.813          0.7     0.4 %  2385 product\n");
    expect_part(text,
                "product, bf16            2385     2401    6.1 %    21.7 %   -1.3 %     8.9 %    47.0 %    9.3 %\n");
    expect_part(text, "product, bf16: m 1 to 8192, n 64 to 300\n");
    expect_part(text, "- tile_start is hardly determined by these rows; another constant could take its place.\n");
    expect_part(
        text, "    spread:\n      products: 0.093  # measured: middle 80 % of the residuals of the half that judges\n");
    expect_part(text, "      memory: 0.12  # kept from odd\n");
    expect_part(text, "    reach:\n      m: 8192  # measured: the largest of the rows\n");
    expect_part(text, "- hbm ends at a bound of its range.\n");
    expect_part(text, "- No fit to decode kernels: what they choose is kept from odd.\n");
    expect_part(text, "- Left out: 7 rows, of types or distributions that are not modelled.\n");
    cr_expect(strstr(text, "No fit to product") == NULL);
    free(text);
}

Test(kernel_fit_text, the_lines_of_the_entry_say_where_each_number_is_from) {
    char *text = written(kernel_fit_text_write);
    expect_part(text, "  # chokepoint calibrate --gpu odd: one.csv\n"
                      "  # median error of the half that judges, product in bf16: 6.1 %\n"
                      "  kernels:\n    matrix:\n      fp16: 0.813  # derived: as bf16\n"
                      "      bf16: 0.813  # fitted: 2385 product rows, standard error 0.4 %\n    sustained: 0");
    expect_part(text, "    tile_start: \"2.3 us\"  # fitted: 2385 product rows, which hardly tell it\n");
    expect_part(text, "\n    attention:\n      matrix: 0  # kept from odd\n");
    expect_part(text, "\n      single:\n        start: \"0 s\"  # kept from odd\n");
    expect_part(text, "\n        key: \"71 ps\"  # kept from odd\n");
    expect_part(text, "\n      grouped_heads: 0  # kept from odd\n    launch: \"0 s\"  # kept from odd\n");
    free(text);
}

Test(kernel_fit_text, json_has_the_same) {
    char *text = written(write_json);
    expect_part(
        text, "{\"key\": \"tile_start\", \"rows\": 2385, \"kernel\": \"product\", \"found\": 2.3e-06, \"given\": 0.7, "
              "\"error_fraction\": null, \"at_bound\": false}");
    expect_part(text, "\"median_fraction\": 0.061, \"worst_tenth_fraction\": 0.217, \"bias_fraction\": -0.013, "
                      "\"given_fraction\": 0.089, \"null_fraction\": 0.47, \"spread\": 0.093, \"ranges\": {\"m\": [1, "
                      "8192], \"n\": [64, 300]}");
    free(text);
}
