#include "tests/validation/packed_kernels.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

const KernelTable *packed_kernels(Reading *reading, const char *name) {
    const char *packed = arena_format(reading->arena, "../shared/data/kernels/%s", name);
    if (access(packed, R_OK) != 0)
        cr_skip_test("no file %s", packed);
    const char *folder = reading_folder(reading);
    const char *plain = arena_format(reading->arena, "%s/t.csv", folder);
    cr_assert_eq(system(arena_format(reading->arena, "gzip -dc %s > %s", packed, plain)), 0);
    const KernelTable *table = kernel_table_read(plain, NULL, reading->arena, &reading->errors);
    reading_remove(folder);
    cr_assert_str_eq(reading_errors(reading), "");
    return table;
}
