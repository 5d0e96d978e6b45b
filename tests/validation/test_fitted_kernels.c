/*
 * Measured attention and experts against attention.h and moe.h with the constants that users get. They were fitted on
 * one half of the rows, chosen by a hash of the shape (kernel_table.h); the errors asserted here are of the other half.
 * `chokepoint calibrate
 * --gpu` repeats the fit.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "scenarios/calibration/kernel_judge.h"
#include "scenarios/calibration/kernel_table.h"
#include "tests/unit/scenarios/reading.h"
#include "tests/validation/catalogue_node.h"
#include "tests/validation/packed_kernels.h"

/* Rows of a packed table; a tree without the measurements skips the test. */
static KernelRows rows_of(Reading *reading, const char *name) {
    const KernelTable *table = packed_kernels(reading, name);
    KernelRows rows = {ARENA_ARRAY(reading->arena, table->row_count, const KernelRow *), table->row_count};
    for (int i = 0; i < rows.count; i++)
        rows.items[i] = &table->rows[i];
    return rows;
}

/* Prints a line per precision; `most` are bf16's and fp8's. */
static void expect_errors(const char *file, const char *node, const double most[2]) {
    Reading *reading = reading_create();
    KernelRows rows = rows_of(reading, file);
    const GpuSpec gpu = catalogue_node(reading->arena, node).gpu;
    KernelClass classes[KERNEL_MOST_CLASSES];
    int count = kernel_judge(&rows, &gpu, &gpu, classes, reading->arena);
    for (int i = 0; i < count; i++) {
        const KernelClass *class = &classes[i];
        printf("%s %s in %s, %6d rows: median error %5.2f %%, bias %+5.2f %%, null model %5.2f %%\n", gpu.name,
               kernel_kind_name(class->kind), precision_name(class->precision), class->judged_rows,
               100 * class->median_fraction, 100 * class->bias_fraction, 100 * class->null_fraction);
        cr_expect(lt(dbl, class->median_fraction, most[class->precision == PRECISION_FP8]));
        cr_expect(lt(dbl, class->median_fraction, 0.25 * class->null_fraction));
    }
    reading_destroy(reading);
}

Test(fitted_kernels, prefills_are_near_the_measured_ones) {
    expect_errors("attention_prefill_a100_sxm.csv.gz", "dgx-a100-80", (const double[]){0.032, 0});
    expect_errors("attention_prefill_h100_sxm.csv.gz", "dgx-h100", (const double[]){0.048, 0.056});
}

Test(fitted_kernels, decode_steps_are_near_the_measured_ones) {
    expect_errors("attention_decode_a100_sxm.csv.gz", "dgx-a100-80", (const double[]){0.045, 0});
    expect_errors("attention_decode_h100_sxm.csv.gz", "dgx-h100", (const double[]){0.096, 0.084});
}

Test(fitted_kernels, layers_of_experts_are_near_the_measured_ones) {
    expect_errors("moe_h100_sxm.csv.gz", "dgx-h100", (const double[]){0.091, 0.093});
}
