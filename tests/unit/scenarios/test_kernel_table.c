#include <criterion/criterion.h>
#include <string.h>

#include "scenarios/calibration/kernel_table.h"
#include "tests/unit/scenarios/reading.h"

/* The file t.csv of that text, read; its folder is gone afterwards. */
static const KernelTable *read_text(Reading *reading, const char *text, const char *device) {
    const char *folder = reading_folder(reading);
    const KernelTable *table =
        kernel_table_read(reading_file(reading, folder, "t.csv", text), device, reading->arena, &reading->errors);
    reading_remove(folder);
    return table;
}

/* The errors without the folder in front of the first file's name. */
static void expect_errors(const char *text, const char *device, const char *expected) {
    Reading *reading = reading_create();
    cr_assert_null(read_text(reading, text, device));
    const char *found = strstr(reading_errors(reading), "t.csv");
    cr_assert_str_eq(found ? found : "", expected);
    reading_destroy(reading);
}

Test(kernel_table, products_are_read_and_other_types_left_out) {
    Reading *reading = reading_create();
    const KernelTable *table = read_text(reading,
                                         "gemm_dtype,m,n,k,latency\nbf16,81,3584,8192,0.05632\n"
                                         "fp8_block,1,2,3,0.1\nfp8,96,512,4096,0.012\n",
                                         NULL);
    cr_assert_str_eq(reading_errors(reading), "");
    cr_assert_eq(table->row_count, 2);
    cr_assert_eq(table->left_out, 1);
    const KernelRow *row = &table->rows[0];
    cr_assert(row->kind == KERNEL_PRODUCT && row->product.m == 81 && row->product.n == 3584 && row->product.k == 8192);
    cr_assert_eq(row->product.precision, PRECISION_BF16);
    cr_assert_float_eq(row->seconds, 56.32e-6, 1e-15);
    cr_assert_eq(table->rows[1].product.precision, PRECISION_FP8);
    cr_assert_eq(table->rows[1].line, 4);
    reading_destroy(reading);
}

Test(kernel_table, prefills_and_decode_steps_are_read) {
    Reading *reading = reading_create();
    const char *columns = "kv_cache_dtype,batch_size,%s,num_heads,num_key_value_heads,head_dim,window_size,latency\n"
                          "fp8,3,700,24,6,192,128,0.5\n";
    const KernelTable *prefill = read_text(reading, arena_format(reading->arena, columns, "isl"), NULL);
    const AttentionShape *shape = &prefill->rows[0].attention;
    cr_assert_eq(prefill->rows[0].kind, KERNEL_PREFILL);
    cr_assert(shape->sequences == 3 && shape->query_tokens == 700 && shape->cached_tokens == 0);
    cr_assert(shape->heads == 24 && shape->kv_heads == 6 && shape->head_dim == 192 && shape->window_tokens == 128);
    cr_assert_eq(shape->precision, PRECISION_FP8);
    const KernelTable *decode = read_text(reading, arena_format(reading->arena, columns, "step"), NULL);
    cr_assert_eq(decode->rows[0].kind, KERNEL_DECODE);
    cr_assert(decode->rows[0].attention.query_tokens == 1 && decode->rows[0].attention.cached_tokens == 700);
    cr_assert_str_eq(reading_errors(reading), "");
    reading_destroy(reading);
}

Test(kernel_table, balanced_experts_are_read_and_skewed_ones_left_out) {
    Reading *reading = reading_create();
    const KernelTable *table =
        read_text(reading,
                  "kernel_source,moe_dtype,num_tokens,hidden_size,inter_size,topk,num_experts,moe_tp_size,moe_ep_size,"
                  "distribution,latency\nflow,fp8,700,3072,1408,6,64,2,4,balanced,0.5\nflow,fp8,700,3072,1408,6,64,2,4,"
                  "power_law,0.7\nflow_nongated,bfloat16,1,3072,1408,6,64,2,4,balanced,0.02\n",
                  NULL);
    cr_assert_str_eq(reading_errors(reading), "");
    cr_assert(table->row_count == 2 && table->left_out == 1);
    const MoeShape *moe = &table->rows[0].moe;
    cr_assert_eq(table->rows[0].kind, KERNEL_MOE);
    cr_assert(moe->tokens == 700 && moe->hidden == 3072 && moe->intermediate == 1408 && moe->experts_per_token == 6);
    cr_assert(moe->experts == 64 && moe->tensor_parallel == 2 && moe->expert_parallel == 4);
    cr_assert(moe->gated && moe->precision == PRECISION_FP8);
    cr_assert_not(table->rows[1].moe.gated);
    reading_destroy(reading);
}

Test(kernel_table, memory_bound_kernels_move_as_many_tensors_as_their_operation) {
    Reading *reading = reading_create();
    const KernelTable *table = read_text(reading,
                                         "OPName,Device,B,H,Latency\nadd,X,10,30,0.1\naddu,X,10,30,0.1\n"
                                         "relu,Y,10,30,0.1\nln,X,10,30,0.1\n",
                                         "X");
    cr_assert_eq(table->row_count, 3);
    cr_assert_eq(table->rows[0].bytes, 3600);
    cr_assert_eq(table->rows[1].bytes, 2400);
    cr_assert_eq(table->rows[2].bytes, 2400);
    cr_assert_eq(table->rows[2].kind, KERNEL_NORM);
    reading_destroy(reading);
}

Test(kernel_table, half_of_the_shapes_are_held_back_and_always_the_same) {
    Reading *reading = reading_create();
    const char *text = "gemm_dtype,m,n,k,latency\n";
    for (int m = 1; m <= 400; m++)
        text = arena_format(reading->arena, "%sbfloat16,%d,128,256,1\nfp8,%d,128,256,2\n", text, m, m);
    const KernelTable *table = read_text(reading, text, NULL);
    int held_back = 0;
    for (int i = 0; i < table->row_count; i += 2) {
        held_back += table->rows[i].is_held_back;
        cr_assert_eq(table->rows[i].is_held_back, table->rows[i + 1].is_held_back);
    }
    cr_assert(held_back > 160 && held_back < 240, "%d of 400", held_back);
    reading_destroy(reading);
}

Test(kernel_table, mistakes_are_told_with_their_place) {
    expect_errors("m,n,k,latency\n1,2,3,4\n", NULL,
                  "t.csv:1:1: found no column gemm_dtype, isl, step, num_experts or OPName, expected a table of "
                  "measured kernels (columns: `chokepoint calibrate --help`)\n");
    expect_errors("gemm_dtype,m,k,latency\nfp8,1,2,3\n", NULL,
                  "t.csv:1:1: found no column n, expected a table of measured kernels (columns: `chokepoint "
                  "calibrate --help`)\n");
    expect_errors("gemm_dtype,m,n,k,latency\nfp8,0,2,3,1\n", NULL,
                  "t.csv:2:1: m: found \"0\", expected a whole number from 1 to 1e9\n");
    expect_errors("gemm_dtype,m,n,k,latency\nfp8,2,3e9,1,1\n", NULL,
                  "t.csv:2:1: n: found \"3e9\", expected a whole number from 1 to 1e9\n");
    expect_errors("gemm_dtype,m,n,k,latency\nfp8,7,2,3,-1\n", NULL,
                  "t.csv:2:1: latency: found \"-1\", expected a number of ms above 0\n");
    expect_errors("gemm_dtype,m,n,k,latency\nint3,7,2,3,1\n", NULL,
                  "t.csv:1:1: found no row of a known type, expected bfloat16, float16, float32, tf32 or fp8\n");
    expect_errors("kv_cache_dtype,batch_size,isl,num_heads,num_key_value_heads,head_dim,latency\nfp8,1,1,7,2,64,1\n",
                  NULL, "t.csv:2:1: num_key_value_heads: found \"2\", expected a divisor of num_heads\n");
    expect_errors("OPName,Device,B,H,Latency\nsum,X,1,1,1\n", NULL,
                  "t.csv:2:1: OPName: found \"sum\", expected an operation such as add, mulu, relu, ln or softmax\n");
    expect_errors("OPName,Device,B,H,Latency\nadd,X,1,1,1\nadd,Y,1,1,1\n", NULL,
                  "t.csv:3:1: Device: found \"Y\", expected only \"X\", or option --device\n");
    expect_errors("OPName,Device,B,H,Latency\nadd,X,1,1,1\n", "Z",
                  "t.csv:2:1: Device: found \"X\", expected \"Z\" in some row\n");
}
