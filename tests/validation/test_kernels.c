/*
 * Measured kernels against gpu.h. The constants were fitted on one half of the rows, chosen by a hash of the shape; the
 * errors asserted here are of the other half. Every line also prints the null model: a plain roofline scaled by the
 * first half's median.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenarios/calibration/kernel_row.h"
#include "tests/validation/catalogue_node.h"

#define MEASURED_FOLDER "../shared/data/kernels/"

enum { ROW_LIMIT = 110000, LINE_LIMIT = 512 };

typedef struct Row {
    double measured_s;
    double predicted_s;
    double null_s; /* roofline at the datasheet's figures */
    double flop;   /* 0 for memory-bound kernels */
    bool large;    /* m >= 1024, n and k >= 512, as in training */
    bool held_out; /* not used for the fit */
} Row;

typedef struct Rows {
    Row *items;
    int count;
} Rows;

/* Which half of the rows a shape belongs to. */
static bool hash_is_held_out(uint64_t key) {
    key ^= key >> 33;
    key *= UINT64_C(0xff51afd7ed558ccd);
    key ^= key >> 33;
    return (key & 1) != 0;
}

/* Opens a table behind its header line; a tree without the measurements skips the test. */
static FILE *table_open(const char *name) {
    char path[LINE_LIMIT], command[2 * LINE_LIMIT];
    snprintf(path, sizeof path, MEASURED_FOLDER "%s", name);
    if (access(path, R_OK) != 0)
        cr_skip_test("no file %s", path);
    snprintf(command, sizeof command, "gzip -dc %s", path);
    FILE *table = popen(command, "r");
    cr_assert(table != NULL);
    cr_assert(fgets(command, sizeof command, table) != NULL);
    return table;
}

static Rows rows_create(void) {
    Rows rows = {.items = calloc(ROW_LIMIT, sizeof(Row)), .count = 0};
    cr_assert(rows.items != NULL);
    return rows;
}

static Row gemm_row(const GpuSpec *gpu, const GemmShape *shape, double measured_s) {
    double m = (double)shape->m, n = (double)shape->n, k = (double)shape->k;
    double flop = gpu_gemm_flop(shape);
    double bytes = precision_bytes(shape->precision) * (m * k + k * n) + 2 * m * n;
    double compute_s = flop / gpu->peak_flop_per_s[shape->precision];
    double memory_s = bytes / gpu->hbm_bytes_per_s;
    double cast_s = shape->precision == PRECISION_FP8 ? gpu_cast_seconds(gpu, m * k) : 0; /* measured with it */
    uint64_t key = (uint64_t)shape->m * 1000000000000u + (uint64_t)shape->n * 1000000u + (uint64_t)shape->k;
    return (Row){.measured_s = measured_s,
                 .predicted_s = gpu_gemm_seconds(gpu, shape) + cast_s,
                 .null_s = compute_s > memory_s ? compute_s : memory_s,
                 .flop = flop,
                 .large = m >= 1024 && n >= 512 && k >= 512,
                 .held_out = hash_is_held_out(key)};
}

static Rows gemm_rows(const GpuSpec *gpu, const char *file, const char *wanted, Precision precision) {
    Rows rows = rows_create();
    FILE *table = table_open(file);
    char line[LINE_LIMIT], word[LINE_LIMIT];
    while (fgets(line, sizeof line, table) != NULL && rows.count < ROW_LIMIT) {
        long long m, n, k;
        double latency_ms;
        int read = sscanf(line, "%511[^,],%lld,%lld,%lld,%lf", word, &m, &n, &k, &latency_ms);
        if (read != 5 || strcmp(word, wanted) != 0)
            continue;
        GemmShape shape = {.batch = 1, .m = m, .n = n, .k = k, .precision = precision};
        rows.items[rows.count++] = gemm_row(gpu, &shape, latency_ms * 1e-3);
    }
    pclose(table);
    return rows;
}

/* A binary operation reads two fp32 tensors and writes one; names with a `u` at the end take a scalar instead. */
static double membound_bytes(const char *operation, double elements) {
    static const char *const BINARY[] = {"add", "div", "mul", "pow"};
    for (int i = 0; i < 4; i++) {
        if (strcmp(operation, BINARY[i]) == 0)
            return 12 * elements;
    }
    return 8 * elements;
}

static Rows membound_rows(const GpuSpec *gpu, const char *file, const char *device, KernelKind kind) {
    Rows rows = rows_create();
    FILE *table = table_open(file);
    char line[LINE_LIMIT], operation[LINE_LIMIT], found[LINE_LIMIT];
    while (fgets(line, sizeof line, table) != NULL && rows.count < ROW_LIMIT) {
        double height, width, latency_ms;
        int read = sscanf(line, "%511[^,],%511[^,],%lf,%lf,%lf", operation, found, &height, &width, &latency_ms);
        if (read != 5 || strcmp(found, device) != 0)
            continue;
        double bytes = membound_bytes(operation, height * width);
        double predicted_s = kernel_row_seconds(gpu, &(KernelRow){.kind = kind, .bytes = bytes});
        rows.items[rows.count++] = (Row){.measured_s = latency_ms * 1e-3,
                                         .predicted_s = predicted_s,
                                         .null_s = bytes / gpu->hbm_bytes_per_s,
                                         .held_out = hash_is_held_out((uint64_t)height * 1000003u + (uint64_t)width)};
    }
    pclose(table);
    return rows;
}

/* One row of a layer's profile: the four products of a gated transformer layer on one of `tp` GPUs. */
typedef struct LayerProfile {
    double embedding_ms, norm_ms, qkv_ms, rope_ms, projection_ms, second_norm_ms, up_ms, activation_ms, down_ms, add_ms;
    long long heads, kv_heads, hidden, ffn_hidden, vocabulary, tokens, tp;
} LayerProfile;

static bool profile_read(const char *line, LayerProfile *p) {
    char gated[16];
    return sscanf(line, "%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lld,%lld,%lld,%lld,%lld,%15[^,],%lld,%lld",
                  &p->embedding_ms, &p->norm_ms, &p->qkv_ms, &p->rope_ms, &p->projection_ms, &p->second_norm_ms,
                  &p->up_ms, &p->activation_ms, &p->down_ms, &p->add_ms, &p->heads, &p->kv_heads, &p->hidden,
                  &p->ffn_hidden, &p->vocabulary, gated, &p->tokens, &p->tp) == 18;
}

/* The profile was never used for a fit: every row is judged and every shape also counts as the null model's. */
static void profile_add(Rows *rows, const GpuSpec *gpu, GemmShape shape, double measured_ms) {
    Row row = gemm_row(gpu, &shape, measured_ms * 1e-3);
    row.held_out = true;
    rows->items[rows->count++] = row;
    row.held_out = false;
    rows->items[rows->count++] = row;
}

static Rows profile_rows(const GpuSpec *gpu, const char *file) {
    Rows rows = rows_create();
    FILE *table = table_open(file);
    char line[LINE_LIMIT];
    LayerProfile p;
    while (fgets(line, sizeof line, table) != NULL && rows.count + 8 <= ROW_LIMIT) {
        if (!profile_read(line, &p))
            continue;
        long long m = p.tokens, width = p.hidden / p.tp, qkv = width + 2 * p.kv_heads * (p.hidden / p.heads) / p.tp;
        Precision half = PRECISION_FP16;
        profile_add(&rows, gpu, (GemmShape){1, m, qkv, p.hidden, half, false, false}, p.qkv_ms);
        profile_add(&rows, gpu, (GemmShape){1, m, p.hidden, width, half, false, false}, p.projection_ms);
        profile_add(&rows, gpu, (GemmShape){1, m, 2 * p.ffn_hidden / p.tp, p.hidden, half, false, false}, p.up_ms);
        profile_add(&rows, gpu, (GemmShape){1, m, p.hidden, p.ffn_hidden / p.tp, half, false, false}, p.down_ms);
    }
    pclose(table);
    return rows;
}

static int double_compare(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double median(double *values, int count) {
    cr_assert(gt(int, count, 0));
    qsort(values, (size_t)count, sizeof *values, double_compare);
    return values[count / 2];
}

/* Measured over roofline in the fitted half of the rows looked at. */
static double null_scale(const Rows *rows, double least_flop, bool only_large) {
    double *ratios = calloc((size_t)rows->count, sizeof(double));
    int count = 0;
    for (int i = 0; i < rows->count; i++) {
        const Row *row = &rows->items[i];
        if (!row->held_out && row->flop >= least_flop && (row->large || !only_large))
            ratios[count++] = row->measured_s / row->null_s;
    }
    double scale = median(ratios, count);
    free(ratios);
    return scale;
}

/* Prints one line and returns the median absolute relative error of the held-out rows. */
static double judge(const char *title, const Rows *rows, double least_flop, bool only_large) {
    double scale = null_scale(rows, least_flop, only_large);
    double *errors = calloc((size_t)rows->count * 3, sizeof(double));
    double *signed_errors = errors + rows->count, *null_errors = signed_errors + rows->count;
    int count = 0;
    for (int i = 0; i < rows->count; i++) {
        const Row *row = &rows->items[i];
        if (!row->held_out || row->flop < least_flop || (only_large && !row->large))
            continue;
        double error = row->predicted_s / row->measured_s - 1;
        double null_error = scale * row->null_s / row->measured_s - 1;
        signed_errors[count] = error;
        null_errors[count] = null_error < 0 ? -null_error : null_error;
        errors[count++] = error < 0 ? -error : error;
    }
    double error = median(errors, count);
    printf("%-42s %6d rows: median error %5.2f %%, bias %+5.2f %%, null model %5.2f %%\n", title, count, 100 * error,
           100 * median(signed_errors, count), 100 * median(null_errors, count));
    free(errors);
    return error;
}

static void expect_gemm(Rows rows, const char *title, const double most[3]) {
    char text[LINE_LIMIT];
    snprintf(text, sizeof text, "%s, all", title);
    cr_expect(lt(dbl, judge(text, &rows, 0, false), most[0]));
    snprintf(text, sizeof text, "%s, above 1e11 flop", title);
    cr_expect(lt(dbl, judge(text, &rows, 1e11, false), most[1]));
    snprintf(text, sizeof text, "%s, m >= 1024, n and k >= 512", title);
    cr_expect(lt(dbl, judge(text, &rows, 0, true), most[2]));
    free(rows.items);
}

static void expect_membound(Rows rows, const char *title, double most) {
    cr_expect(lt(dbl, judge(title, &rows, 0, false), most));
    free(rows.items);
}

/* The GPU of a node of the catalogue; without its name, which dies with the arena. */
static GpuSpec gpu_of(const char *node) {
    Arena *arena = arena_create();
    GpuSpec gpu = catalogue_node(arena, node).gpu;
    gpu.name = "";
    arena_destroy(arena);
    return gpu;
}

Test(kernels, products_on_a100_in_bf16_are_near_the_measured_ones) {
    const GpuSpec a100 = gpu_of("dgx-a100-80");
    Rows rows = gemm_rows(&a100, "gemm_a100_sxm.csv.gz", "bfloat16", PRECISION_BF16);
    expect_gemm(rows, "a100 bf16 products", (const double[]){0.065, 0.022, 0.030});
}

Test(kernels, products_on_h100_in_bf16_are_near_the_measured_ones) {
    const GpuSpec h100 = gpu_of("dgx-h100");
    Rows rows = gemm_rows(&h100, "gemm_h100_sxm.csv.gz", "bfloat16", PRECISION_BF16);
    expect_gemm(rows, "h100 bf16 products", (const double[]){0.057, 0.040, 0.044});
}

Test(kernels, products_on_h100_in_fp8_are_near_the_measured_ones) {
    const GpuSpec h100 = gpu_of("dgx-h100");
    Rows rows = gemm_rows(&h100, "gemm_h100_sxm.csv.gz", "fp8", PRECISION_FP8);
    expect_gemm(rows, "h100 fp8 products", (const double[]){0.038, 0.028, 0.036});
}

/* A profile issues its kernels back to back, like training. */
Test(kernels, products_of_llama_layers_measured_elsewhere_are_near_without_a_fit) {
    const GpuSpec a100 = gpu_of("dgx-a100-80"), hot = gpu_sustained(&a100);
    Rows large = profile_rows(&hot, "vidur_layer_ops_a100_Llama-2-70b-hf.csv.gz");
    expect_gemm(large, "a100 llama 2 70b layer", (const double[]){0.045, 0.032, 0.035});
    Rows small = profile_rows(&hot, "vidur_layer_ops_a100_Meta-Llama-3-8B.csv.gz");
    expect_gemm(small, "a100 llama 3 8b layer", (const double[]){0.085, 0.058, 0.065});
}

/* The PCIe cards of these rows have the memory of the SXM2 and SXM4 ones. */
Test(kernels, element_wise_kernels_are_near_the_measured_ones) {
    const GpuSpec a100 = gpu_of("dgx-a100-40"), v100 = gpu_of("dgx-2-v100");
    const char *file = "membound_elementwise_fp32_train.csv.gz";
    expect_membound(membound_rows(&a100, file, "NVIDIA A100-PCIE-40GB", KERNEL_ELEMENT_WISE), "a100-40 element-wise",
                    0.025);
    expect_membound(membound_rows(&v100, file, "Tesla V100-PCIE-32GB", KERNEL_ELEMENT_WISE), "v100-32 element-wise",
                    0.016);
}

/* Limits: 10 % is asked; each is what was measured, and a little. */
Test(kernels, layer_norms_and_softmaxes_are_near_the_measured_ones) {
    const GpuSpec a100 = gpu_of("dgx-a100-40"), v100 = gpu_of("dgx-2-v100");
    const char *norm = "membound_layernorm_fp32_train.csv.gz", *softmax = "membound_softmax_fp32_train.csv.gz";
    const char *a100_name = "NVIDIA A100-PCIE-40GB", *v100_name = "Tesla V100-PCIE-32GB";
    expect_membound(membound_rows(&a100, norm, a100_name, KERNEL_NORM), "a100-40 layer norm", 0.065);
    expect_membound(membound_rows(&a100, softmax, a100_name, KERNEL_ROW_REDUCTION), "a100-40 softmax", 0.095);
    expect_membound(membound_rows(&v100, norm, v100_name, KERNEL_NORM), "v100-32 layer norm", 0.045);
    expect_membound(membound_rows(&v100, softmax, v100_name, KERNEL_ROW_REDUCTION), "v100-32 softmax", 0.05);
}
