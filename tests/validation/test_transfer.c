/*
 * How far the constants of one generation are off on another, A100's on H100 and H100's on A100: what `spread` of a GPU
 * rests on that was not measured itself (scenarios/hardware/). Products of 0.1 ms or longer, as they are and with the
 * mean error of the long ones (4096 to 32768) taken away, as for a GPU whose long products are known; attention of
 * heads of 128, 0.1 ms or longer. Without the tables the tests are skipped.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "scenarios/calibration/kernel_table.h"
#include "scenarios/calibration/residual_spread.h"
#include "tests/unit/scenarios/reading.h"
#include "tests/validation/catalogue_node.h"
#include "tests/validation/packed_kernels.h"

static const double SHORTEST_S = 1e-4;

/* Spreads of ln(measured / simulated). */
typedef struct Transfer {
    double plain;
    double known; /* with the mean of the long products taken away; 0 = there are none */
} Transfer;

/* Its own peaks, memory and cast with the relative's constants. */
static GpuSpec with_constants_of(const GpuSpec *own, const GpuSpec *relative) {
    GpuSpec gpu = *own;
    gpu.kernels = relative->kernels;
    gpu.kernels.cast_bytes = own->kernels.cast_bytes;
    gpu.kernels.cast_start_s = own->kernels.cast_start_s;
    if (gpu.kernels.matrix_fraction[PRECISION_FP8] <= 0)
        gpu.kernels.matrix_fraction[PRECISION_FP8] = gpu.kernels.matrix_fraction[PRECISION_BF16];
    return gpu;
}

static bool is_of_training(const KernelRow *row) {
    const GemmShape *product = &row->product;
    if (row->seconds < SHORTEST_S)
        return false;
    if (row->kind == KERNEL_PREFILL)
        return row->attention.head_dim == 128 && row->attention.window_tokens == 0;
    return product->m >= 1024 && product->n >= 1024 && product->k >= 1024;
}

static bool is_long(const KernelRow *row) {
    const GemmShape *product = &row->product;
    return row->kind == KERNEL_PRODUCT && product->m >= 4096 && product->m <= 32768 && product->n >= 4096 &&
           product->k >= 4096;
}

static Transfer judge(const GpuSpec *gpu, const KernelTable *table, Precision precision, Arena *arena) {
    double *plain = ARENA_ARRAY(arena, table->row_count, double), *known = ARENA_ARRAY(arena, table->row_count, double);
    double sum = 0;
    int count = 0, long_count = 0;
    for (int i = 0; i < table->row_count; i++) {
        const KernelRow *row = &table->rows[i];
        if (kernel_row_precision(row) != precision || !is_of_training(row))
            continue;
        plain[count] = log(row->seconds / kernel_row_seconds(gpu, row));
        sum += is_long(row) ? plain[count] : 0;
        long_count += is_long(row);
        count++;
    }
    for (int i = 0; i < count; i++) {
        known[i] = fabs(plain[i] - sum / fmax(1, long_count));
        plain[i] = fabs(plain[i]);
    }
    return (Transfer){residual_spread(plain, count), long_count > 0 ? residual_spread(known, count) : 0};
}

static void expect_transfer(const char *file, const char *node, Precision precision, Transfer most) {
    Reading *reading = reading_create();
    const KernelTable *table = packed_kernels(reading, file);
    const char *other = strcmp(node, "dgx-h100") == 0 ? "dgx-a100-80" : "dgx-h100";
    const GpuSpec own = catalogue_node(reading->arena, node).gpu;
    const GpuSpec relative = catalogue_node(reading->arena, other).gpu;
    const GpuSpec gpu = with_constants_of(&own, &relative);
    Transfer found = judge(&gpu, table, precision, reading->arena);
    Transfer itself = judge(&own, table, precision, reading->arena);
    fprintf(stderr, "%s, %s, of %s: spread %.3f, long products known %.3f; its own constants %.3f\n", file,
            precision_name(precision), other, found.plain, found.known, itself.plain);
    cr_expect(lt(dbl, found.plain, most.plain));
    cr_expect(le(dbl, found.known, most.known));
    cr_expect(lt(dbl, itself.plain, found.plain));
    reading_destroy(reading);
}

Test(transfer, products_of_the_other_generation_are_off_by_a_tenth) {
    expect_transfer("gemm_h100_sxm.csv.gz", "dgx-h100", PRECISION_BF16, (Transfer){0.1, 0.105});
    expect_transfer("gemm_h100_sxm.csv.gz", "dgx-h100", PRECISION_FP8, (Transfer){0.1, 0.105});
    expect_transfer("gemm_a100_sxm.csv.gz", "dgx-a100-80", PRECISION_BF16, (Transfer){0.1, 0.105});
}

Test(transfer, attention_of_the_other_generation_is_off_by_a_quarter_to_four_tenths) {
    expect_transfer("attention_prefill_h100_sxm.csv.gz", "dgx-h100", PRECISION_BF16, (Transfer){0.4, 0});
    expect_transfer("attention_prefill_a100_sxm.csv.gz", "dgx-a100-80", PRECISION_BF16, (Transfer){0.27, 0});
}
