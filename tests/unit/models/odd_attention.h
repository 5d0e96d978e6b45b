/* odd_attention: invented attention constants, all odd, for tests of laws that hold for every set. No FP8. */
#ifndef TESTS_UNIT_MODELS_ODD_ATTENTION_H
#define TESTS_UNIT_MODELS_ODD_ATTENTION_H

#include "models/hardware/gpu.h"

extern const GpuAttention ODD_ATTENTION;

#endif
