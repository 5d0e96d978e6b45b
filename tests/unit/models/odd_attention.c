#include "tests/unit/models/odd_attention.h"

const GpuAttention ODD_ATTENTION = {.matrix_fraction = 0.71,
                                    .backward_fraction = 0.83,
                                    .softmax_s = 47e-12,
                                    .tile_start_s = 2.3e-6,
                                    .tail_fraction = 0.61,
                                    .start_s = 11.3e-6,
                                    .query_passes = 2.9,
                                    .key_passes = 1.7,
                                    .grouped_heads = 24,
                                    .cache_fraction = 0.87,
                                    .cache_ramp_bytes = 7e6,
                                    .single = {6.1e-6, 1.3e-6, 0, 71e-12, 5.9e-6},
                                    .grouped = {5.3e-6, 3.1e-6, 530e-12, 113e-12, 4.7e-6}};
