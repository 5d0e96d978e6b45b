#include "sim/commands/kernel_fit_text.h"

#include <math.h>
#include <string.h>

#include "plots/cell.h"
#include "plots/text_layout.h"

static const double UNSURE = 0.3; /* standard error over the value from which on a constant is warned of */

static const FittedConstant *find_fitted(const KernelFit *fit, const KernelConstant *constant) {
    for (int i = 0; i < fit->constant_count; i++)
        if (fit->constants[i].constant == constant)
            return &fit->constants[i];
    return NULL;
}

static const char *quantity_of(const KernelConstant *constant, double value, Arena *arena) {
    /* Binary prefixes would turn four digits into six. */
    if (constant->dimension == DIMENSION_BYTES)
        return value >= 1e6 ? arena_format(arena, "%.4g MB", value / 1e6) : arena_format(arena, "%.4g B", value);
    return quantity_text(value, constant->dimension, arena);
}

static void write_constants(FILE *out, const KernelFit *fit, Arena *arena) {
    text_layout_heading(out, "Constants");
    fprintf(out, "%-34s %12s %12s %9s  %s\n", fit->gpu.name, "found", "given", "error", "rows");
    for (int i = 0; i < fit->constant_count; i++) {
        const FittedConstant *fitted = &fit->constants[i];
        fprintf(out, "%-34s %12s %12s", fitted->constant->key,
                quantity_of(fitted->constant, fitted->found.value, arena),
                quantity_of(fitted->constant, fitted->given, arena));
        if (isinf(fitted->found.error_fraction))
            fprintf(out, " %9s", "?");
        else
            fprintf(out, " %7.1f %%", 100 * fitted->found.error_fraction);
        fprintf(out, "  %d %s\n", fitted->rows, kernel_kind_name(fitted->kind));
    }
    if (fit->constant_count == 0)
        fputs("no rows to fit\n", out);
}

static void write_percent(FILE *out, double fraction, int width, const char *format) {
    char text[32] = "-";
    if (!isnan(fraction))
        snprintf(text, sizeof text, format, 100 * fraction);
    fprintf(out, " %*s", width, text);
}

static void write_residuals(FILE *out, const KernelFit *fit) {
    text_layout_heading(out, "Errors of the time, of the half that took no part in the fit");
    fprintf(out, "%-20s %8s %8s %8s %9s %8s %9s %9s %8s\n", "kernel", "fitted", "judged", "median", "9 of 10", "bias",
            "as given", "null", "spread");
    for (int i = 0; i < fit->class_count; i++) {
        const KernelClass *class = &fit->classes[i];
        char title[40];
        snprintf(title, sizeof title, "%s, %s", kernel_kind_name(class->kind), precision_name(class->precision));
        fprintf(out, "%-20s %8d %8d", title, class->fitted_rows, class->judged_rows);
        write_percent(out, class->median_fraction, 8, "%.1f %%");
        write_percent(out, class->worst_tenth_fraction, 9, "%.1f %%");
        write_percent(out, class->bias_fraction, 8, "%+.1f %%");
        write_percent(out, class->given_fraction, 9, "%.1f %%");
        write_percent(out, class->null_fraction, 9, "%.1f %%");
        write_percent(out, class->spread, 8, "%.1f %%");
        fputc('\n', out);
    }
    text_layout_wrap(
        out, "",
        "As given: the catalogue's constants. Null model: the longer of FLOPs at peak and bytes "
        "at full bandwidth. Spread: a standard deviation of ln(measured / simulated) by the middle 80 % of "
        "the kernels of 10 us or longer.");
}

static void write_ranges(FILE *out, const KernelFit *fit, Arena *arena) {
    text_layout_heading(out, "Measured sizes; beyond them the model extrapolates");
    for (int i = 0; i < fit->class_count; i++) {
        const KernelClass *class = &fit->classes[i];
        const char *line = "";
        for (const KernelRange *range = class->ranges; range->name; range++)
            line = arena_format(arena, "%s%s%s %.9g to %.9g", line, *line ? ", " : "", range->name, range->least,
                                range->most);
        const char *title =
            arena_format(arena, "%s, %s: ", kernel_kind_name(class->kind), precision_name(class->precision));
        text_layout_wrap(out, title, line);
    }
}

static void warn(FILE *out, int *count, const char *text) {
    if (*count == 0)
        text_layout_heading(out, "Warnings");
    text_layout_wrap(out, "- ", text);
    ++*count;
}

static bool has_rows(const KernelFit *fit, KernelKind kind) {
    for (int i = 0; i < fit->constant_count; i++)
        if (fit->constants[i].kind == kind)
            return true;
    return false;
}

static void write_warnings(FILE *out, const KernelFit *fit, Arena *arena) {
    int count = 0;
    for (int i = 0; i < fit->constant_count; i++) {
        const FittedConstant *fitted = &fit->constants[i];
        const char *key = fitted->constant->key;
        if (fitted->found.is_at_bound)
            warn(out, &count, arena_format(arena, "%s ends at a bound of its range.", key));
        else if (fitted->found.error_fraction > UNSURE)
            warn(out, &count,
                 arena_format(arena,
                              "%s is hardly determined by these rows; another constant could "
                              "take its place.",
                              key));
    }
    for (int i = 0; i < KERNEL_KIND_COUNT; i++)
        if (!has_rows(fit, (KernelKind)i))
            warn(out, &count,
                 arena_format(arena, "No fit to %s kernels: what they choose is kept from %s.",
                              kernel_kind_name((KernelKind)i), fit->gpu.name));
    if (fit->thin_rows > 0)
        warn(out, &count,
             arena_format(arena,
                          "Too few rows (%d) for the constants that they would choose: 4 per "
                          "constant are needed, in the fitted half.",
                          fit->thin_rows));
    if (fit->left_out > 0)
        warn(out, &count,
             arena_format(arena, "Left out: %d rows, of types or distributions that are not modelled.", fit->left_out));
}

/* Where a constant is from, as the comment behind it. */
static const char *source_of(const KernelFit *fit, const KernelConstant *constant, Arena *arena) {
    const FittedConstant *fitted = find_fitted(fit, constant);
    if (fitted && fitted->found.error_fraction > UNSURE)
        return arena_format(arena, "fitted: %d %s rows, which hardly tell it", fitted->rows,
                            kernel_kind_name(fitted->kind));
    if (fitted)
        return arena_format(arena, "fitted: %d %s rows, standard error %.1f %%", fitted->rows,
                            kernel_kind_name(fitted->kind), 100 * fitted->found.error_fraction);
    for (int i = 0; i < PRECISION_COUNT; i++)
        if (fit->is_derived[i] && constant == kernel_constant_matrix((Precision)i))
            return arena_format(arena, "derived: as %s", precision_name(fit->leading));
    return arena_format(arena, "kept from %s", fit->gpu.name);
}

static size_t prefix_bytes(const char *key) {
    const char *dot = strrchr(key, '.');
    return dot ? (size_t)(dot - key) : 0;
}

/* The mappings around a key that the key before was not in. */
static void open_mappings(FILE *out, const char *key, const char *before) {
    int depth = 2;
    for (const char *dot = strchr(key, '.'); dot; dot = strchr(dot + 1, '.'), depth++) {
        size_t bytes = (size_t)(dot - key);
        const char *start = dot;
        while (start > key && start[-1] != '.')
            start--;
        if (strncmp(key, before, bytes) != 0 || before[bytes] != '.')
            fprintf(out, "%*s%.*s:\n", 2 * depth, "", (int)(dot - start), start);
    }
}

static void write_line(FILE *out, const char *key, const char *value, const char *source) {
    int depth = 2;
    for (const char *dot = strchr(key, '.'); dot; dot = strchr(dot + 1, '.'))
        depth++;
    const char *word = prefix_bytes(key) ? key + prefix_bytes(key) + 1 : key;
    fprintf(out, "%*s%s: %s  # %s\n", 2 * depth, "", word, value, source);
}

/* Files, and how well the other half of them is met. */
static void write_provenance(FILE *out, const KernelFit *fit) {
    fprintf(out, "  # chokepoint calibrate --gpu %s: %s\n", fit->gpu.name, fit->files);
    for (int i = 0; i < fit->class_count; i++)
        if (!isnan(fit->classes[i].median_fraction))
            fprintf(out, "  # median error of the half that judges, %s in %s: %.1f %%\n",
                    kernel_kind_name(fit->classes[i].kind), precision_name(fit->classes[i].precision),
                    100 * fit->classes[i].median_fraction);
}

static void write_entry(FILE *out, const KernelFit *fit, Arena *arena) {
    text_layout_heading(out, "Lines of the catalogue entry");
    write_provenance(out, fit);
    fputs("  kernels:\n", out);
    const char *before = "", *kept = arena_format(arena, "kept from %s", fit->gpu.name);
    for (int i = 0; kernel_constant(i); i++) {
        const KernelConstant *constant = kernel_constant(i);
        double value = kernel_constant_value(constant, &fit->gpu);
        if (i < PRECISION_COUNT && fit->gpu.peak_flop_per_s[i] <= 0)
            continue;
        bool is_plain = constant->dimension == DIMENSION_FRACTION || constant->dimension == DIMENSION_COUNT;
        const char *text = quantity_of(constant, value, arena);
        open_mappings(out, constant->key, before);
        write_line(out, constant->key, is_plain ? text : arena_format(arena, "\"%s\"", text),
                   source_of(fit, constant, arena));
        before = constant->key;
    }
    const GpuKernels *kernels = &fit->gpu.kernels;
    write_line(out, "attention.grouped_heads", arena_format(arena, "%d", kernels->attention.grouped_heads), kept);
    const char *const keys[] = {"launch", "host", "graph_launch", "graph_host"};
    const double values[] = {kernels->launch_s, kernels->host_s, kernels->graph_launch_s, kernels->graph_host_s};
    for (int i = 0; i < 4; i++)
        write_line(out, keys[i], arena_format(arena, "\"%s\"", quantity_text(values[i], DIMENSION_TIME, arena)), kept);
}

/* The class of a kind with the largest spread, NULL when none was judged. */
static const KernelClass *widest_class(const KernelFit *fit, KernelKind kind) {
    const KernelClass *widest = NULL;
    for (int i = 0; i < fit->class_count; i++) {
        const KernelClass *class = &fit->classes[i];
        if (class->kind == kind && !isnan(class->spread) && (!widest || class->spread > widest->spread))
            widest = class;
    }
    return widest;
}

/* Half of element-wise kernels, half of norms and softmax, as far as they were judged; NaN when none was. */
static double memory_spread(const KernelFit *fit) {
    static const KernelKind KINDS[] = {KERNEL_ELEMENT_WISE, KERNEL_NORM, KERNEL_ROW_REDUCTION};
    static const double PARTS[] = {2, 1, 1};
    double sum = 0, parts = 0;
    for (int i = 0; i < 3; i++) {
        const KernelClass *class = widest_class(fit, KINDS[i]);
        sum += class ? PARTS[i] * class->spread : 0;
        parts += class ? PARTS[i] : 0;
    }
    return parts > 0 ? sum / parts : NAN;
}

/* How sure the constants are; attention in training is priced by another model than prefills. */
static void write_spread(FILE *out, const KernelFit *fit, Arena *arena) {
    const char *kept = arena_format(arena, "kept from %s", fit->gpu.name);
    const char *measured = "measured: middle 80 % of the residuals of the half that judges";
    const KernelClass *products = widest_class(fit, KERNEL_PRODUCT);
    double memory = memory_spread(fit);
    const GpuSpread *given = &fit->gpu.kernels.spread;
    fputs("    spread:\n", out);
    write_line(out, "spread.products", arena_format(arena, "%.2g", products ? products->spread : given->products),
               products ? measured : kept);
    write_line(out, "spread.attention", arena_format(arena, "%.2g", given->attention), kept);
    write_line(out, "spread.memory", arena_format(arena, "%.2g", isnan(memory) ? given->memory : memory),
               isnan(memory) ? kept : measured);
    write_line(out, "spread.host", arena_format(arena, "%.2g", given->host), kept);
}

/* The most of a size over the classes of a kind; 0 when none has it. */
static double reach_of(const KernelFit *fit, KernelKind kind, const char *size) {
    double most = 0;
    for (int i = 0; i < fit->class_count; i++)
        for (const KernelRange *range = fit->classes[i].ranges; fit->classes[i].kind == kind && range->name; range++)
            if (strcmp(range->name, size) == 0)
                most = fmax(most, range->most);
    return most;
}

/* Up to which sizes they hold. */
static void write_reach(FILE *out, const KernelFit *fit, Arena *arena) {
    const GpuReach *given = &fit->gpu.kernels.reach;
    const char *const keys[] = {"m", "n", "k", "sequence"}, *const sizes[] = {"m", "n", "k", "tokens"};
    const double kept[] = {given->m, given->n, given->k, given->sequence};
    fputs("    reach:\n", out);
    for (int i = 0; i < 4; i++) {
        double most = reach_of(fit, i < 3 ? KERNEL_PRODUCT : KERNEL_PREFILL, sizes[i]);
        write_line(out, arena_format(arena, "reach.%s", keys[i]),
                   arena_format(arena, "%.9g", most > 0 ? most : kept[i]),
                   most > 0 ? "measured: the largest of the rows" : arena_format(arena, "kept from %s", fit->gpu.name));
    }
}

void kernel_fit_text_write(FILE *out, const KernelFit *fit, Arena *arena) {
    write_constants(out, fit, arena);
    write_residuals(out, fit);
    write_ranges(out, fit, arena);
    write_warnings(out, fit, arena);
    write_entry(out, fit, arena);
    write_spread(out, fit, arena);
    write_reach(out, fit, arena);
}

static void write_json_constant(FILE *out, const FittedConstant *fitted) {
    fprintf(out, "{\"key\": \"%s\", \"rows\": %d, \"kernel\": \"%s\"", fitted->constant->key, fitted->rows,
            kernel_kind_name(fitted->kind));
    cell_json_number_behind(out, ", \"found\": ", fitted->found.value);
    cell_json_number_behind(out, ", \"given\": ", fitted->given);
    cell_json_number_behind(
        out, ", \"error_fraction\": ", isinf(fitted->found.error_fraction) ? NAN : fitted->found.error_fraction);
    fprintf(out, ", \"at_bound\": %s}", fitted->found.is_at_bound ? "true" : "false");
}

static void write_json_class(FILE *out, const KernelClass *class) {
    fprintf(out, "{\"kernel\": \"%s\", \"precision\": \"%s\", \"fitted_rows\": %d, \"judged_rows\": %d",
            kernel_kind_name(class->kind), precision_name(class->precision), class->fitted_rows, class->judged_rows);
    cell_json_number_behind(out, ", \"median_fraction\": ", class->median_fraction);
    cell_json_number_behind(out, ", \"worst_tenth_fraction\": ", class->worst_tenth_fraction);
    cell_json_number_behind(out, ", \"bias_fraction\": ", class->bias_fraction);
    cell_json_number_behind(out, ", \"given_fraction\": ", class->given_fraction);
    cell_json_number_behind(out, ", \"null_fraction\": ", class->null_fraction);
    cell_json_number_behind(out, ", \"spread\": ", class->spread);
    fputs(", \"ranges\": {", out);
    for (const KernelRange *range = class->ranges; range->name; range++)
        fprintf(out, "%s\"%s\": [%.17g, %.17g]", range > class->ranges ? ", " : "", range->name, range->least,
                range->most);
    fputs("}}", out);
}

void kernel_fit_json_write(FILE *out, const KernelFit *fit) {
    fputs("{\n  \"gpu\": ", out);
    cell_json_text(out, fit->gpu.name);
    fprintf(out, ",\n  \"left_out_rows\": %d,\n  \"thin_rows\": %d,\n  \"constants\": [", fit->left_out,
            fit->thin_rows);
    for (int i = 0; i < fit->constant_count; i++) {
        fputs(i > 0 ? ",\n    " : "\n    ", out);
        write_json_constant(out, &fit->constants[i]);
    }
    fputs("\n  ],\n  \"kernels\": [", out);
    for (int i = 0; i < fit->class_count; i++) {
        fputs(i > 0 ? ",\n    " : "\n    ", out);
        write_json_class(out, &fit->classes[i]);
    }
    fputs("\n  ]\n}\n", out);
}
