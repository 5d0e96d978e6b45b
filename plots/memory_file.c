#include "plots/memory_file.h"

#include <math.h>

#include "plots/bands.h"
#include "plots/dat_set.h"

/* One rectangle of each purpose stands on the one before. */
static double purpose_bytes(const MemoryResults *row, int purpose) {
    const double bytes[] = {row->weights_bytes, row->gradients_bytes, row->optimizer_bytes, row->activations_bytes,
                            row->buffers_bytes};
    return bytes[purpose];
}

static void write_purpose(FILE *out, const Results *results, const char *name, int purpose) {
    DatSet set = dat_set_open(out, name, 5);
    for (int band = 0; band < bands_shown(results->memory_count); band++) {
        int item = bands_item(results->memory_count, band);
        double low = 0;
        for (int below = 0; item >= 0 && below < purpose; below++) {
            low += purpose_bytes(&results->memory[item], below);
        }
        if (item >= 0) {
            double high = low + purpose_bytes(&results->memory[item], purpose);
            const double row[] = {band, band - 0.4, band + 0.4, low / 0x1p30, high / 0x1p30};
            dat_set_row(&set, row, 5);
            dat_set_end_row(&set);
        }
    }
    dat_set_close(&set);
}

void memory_file_write(FILE *out, const Results *results) {
    static const char *const purposes[] = {"weights", "gradients", "optimizer", "activations", "buffers"};
    dat_set_file_head(out, "memory of one GPU at its peak, by purpose",
                      "x x_low x_high low_gib high_gib; labels: x total_gib capacity_gib name text");
    for (int purpose = 0; purpose < 5; purpose++) {
        write_purpose(out, results, purposes[purpose], purpose);
    }
    DatSet set = dat_set_open(out, "labels", 5);
    for (int band = 0; band < bands_shown(results->memory_count); band++) {
        int item = bands_item(results->memory_count, band);
        const MemoryResults *memory = &results->memory[item >= 0 ? item : 0];
        const double row[] = {band, item >= 0 ? memory->total_bytes / 0x1p30 : (double)NAN,
                              memory->capacity_bytes / 0x1p30};
        dat_set_row(&set, row, 3);
        dat_set_text(&set, item >= 0 ? memory->gpu_class : "...");
        char total[32];
        snprintf(total, sizeof total, "%.1f", row[1]);
        dat_set_text(&set, item >= 0 ? total : "");
        dat_set_end_row(&set);
    }
    dat_set_close(&set);
}
