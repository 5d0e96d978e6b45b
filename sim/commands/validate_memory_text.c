#include "sim/commands/validate_memory_text.h"

#include <math.h>

#include "plots/text_layout.h"
#include "scenarios/reader/yaml_node.h"

enum { FILE_COLUMNS = 28 };

static const char *shown(const char *text, Arena *arena) {
    return yaml_node_shown_text(text, arena);
}

static void write_peak(FILE *out, const char *name, const ValidationErrors *errors) {
    text_layout_cell(out, name, FILE_COLUMNS);
    fprintf(out, "%6d", errors->rows);
    text_layout_percent(out, 8, false, errors->mean_absolute_fraction);
    text_layout_percent(out, 8, false, errors->median_absolute_fraction);
    text_layout_percent(out, 8, false, errors->tenth_fraction);
    text_layout_percent(out, 8, true, errors->bias_fraction);
    text_layout_percent(out, 8, true, errors->worst_fraction);
    fputc('\n', out);
}

static void write_memory_rows(FILE *out, const MemoryTable *memory, Arena *arena) {
    fprintf(out, "%5s  %-10s %-38s%9s%9s%8s%8s\n", "line", "model", "mode", "measured", "model's", "error", "state");
    for (int i = 0; i < memory->row_count; i++) {
        const MemoryRow *row = &memory->rows[i];
        fprintf(out, "%5d  ", row->line);
        text_layout_cell(out, text_layout_shorten(arena, shown(row->model, arena), 10), 11);
        text_layout_cell(out, text_layout_shorten(arena, shown(row->mode, arena), 37), 38);
        if (row->reason != NULL) {
            fprintf(out, "  %s\n", row->reason);
            continue;
        }
        fprintf(out, "%7.1f %s%7.1f %s", row->activations, row->is_percent ? "%" : "G", row->ours,
                row->is_percent ? "%" : "G");
        text_layout_percent(out, 8, true, row->error_fraction);
        text_layout_percent(out, 8, true, row->state_error_fraction);
        fputc('\n', out);
    }
    fputc('\n', out);
    text_layout_wrap(
        out, "",
        "Activations of the layers of one GPU in GiB, or in percent of those without recomputation; state: "
        "the error of their weights, gradients and optimizer. Embedding and head are left out, as in the "
        "figures of Korthikanti et al. Errors in percent.");
}

static void write_all(FILE *out, const ValidationSet *set, Arena *arena) {
    bool has_tables = false;
    for (int i = 0; i < set->file_count; i++)
        has_tables = has_tables || set->files[i].memory != NULL;
    if (!has_tables && set->all.memory.rows == 0)
        return;
    text_layout_heading(out, "Errors of the memory of one GPU, in percent");
    fprintf(out, "%-*s%6s%8s%8s%8s%8s%8s\n", FILE_COLUMNS, "", "rows", "mean", "median", "9 in 10", "bias", "worst");
    for (int i = 0; i < set->file_count; i++) {
        const ValidationFile *file = &set->files[i];
        const char *name = text_layout_squeeze(arena, shown(file->name, arena), FILE_COLUMNS - 1);
        if (file->runs != NULL && file->runs->memory.rows > 0)
            write_peak(out, name, &file->runs->memory);
        if (file->memory == NULL)
            continue;
        write_peak(out, name, &file->memory->activations);
        write_peak(out, "  weights and optimizer", &file->memory->state);
    }
    for (int i = 0; i < set->file_count; i++)
        if (set->file_count == 1 && set->files[i].memory != NULL) {
            fputc('\n', out);
            write_memory_rows(out, set->files[i].memory, arena);
        }
}

void validate_memory_text_write(FILE *out, const ValidationSet *set) {
    Arena *arena = arena_create();
    write_all(out, set, arena);
    arena_destroy(arena);
}
