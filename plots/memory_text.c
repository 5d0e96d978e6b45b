#include "plots/memory_text.h"

#include <math.h>
#include <stdbool.h>

#include "plots/text_layout.h"

/* A longer sentence has a line of its own. */
enum { SENTENCE_COLUMNS = 54 };

static bool same_bytes(const MemoryResults *one, const MemoryResults *other) {
    return one->weights_bytes == other->weights_bytes && one->gradients_bytes == other->gradients_bytes &&
           one->optimizer_bytes == other->optimizer_bytes && one->activations_bytes == other->activations_bytes &&
           one->buffers_bytes == other->buffers_bytes && one->capacity_bytes == other->capacity_bytes;
}

static double gib(double bytes) {
    return bytes / 0x1p30;
}

static void write_row(FILE *out, const char *name, const MemoryResults *row) {
    fprintf(out, "  %-20.60s %8.2f %9.2f %9.2f %11.2f %7.2f %8.2f", name, gib(row->weights_bytes),
            gib(row->gradients_bytes), gib(row->optimizer_bytes), gib(row->activations_bytes), gib(row->buffers_bytes),
            gib(row->total_bytes));
    fprintf(out, " %6.1f %%%s\n", 100 * row->total_bytes / row->capacity_bytes,
            row->total_bytes > row->capacity_bytes ? "  too much" : "");
}

/* Stages on nodes of different types have different capacities. */
static void write_title(FILE *out, const Results *results) {
    double least = results->memory[0].capacity_bytes, most = least;
    for (int i = 1; i < results->memory_count; i++) {
        least = fmin(least, results->memory[i].capacity_bytes);
        most = fmax(most, results->memory[i].capacity_bytes);
    }
    char title[128];
    int used = snprintf(title, sizeof title, "Memory of one GPU at its peak, GiB (capacity %.2f", gib(least));
    if (most > least) {
        used += snprintf(title + used, sizeof title - (size_t)used, " to %.2f", gib(most));
    }
    snprintf(title + used, sizeof title - (size_t)used, ")");
    text_layout_heading(out, title);
}

void memory_text_table(FILE *out, const Results *results) {
    if (results->memory_count == 0) {
        return;
    }
    write_title(out, results);
    fprintf(out, "  %-20s %8s %9s %9s %11s %7s %8s %8s\n", "", "weights", "gradients", "optimizer", "activations",
            "buffers", "total", "of GPU");
    for (int first = 0; first < results->memory_count;) {
        int next = first + 1;
        while (next < results->memory_count && same_bytes(&results->memory[first], &results->memory[next])) {
            next++;
        }
        char name[96];
        const char *first_name = results->memory[first].gpu_class;
        if (next - first > 1) {
            snprintf(name, sizeof name, "%s .. %s", first_name, results->memory[next - 1].gpu_class);
        } else {
            snprintf(name, sizeof name, "%s", first_name);
        }
        write_row(out, name, &results->memory[first]);
        first = next;
    }
}

void memory_text_host(FILE *out, const Results *results) {
    const HostMemoryResults *host = results->host_memory;
    if (host == NULL) {
        return;
    }
    text_layout_heading(out, "Memory of the fullest host, GiB");
    fprintf(out, "  %-20s %9s %11s %11s %8s %8s\n", "", "optimizer", "activations", "checkpoints", "total", "of host");
    fprintf(out, "  %-20.60s %9.2f %11.2f %11.2f %8.2f %6.1f %%%s\n", host->node, gib(host->optimizer_bytes),
            gib(host->activations_bytes), gib(host->checkpoint_bytes), gib(host->total_bytes),
            100 * host->total_bytes / host->capacity_bytes,
            host->total_bytes > host->capacity_bytes ? "  too much" : "");
}

void memory_text_changes(FILE *out, const Results *results) {
    text_layout_heading(out, "What would make it fit");
    if (results->fit_change_count == 0) {
        fputs("  No change of the plan was found that fits: use more GPUs or GPUs with more memory.\n", out);
    }
    for (int i = 0; i < results->fit_change_count; i++) {
        const FitChange *change = &results->fit_changes[i];
        char bytes[TEXT_FIGURE_BYTES];
        char step[TEXT_FIGURE_BYTES];
        bool is_short = text_layout_columns(change->sentence) <= SENTENCE_COLUMNS;
        if (!is_short) {
            text_layout_wrap(out, "  ", change->sentence);
        }
        fprintf(out, "  %-*s %10s on the fullest GPU, step %s\n", SENTENCE_COLUMNS, is_short ? change->sentence : "",
                text_layout_figure(change->total_bytes, "bytes", bytes), text_layout_figure(change->step_s, "s", step));
    }
}
