#include "scenarios/calibration/kernel_fit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/calibration/kernel_judge.h"
#include "sim/engine/check.h"

enum { MOST_ROWS = 6000, ROWS_PER_CONSTANT = 4 };

/* Constants that are fitted together, to these rows. */
typedef struct Stage {
    const KernelConstant *constants[ROBUST_MOST_CONSTANTS];
    int constant_count;
    const KernelRow **rows;
    int row_count;
    GpuSpec gpu; /* that the residuals are of */
} Stage;

typedef struct Fitting {
    KernelFit *fit;
    KernelRows rows; /* all of them */
    Arena *arena;
} Fitting;

static void residuals_of(const double *constants, double *residuals, void *context) {
    Stage *stage = context;
    for (int i = 0; i < stage->constant_count; i++)
        kernel_constant_set(stage->constants[i], &stage->gpu, constants[i]);
    for (int i = 0; i < stage->row_count; i++)
        residuals[i] = log(kernel_row_seconds(&stage->gpu, stage->rows[i]) / stage->rows[i]->seconds);
}

/* Rows of the fitted half; `precision` PRECISION_COUNT = any. */
static Stage choose_rows(const Fitting *fitting, KernelKind kind, Precision precision) {
    Stage stage = {.rows = ARENA_ARRAY(fitting->arena, fitting->rows.count, const KernelRow *)};
    for (int i = 0; i < fitting->rows.count; i++) {
        const KernelRow *row = fitting->rows.items[i];
        bool is_wanted = precision == PRECISION_COUNT || kernel_row_precision(row) == precision;
        if (row->kind == kind && is_wanted && !row->is_held_back)
            stage.rows[stage.row_count++] = row;
    }
    int step = (stage.row_count + MOST_ROWS - 1) / MOST_ROWS, kept = 0;
    for (int i = 0; i < stage.row_count; i += step)
        stage.rows[kept++] = stage.rows[i];
    stage.row_count = kept;
    return stage;
}

static void add_constant(Stage *stage, const KernelConstant *constant) {
    CHECK(stage->constant_count < ROBUST_MOST_CONSTANTS);
    stage->constants[stage->constant_count++] = constant;
}

/* Shares of peak come one by one: a stage has the rows of one precision. */
static void add_group(Stage *stage, KernelGroup group) {
    for (int i = PRECISION_COUNT; kernel_constant(i); i++)
        if (kernel_constant(i)->group == group)
            add_constant(stage, kernel_constant(i));
}

/* Four digits are more than the rows say; they are what is printed and judged. */
static double to_four_digits(double value) {
    char text[32];
    snprintf(text, sizeof text, "%.4g", value);
    return strtod(text, NULL);
}

static double fit_from(Stage *stage, RobustConstant *found) {
    double least[ROBUST_MOST_CONSTANTS], most[ROBUST_MOST_CONSTANTS];
    for (int i = 0; i < stage->constant_count; i++) {
        least[i] = stage->constants[i]->least;
        most[i] = stage->constants[i]->most;
    }
    RobustProblem problem = {.row_count = stage->row_count,
                             .constant_count = stage->constant_count,
                             .least = least,
                             .most = most,
                             .residuals = residuals_of,
                             .context = stage};
    return robust_fit(&problem, found);
}

/* Fits from the constants as they are and from typical ones, and keeps the better. */
static void run_stage(Fitting *fitting, Stage *stage) {
    KernelFit *fit = fitting->fit;
    if (stage->row_count < ROWS_PER_CONSTANT * stage->constant_count) {
        fit->thin_rows += stage->row_count;
        return;
    }
    RobustConstant given[ROBUST_MOST_CONSTANTS], typical[ROBUST_MOST_CONSTANTS];
    for (int i = 0; i < stage->constant_count; i++) {
        given[i].value = kernel_constant_value(stage->constants[i], &fit->gpu);
        typical[i].value = stage->constants[i]->typical;
    }
    stage->gpu = fit->gpu;
    const RobustConstant *best = fit_from(stage, given) <= fit_from(stage, typical) ? given : typical;
    for (int i = 0; i < stage->constant_count; i++) {
        CHECK(fit->constant_count < KERNEL_MOST_CONSTANTS);
        FittedConstant *fitted = &fit->constants[fit->constant_count++];
        *fitted = (FittedConstant){.constant = stage->constants[i],
                                   .given = kernel_constant_value(stage->constants[i], &fit->gpu),
                                   .found = best[i],
                                   .kind = stage->rows[0]->kind,
                                   .rows = stage->row_count};
        fitted->found.value = to_four_digits(best[i].value);
        kernel_constant_set(fitted->constant, &fit->gpu, fitted->found.value);
    }
}

static int count_rows(const Fitting *fitting, KernelKind kind, Precision precision) {
    return choose_rows(fitting, kind, precision).row_count;
}

/* The precision with the most products; fp8 only when there is no other. */
static Precision leading_precision(const Fitting *fitting) {
    Precision leading = PRECISION_FP8;
    int most = 0;
    for (int i = 0; i < PRECISION_FP8; i++) {
        int count = count_rows(fitting, KERNEL_PRODUCT, (Precision)i);
        if (count > most) {
            most = count;
            leading = (Precision)i;
        }
    }
    return leading;
}

static void fit_products(Fitting *fitting, bool with_stream) {
    Precision leading = leading_precision(fitting);
    fitting->fit->leading = leading;
    for (int turn = 0; turn <= PRECISION_COUNT; turn++) {
        Precision precision = turn == 0 ? leading : (Precision)(turn - 1);
        if (turn > 0 && precision == leading)
            continue;
        Stage stage = choose_rows(fitting, KERNEL_PRODUCT, precision);
        if (stage.row_count == 0)
            continue;
        add_constant(&stage, kernel_constant_matrix(precision));
        if (turn == 0)
            add_group(&stage, KERNEL_GROUP_PRODUCT);
        if (turn == 0 && with_stream)
            add_group(&stage, KERNEL_GROUP_STREAM);
        if (precision == PRECISION_FP8)
            add_group(&stage, KERNEL_GROUP_FP8);
        run_stage(fitting, &stage);
    }
}

/* tf32, fp16 and bf16 run on the same units: without own rows they take the leading one's share of peak. */
static void derive_shares(Fitting *fitting) {
    static const Precision ALIKE[] = {PRECISION_TF32, PRECISION_FP16, PRECISION_BF16};
    KernelFit *fit = fitting->fit;
    bool is_fitted = false;
    for (int i = 0; i < fit->constant_count; i++)
        is_fitted = is_fitted || fit->constants[i].constant == kernel_constant_matrix(fit->leading);
    bool is_alike = fit->leading == PRECISION_TF32 || fit->leading == PRECISION_FP16 || fit->leading == PRECISION_BF16;
    for (int i = 0; i < 3 && is_alike && is_fitted; i++) {
        Precision precision = ALIKE[i];
        if (fit->gpu.peak_flop_per_s[precision] <= 0 || count_rows(fitting, KERNEL_PRODUCT, precision) > 0)
            continue;
        fit->is_derived[precision] = true;
        fit->gpu.kernels.matrix_fraction[precision] = fit->gpu.kernels.matrix_fraction[fit->leading];
    }
}

static void fit_memory_bound(Fitting *fitting, KernelKind kind, KernelGroup group) {
    Stage stage = choose_rows(fitting, kind, PRECISION_COUNT);
    add_group(&stage, group);
    if (stage.row_count > 0)
        run_stage(fitting, &stage);
}

static void fit_prefill(Fitting *fitting) {
    Stage stage = choose_rows(fitting, KERNEL_PREFILL, PRECISION_COUNT);
    add_group(&stage, KERNEL_GROUP_PREFILL);
    if (count_rows(fitting, KERNEL_PREFILL, PRECISION_FP8) > 0)
        add_group(&stage, KERNEL_GROUP_PREFILL_FP8);
    if (stage.row_count > 0)
        run_stage(fitting, &stage);
}

static void fit_decode(Fitting *fitting) {
    Stage stage = choose_rows(fitting, KERNEL_DECODE, PRECISION_COUNT);
    if (stage.row_count == 0)
        return;
    const GpuAttention *attention = &fitting->fit->gpu.kernels.attention;
    const DecodeKernel *kernels[] = {&attention->single, &attention->grouped, &attention->grouped_fp8};
    const KernelGroup groups[] = {KERNEL_GROUP_SINGLE, KERNEL_GROUP_GROUPED, KERNEL_GROUP_GROUPED_FP8};
    add_group(&stage, KERNEL_GROUP_CACHE);
    for (int k = 0; k < 3; k++) {
        bool is_run = false;
        for (int i = 0; i < stage.row_count; i++)
            is_run = is_run || attention_decode_kernel(&fitting->fit->gpu, &stage.rows[i]->attention) == kernels[k];
        if (is_run)
            add_group(&stage, groups[k]);
    }
    run_stage(fitting, &stage);
}

static void fit_moe(Fitting *fitting) {
    Stage stage = choose_rows(fitting, KERNEL_MOE, PRECISION_COUNT);
    int fp8_rows = 0;
    for (int i = 0; i < stage.row_count; i++)
        fp8_rows += stage.rows[i]->moe.precision == PRECISION_FP8;
    add_group(&stage, KERNEL_GROUP_MOE);
    if (fp8_rows < stage.row_count)
        add_group(&stage, KERNEL_GROUP_MOE_16);
    if (fp8_rows > 0)
        add_group(&stage, KERNEL_GROUP_MOE_FP8);
    if (stage.row_count > 0)
        run_stage(fitting, &stage);
}

/* An entry without own constants of a precision still has a start for a fit. */
static void fill_in_starts(GpuSpec *gpu) {
    for (int i = 0; i < PRECISION_COUNT; i++)
        if (gpu->peak_flop_per_s[i] > 0 && gpu->kernels.matrix_fraction[i] <= 0)
            gpu->kernels.matrix_fraction[i] = kernel_constant_matrix((Precision)i)->typical;
    if (gpu->kernels.norm_fraction <= 0)
        gpu->kernels.norm_fraction = gpu->kernels.row_reduction_fraction;
    if (gpu->peak_flop_per_s[PRECISION_FP8] > 0 && gpu->kernels.attention.fp8_fraction <= 0)
        gpu->kernels.attention.fp8_fraction = gpu->kernels.attention.matrix_fraction;
    if (gpu->peak_flop_per_s[PRECISION_FP8] > 0 && gpu->kernels.moe.fp8_fraction <= 0)
        gpu->kernels.moe.fp8_fraction = gpu->kernels.moe.matrix_fraction;
}

static KernelRows gather_rows(const KernelTable *const *tables, int count, Arena *arena) {
    KernelRows rows = {0};
    for (int i = 0; i < count; i++)
        rows.count += tables[i]->row_count;
    rows.items = ARENA_ARRAY(arena, rows.count, const KernelRow *);
    for (int i = 0, at = 0; i < count; i++)
        for (int j = 0; j < tables[i]->row_count; j++)
            rows.items[at++] = &tables[i]->rows[j];
    return rows;
}

const KernelFit *kernel_fit(const KernelTable *const *tables, int count, const GpuSpec *gpu, Arena *arena) {
    KernelFit *fit = ARENA_NEW(arena, KernelFit);
    Fitting fitting = {.fit = fit, .rows = gather_rows(tables, count, arena), .arena = arena};
    fit->gpu = *gpu;
    fill_in_starts(&fit->gpu);
    const GpuSpec start = fit->gpu;
    fit->files = "";
    for (int i = 0; i < count; i++) {
        fit->left_out += tables[i]->left_out;
        const char *slash = strrchr(tables[i]->file, '/');
        fit->files = arena_format(arena, "%s%s%s", fit->files, i > 0 ? ", " : "", slash ? slash + 1 : tables[i]->file);
    }
    bool has_element_wise = count_rows(&fitting, KERNEL_ELEMENT_WISE, PRECISION_COUNT) > 0;
    fit_memory_bound(&fitting, KERNEL_ELEMENT_WISE, KERNEL_GROUP_STREAM);
    fit_products(&fitting, !has_element_wise);
    derive_shares(&fitting);
    fit_memory_bound(&fitting, KERNEL_ROW_REDUCTION, KERNEL_GROUP_REDUCTION);
    fit_memory_bound(&fitting, KERNEL_NORM, KERNEL_GROUP_NORM);
    fit_prefill(&fitting);
    fit_decode(&fitting);
    fit_moe(&fitting);
    fit->class_count = kernel_judge(&fitting.rows, &start, &fit->gpu, fit->classes, arena);
    return fit;
}

bool kernel_fit_check(const KernelTable *const *tables, int count, const GpuSpec *gpu, ErrorList *errors) {
    int before = errors->count;
    for (int i = 0; i < count; i++)
        for (int j = 0; j < tables[i]->row_count; j++) {
            const KernelRow *row = &tables[i]->rows[j];
            if (kernel_row_is_supported(gpu, row))
                continue;
            ErrorPlace place = {.file = tables[i]->file, .line = row->line, .column = 1};
            error_list_add(errors, place, NULL, "found %s, expected a precision that %s has a peak for",
                           precision_name(kernel_row_precision(row)), gpu->name);
            break;
        }
    return errors->count == before;
}
