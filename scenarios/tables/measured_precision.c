#include "scenarios/tables/measured_precision.h"

static bool denies_tf32(const MeasuredRow *row) {
    const char *note = measured_row_text(row, "note");
    return measured_row_has_words(note, "TF32") && !measured_row_affirms(note, "TF32");
}

void measured_precision_settle(MeasuredRow *row, const GpuSpec *gpu, PlanSpec *plan) {
    if (plan->precision != PRECISION_FP32 || gpu->peak_flop_per_s[PRECISION_TF32] <= 0 || denies_tf32(row))
        return;
    plan->precision = PRECISION_TF32;
    measured_row_assume(row, "fp32 on the %s is read as tf32, as NVIDIA's containers run its products.", gpu->name);
}
