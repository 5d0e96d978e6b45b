#include "sim/commands/calibrate_text.h"

#include <math.h>
#include <string.h>

#include "plots/cell.h"
#include "plots/text_layout.h"

static const double US = 1e-6;
static const double GB = 1e9;
static const double GBIT = 1e9 / 8;

static const char *port_name(const NodeSpec *node) {
    return node->nvlink.bytes_per_s > 0 && node->gpus > 1 ? "nvlink" : "pcie";
}

static const LinkSpec *port_of(const NodeSpec *node) {
    return strcmp(port_name(node), "nvlink") == 0 ? &node->nvlink : &node->pcie;
}

static void write_constants(FILE *out, const char *name, const LinkSpec *link, double loss) {
    fprintf(out, "%-24s %9.2f %11.3f %9.1f %13.1f %%\n", name, link->latency_s / US, link->efficiency_fraction,
            link->ramp_s / US, 100 * loss);
}

static void write_link(FILE *out, const char *name, const CommLinkFit *fit, const LinkSpec *found,
                       const LinkSpec *given) {
    char title[32];
    if (fit->rows == 0)
        return;
    snprintf(title, sizeof title, "%s, %d rows", name, fit->rows);
    write_constants(out, title, found, fit->loss);
    write_constants(out, "  as given", given, fit->given_loss);
}

static void write_links(FILE *out, const CommFit *fit, const NodeSpec *given) {
    text_layout_heading(out, "Constants of the links");
    fprintf(out, "%-24s %9s %11s %9s %15s\n", given->name, "latency", "efficiency", "ramp", "mean |log|");
    fprintf(out, "%-24s %9s %11s %9s\n", "", "us", "fraction", "us");
    write_link(out, port_name(given), &fit->port, port_of(&fit->node), port_of(given));
    write_link(out, "nic", &fit->nic, &fit->node.nic, &given->nic);
    if (fit->port.rows + fit->nic.rows == 0)
        fputs("no row to fit\n", out);
}

/* Eight columns. */
static void write_error(FILE *out, double fraction) {
    if (isnan(fraction))
        fprintf(out, " %7s", "-");
    else
        fprintf(out, " %5.1f %%", 100 * fraction);
}

static void write_series(FILE *out, const CommSeries *series) {
    char kind[32];
    snprintf(kind, sizeof kind, "%s%s", collective_kind_name(series->kind), series->is_fitted ? "" : " *");
    fprintf(out, "%-16s %5d", kind, series->ranks);
    write_error(out, series->large.median_fraction);
    write_error(out, series->large.null_fraction);
    write_error(out, series->small.median_fraction);
    write_error(out, series->small.null_fraction);
    fprintf(out, " %12.0f %9.2f %9.2f\n", series->largest_bytes, series->measured_bus_bytes_per_s / GB,
            series->simulated_bus_bytes_per_s / GB);
}

static void write_total(FILE *out, const char *name, const CommLinkFit *fit) {
    if (fit->rows == 0)
        return;
    fprintf(out, "%-22s", name);
    write_error(out, fit->large.median_fraction);
    write_error(out, fit->large.null_fraction);
    write_error(out, fit->small.median_fraction);
    write_error(out, fit->small.null_fraction);
    fputc('\n', out);
}

static void write_residuals(FILE *out, const CommFit *fit) {
    text_layout_heading(out, "Median errors of the time, ours and the null model's");
    fprintf(out, "%-16s %5s %16s %16s %12s %9s %9s\n", "", "", "from 1 MiB on", "below 1 MiB", "largest", "busbw",
            "simulated");
    fprintf(out, "%-16s %5s %7s %8s %7s %8s %12s %9s %9s\n", "collective", "ranks", "ours", "null", "ours", "null", "B",
            "GB/s", "GB/s");
    const char *file = NULL;
    for (int i = 0; i < fit->series_count; i++) {
        if (fit->series[i].file != file)
            fprintf(out, "%s\n", fit->series[i].file);
        file = fit->series[i].file;
        write_series(out, &fit->series[i]);
    }
    fputs("all fitted rows\n", out);
    write_total(out, "inside a node", &fit->port);
    write_total(out, "between nodes", &fit->nic);
    fputc('\n', out);
    text_layout_wrap(out, "",
                     "The null model moves the bytes of each rank at the nominal bandwidth, without latency. "
                     "* judged, not fitted.");
    if (fit->warm_up_rows > 0)
        fprintf(out, "Left out as warm-ups: the first rows of series between nodes, %d in all.\n", fit->warm_up_rows);
}

/* "; median error 3 % from 1 MiB on, 19 % below" */
static void write_source(FILE *out, const CommLinkFit *fit) {
    fprintf(out, "# chokepoint calibrate, %d rows", fit->rows);
    if (fit->large.rows > 0)
        fprintf(out, "; median error %.0f %% from 1 MiB on", 100 * fit->large.median_fraction);
    if (fit->small.rows > 0)
        fprintf(out, "%s%.0f %% below%s", fit->large.rows > 0 ? ", " : "; median error ",
                100 * fit->small.median_fraction, fit->large.rows > 0 ? "" : " 1 MiB");
    fputc('\n', out);
}

static void write_entry(FILE *out, const char *name, const CommLinkFit *fit, const LinkSpec *link) {
    if (fit->rows == 0)
        return;
    bool is_nic = strcmp(name, "nic") == 0;
    fprintf(out, "  %s:\n    bandwidth: \"%.6g %s\"\n", name, link->bytes_per_s / (is_nic ? GBIT : GB),
            is_nic ? "Gbit/s" : "GB/s");
    fprintf(out, "    latency: \"%.3g us\"  ", link->latency_s / US);
    write_source(out, fit);
    fprintf(out, "    efficiency: %.3g\n    ramp: \"%.3g us\"\n", link->efficiency_fraction, link->ramp_s / US);
    if (fit->large.rows > 0)
        fprintf(out, "    spread: %.2g  # middle 80 %% of the residuals from 1 MiB on\n", fit->spread);
}

void calibrate_text_write(FILE *out, const CommFit *fit, const NodeSpec *given) {
    write_links(out, fit, given);
    write_residuals(out, fit);
    text_layout_heading(out, "Lines of the catalogue entry");
    write_entry(out, port_name(given), &fit->port, port_of(&fit->node));
    write_entry(out, "nic", &fit->nic, &fit->node.nic);
}

static void write_json_errors(FILE *out, const char *key, const CommErrors *errors) {
    fprintf(out, "%s{\"rows\": %d", key, errors->rows);
    cell_json_number_behind(out, ", \"median_fraction\": ", errors->median_fraction);
    cell_json_number_behind(out, ", \"null_fraction\": ", errors->null_fraction);
    fputc('}', out);
}

static void write_json_link(FILE *out, const char *name, const CommLinkFit *fit, const LinkSpec *link) {
    fprintf(out, "  \"%s\": ", name);
    if (fit->rows == 0) {
        fputs("null,\n", out);
        return;
    }
    fprintf(out, "{\"rows\": %d", fit->rows);
    cell_json_number_behind(out, ", \"latency_s\": ", link->latency_s);
    cell_json_number_behind(out, ", \"efficiency_fraction\": ", link->efficiency_fraction);
    cell_json_number_behind(out, ", \"ramp_s\": ", link->ramp_s);
    cell_json_number_behind(out, ", \"loss\": ", fit->loss);
    cell_json_number_behind(out, ", \"given_loss\": ", fit->given_loss);
    write_json_errors(out, ", \"large\": ", &fit->large);
    write_json_errors(out, ", \"small\": ", &fit->small);
    cell_json_number_behind(out, ", \"spread\": ", fit->spread);
    fputs("},\n", out);
}

static void write_json_series(FILE *out, const CommSeries *series) {
    fputs("{\"file\": ", out);
    cell_json_text(out, series->file);
    fprintf(out, ", \"collective\": \"%s\", \"ranks\": %d, \"fitted\": %s", collective_kind_name(series->kind),
            series->ranks, series->is_fitted ? "true" : "false");
    write_json_errors(out, ", \"large\": ", &series->large);
    write_json_errors(out, ", \"small\": ", &series->small);
    cell_json_number_behind(out, ", \"largest_bytes\": ", series->largest_bytes);
    cell_json_number_behind(out, ", \"measured_bus_bytes_per_s\": ", series->measured_bus_bytes_per_s);
    cell_json_number_behind(out, ", \"simulated_bus_bytes_per_s\": ", series->simulated_bus_bytes_per_s);
    fputc('}', out);
}

void calibrate_json_write(FILE *out, const CommFit *fit) {
    fputs("{\n  \"node\": ", out);
    cell_json_text(out, fit->node.name);
    fputs(",\n", out);
    write_json_link(out, port_name(&fit->node), &fit->port, port_of(&fit->node));
    write_json_link(out, "nic", &fit->nic, &fit->node.nic);
    fprintf(out, "  \"warm_up_rows\": %d,\n  \"series\": [", fit->warm_up_rows);
    for (int i = 0; i < fit->series_count; i++) {
        fputs(i > 0 ? ",\n    " : "\n    ", out);
        write_json_series(out, &fit->series[i]);
    }
    fputs("\n  ]\n}\n", out);
}
