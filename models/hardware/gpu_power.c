#include "models/hardware/gpu_power.h"

#include <math.h>

#include "sim/engine/check.h"

/* See the header. */
static const double CONSTANT_SHARE = 0.15;
static const double FLOOR_CLOCK = 0.84;
static const double VOLTAGE_SLOPE = 0.71;

/* Of ln clock: root mean square over the four groups from 0.6 of the default limit on. */
static const double CLOCK_SPREAD = 0.05;

/* Halvings of [0, 1]: a clock to 1e-12. */
enum { HALVINGS = 40 };

static double voltage(double clock) {
    return 1 + VOLTAGE_SLOPE * fmax(0, clock / FLOOR_CLOCK - 1);
}

static double power_fraction(double clock) {
    double share = voltage(clock) / voltage(1);
    return CONSTANT_SHARE + (1 - CONSTANT_SHARE) * clock * share * share;
}

double gpu_power_clock_fraction(double limit_fraction) {
    CHECK(limit_fraction >= GPU_POWER_LEAST_FRACTION);
    if (limit_fraction >= 1)
        return 1;
    double low = 0, high = 1;
    for (int i = 0; i < HALVINGS; i++) {
        double middle = (low + high) / 2;
        if (power_fraction(middle) < limit_fraction)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

bool gpu_power_is_limited(const GpuSpec *gpu) {
    return gpu->power_limit_watts > 0 && gpu->power_limit_watts < gpu->tdp_watts;
}

GpuSpec gpu_power_limited(const GpuSpec *gpu) {
    if (!gpu_power_is_limited(gpu))
        return *gpu;
    GpuSpec limited = gpu_clocked(gpu, gpu_power_clock_fraction(gpu->power_limit_watts / gpu->tdp_watts));
    limited.kernels.spread.products = hypot(gpu->kernels.spread.products, CLOCK_SPREAD);
    limited.kernels.spread.attention = hypot(gpu->kernels.spread.attention, CLOCK_SPREAD);
    return limited;
}
