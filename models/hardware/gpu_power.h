/*
 * gpu_power: the clock of a GPU under a power limit below its board's default one. Not the power that a run draws, nor
 * energy.
 *
 * The power of busy kernels at clock x, both over their values at the default limit, is
 *   s + (1 - s) x V(x)^2 / V(1)^2,  V(x) = 1 + g max(0, x / x0 - 1):
 * a share s that no clock changes, and switching at a voltage that falls with the clock down to a floor. s = 0.15,
 * x0 = 0.84, g = 0.71 are least squares of ln clock, each of four groups weighing the same, over energy by clock of
 * transformer stages on A100-SXM and A40 (Chung et al., Perseus, SOSP 2024), and time and power by limit of BERT and
 * ResNet-50 on A40 and V100 (You et al., Zeus, NSDI 2023; both in ml-energy/zeus), 218 points down to 0.45 of the
 * power. They are met within 1.1, 7.2, 9.7 and 9.5 % (root mean square), from 0.6 on within 1.1, 7.2, 5.3 and 5.1 %.
 * Held back: the best product of H100-PCIe (350 W) per SM is 0.70 of H100-SXM's, 0.65 here by watts per SM
 * (mag-/gpu_benchmark); GB300 at 500 of 1400 W reaches 0.28 to 0.39, 0.31 here (facebookexperimental/triton, pull
 * request 2023); large bf16 products on Meta's H100, set to 500 W, 0.60 to 0.69 of the peak, 0.61 here in long runs
 * (torchao, roofline_utils.py); four RTX 3090 at 280 of 350 W train ResNet-50 at more than 0.95, 0.90 here (Puget
 * Systems, 2020).
 *
 * A GPU has one clock and its governor follows the mean over longer than a layer, so products and attention slow down
 * alike; HBM, links and the host keep their speeds. Limits: kernels count as if they ran back to back, as in the
 * catalogue's long_run; a job that waits a lot draws less and is slowed down less.
 */
#ifndef MODELS_HARDWARE_GPU_POWER_H
#define MODELS_HARDWARE_GPU_POWER_H

#include "models/hardware/gpu.h"

/* The least limit over the default one that boards take: A100-SXM 100 of 400 W, H100-SXM 200 of 700 W (nvidia-smi). */
#define GPU_POWER_LEAST_FRACTION 0.25

/* Returns the clock under a limit of `limit_fraction` (>= GPU_POWER_LEAST_FRACTION) of the default one, over the clock
 * under that; 1 from 1 on. */
double gpu_power_clock_fraction(double limit_fraction);

/* True when the GPU is set to less than its board's default. */
bool gpu_power_is_limited(const GpuSpec *gpu);

/* Returns the GPU as it is under its power_limit_watts: what is bound by the clock is slower, and less sure. */
GpuSpec gpu_power_limited(const GpuSpec *gpu);

#endif
