#include <criterion/criterion.h>
#include <string.h>

#include "scenarios/calibration/comm_table.h"
#include "tests/unit/scenarios/reading.h"

/* A file of that text, read; its folder is gone afterwards. */
static const CommTable *read_as(Reading *reading, const char *name, const char *text) {
    const char *folder = reading_folder(reading);
    const CommTable *table =
        comm_table_read(reading_file(reading, folder, name, text), reading->arena, &reading->errors);
    reading_remove(folder);
    return table;
}

/* The errors without the folder in front of the file's name. */
static void expect_errors(const char *name, const char *text, const char *expected) {
    Reading *reading = reading_create();
    cr_assert_null(read_as(reading, name, text));
    const char *found = strstr(reading_errors(reading), name);
    cr_assert_str_eq(found ? found : "", expected);
    reading_destroy(reading);
}

Test(comm_table, tables_of_elements_and_milliseconds_are_read) {
    Reading *reading = reading_create();
    const CommTable *table = read_as(reading, "t.csv",
                                     "op_name,nccl_dtype,num_gpus,message_size,latency\n"
                                     "all_gather,half,4,256,0.0125\nalltoall,int8,8,1024,2.5\n");
    cr_assert_str_eq(reading_errors(reading), "");
    cr_assert_eq(table->row_count, 2);
    cr_assert_eq(table->rows[0].kind, COLLECTIVE_ALL_GATHER);
    cr_assert_eq(table->rows[0].bytes, 512);
    cr_assert_float_eq(table->rows[0].seconds, 12.5e-6, 1e-15);
    cr_assert_eq(table->rows[0].line, 2);
    cr_assert_eq(table->rows[1].kind, COLLECTIVE_ALL_TO_ALL);
    cr_assert_eq(table->rows[1].bytes, 1024);
    cr_assert_eq(table->rows[1].ranks, 8);
    reading_destroy(reading);
}

Test(comm_table, a_table_without_a_collective_is_of_all_reduces) {
    Reading *reading = reading_create();
    const CommTable *table = read_as(reading, "t.csv", "num_gpus,size_bytes,time_ns_oop\n2,1048576,44210\n");
    cr_assert_eq(table->rows[0].kind, COLLECTIVE_ALL_REDUCE);
    cr_assert_float_eq(table->rows[0].seconds, 44.21e-6, 1e-15);
    cr_assert_eq(table->rows[0].gpus_per_node, 0);
    reading_destroy(reading);
}

Test(comm_table, first_rows_and_repeated_sizes_are_marked) {
    Reading *reading = reading_create();
    const CommTable *table = read_as(reading, "t.csv",
                                     "ranks,gpus_per_node,size_bytes,time_us_oop\n"
                                     "16,8,512,30\n16,8,1024,31\n4,4,512,9\n16,8,512,32\n");
    const bool firsts[] = {true, false, true, true}, repeats[] = {false, false, false, true};
    for (int i = 0; i < 4; i++) {
        cr_expect_eq(table->rows[i].is_first, firsts[i], "row %d", i);
        cr_expect_eq(table->rows[i].is_repeat, repeats[i], "row %d", i);
    }
    cr_assert_eq(table->rows[0].gpus_per_node, 8);
    reading_destroy(reading);
}

static const char LOG[] =
    "# nThread 1 nGpus 1 minBytes 1024 maxBytes 2048 step: 2(factor) warmup iters: 5 iters: 20\n"
    "#\n# Using devices\n"
    "#  Rank  0 Group  0 Pid   4711 on     node-a device  0 [0x07] NVIDIA A100-SXM4-40GB\n"
    "#  Rank  1 Group  0 Pid   4712 on     node-a device  1 [0x0b] NVIDIA A100-SXM4-40GB\n"
    "#  Rank  2 Group  0 Pid   4713 on     node-b device  0 [0x07] NVIDIA A100-SXM4-40GB\n"
    "#  Rank  3 Group  0 Pid   4714 on     node-b device  1 [0x0b] NVIDIA A100-SXM4-40GB\n"
    "#       size         count      type   redop    root     time   algbw   busbw #wrong     time   algbw   busbw "
    "#wrong\n"
    "        1024           256     float     sum      -1    36.04    0.03    0.04      0    35.10    0.03    0.04     "
    " 0\n"
    "        2048           512     float     sum      -1    37.50    0.05    0.08      0    36.90    0.06    0.08     "
    " 0\n"
    "# Out of bounds values : 0 OK\n# Avg bus bandwidth    : 0.06\n";

Test(comm_table, what_nccl_tests_print_is_read) {
    Reading *reading = reading_create();
    const CommTable *table = read_as(reading, "all_reduce_perf.4.txt", LOG);
    cr_assert_str_eq(reading_errors(reading), "");
    cr_assert_eq(table->row_count, 2);
    cr_assert_eq(table->rows[1].kind, COLLECTIVE_ALL_REDUCE);
    cr_assert_eq(table->rows[1].ranks, 4);
    cr_assert_eq(table->rows[1].gpus_per_node, 2);
    cr_assert_eq(table->rows[1].bytes, 2048);
    cr_assert_float_eq(table->rows[1].seconds, 37.5e-6, 1e-15);
    cr_assert_eq(table->rows[1].line, 10);
    reading_destroy(reading);
}

/* Before 2.13: more indented ranks, and tables without the column "root". */
static const char OLD_LOG[] =
    "# Using devices\n"
    "#   Rank  0 Pid  71327 on     node-a device  0 [0x1a] Tesla V100-SXM3-32GB\n"
    "#   Rank  1 Pid  71327 on     node-a device  1 [0x1b] Tesla V100-SXM3-32GB\n"
    "#       size         count    type   redop     time   algbw   busbw  error     time   algbw   busbw  error\n"
    "        1024           256   float     sum    158.3    0.01    0.01  1e-07    158.4    0.01    0.01  0e+00\n";

Test(comm_table, what_older_versions_print_is_read) {
    Reading *reading = reading_create();
    const CommTable *table = read_as(reading, "all_reduce_perf.txt", OLD_LOG);
    cr_assert_str_eq(reading_errors(reading), "");
    cr_assert_eq(table->row_count, 1);
    cr_assert_eq(table->rows[0].ranks, 2);
    cr_assert_float_eq(table->rows[0].seconds, 158.3e-6, 1e-15);
    reading_destroy(reading);
}

Test(comm_table, newer_versions_name_their_test) {
    Reading *reading = reading_create();
    const char *text = arena_format(reading->arena, "# Collective test starting: reduce_scatter_perf\n%s", LOG);
    cr_assert_eq(read_as(reading, "log.txt", text)->rows[0].kind, COLLECTIVE_REDUCE_SCATTER);
    reading_destroy(reading);
}

Test(comm_table, mistakes_have_their_place) {
    expect_errors("t.csv", "size_bytes,latency\n1,2\n",
                  "t.csv:1:1: found no column num_gpus or ranks, expected a table of measured collectives\n");
    expect_errors("t.csv", "ranks,message_size,latency\n2,8,1\n",
                  "t.csv:1:1: found no column nccl_dtype or allreduce_dtype or dtype, expected a table of measured "
                  "collectives\n");
    expect_errors("t.csv", "ranks,size_bytes,latency\n1,8,1\n",
                  "t.csv:2:1: ranks: found \"1\", expected a whole number from 2 to 4096\n");
    expect_errors("t.csv", "ranks,size_bytes,latency\n2,8,1\n2,16,-3\n",
                  "t.csv:3:1: latency: found \"-3\", expected a number above 0\n");
    expect_errors("t.csv", "op_name,ranks,size_bytes,latency\nscan,2,8,1\n",
                  "t.csv:2:1: op_name: found \"scan\", expected a collective such as all_reduce or all_gather\n");
    expect_errors("t.csv", "dtype,ranks,message_size,latency\nint4,2,8,1\n",
                  "t.csv:2:1: dtype: found \"int4\", expected a type such as half, float or int8\n");
    expect_errors("t.csv", "ranks,size_bytes,latency\n", "t.csv:1:1: found no rows, expected measured collectives\n");
    expect_errors("log.txt", LOG,
                  "log.txt:1:1: found no name of a test, expected a line \"# Collective test starting: "
                  "all_reduce_perf\" or a file named all_reduce_perf.txt\n");
    expect_errors("all_gather_perf", "# nThread 1\n",
                  "all_gather_perf:1:1: found 0 lines \"#  Rank\", expected one for each of at least 2 ranks\n");
}
