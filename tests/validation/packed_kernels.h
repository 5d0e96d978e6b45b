/* packed_kernels: tables of measured kernels that lie packed beside the tree. */
#ifndef TESTS_VALIDATION_PACKED_KERNELS_H
#define TESTS_VALIDATION_PACKED_KERNELS_H

#include "scenarios/calibration/kernel_table.h"
#include "tests/unit/scenarios/reading.h"

/* The table of that file name; a tree without the measurements skips the test, one that cannot be read fails it. */
const KernelTable *packed_kernels(Reading *reading, const char *name);

#endif
