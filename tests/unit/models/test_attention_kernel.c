#include "models/hardware/attention_kernel.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static AttentionUse use_of(int64_t head_dim, int64_t tokens, bool has_flash_3) {
    return (AttentionUse){.head_dim = head_dim, .tokens = tokens, .has_flash_3 = has_flash_3};
}

Test(attention_kernel, every_release_has_a_name) {
    const char *const names[] = {"auto", "standard", "flash_1", "flash_1_triton", "flash_2", "flash_3"};
    for (int kernel = 0; kernel < ATTENTION_KERNEL_COUNT; kernel++)
        cr_expect(eq(int, strcmp(attention_kernel_name((AttentionKernel)kernel), names[kernel]), 0));
}

Test(attention_kernel, a_gpu_is_not_slowed_by_its_own_kernel) {
    const AttentionKernel own[] = {ATTENTION_AUTO, ATTENTION_FLASH_3, ATTENTION_FLASH_2};
    for (int i = 0; i < 3; i++) {
        AttentionSlowDown slow_down = attention_kernel_slow_down(own[i], use_of(83, 1713, false));
        cr_expect(eq(dbl, slow_down.forward, 1));
        cr_expect(eq(dbl, slow_down.backward, 1));
    }
    cr_expect(eq(dbl, attention_kernel_slow_down(ATTENTION_AUTO, use_of(83, 1713, true)).backward, 1));
}

/* Milliseconds of 4 sequences of 16,384 tokens, 48 heads of 64 and 32 of 128, on A100 (Phi-3-small's file), beside the
 * 202.6 and 246.5 of FlashAttention 2's forward rate of 193 and 213 Tflop/s and 86 % of it backward. */
Test(attention_kernel, flash_1_is_as_slow_as_measured) {
    AttentionSlowDown narrow = attention_kernel_slow_down(ATTENTION_FLASH_1, use_of(64, 16384, false));
    AttentionSlowDown wide = attention_kernel_slow_down(ATTENTION_FLASH_1, use_of(128, 16384, false));
    double narrow_s = 6.597e12 / 193e12, wide_s = 8.796e12 / 213e12;
    cr_expect(epsilon_eq(dbl, narrow.forward * narrow_s, 70.34e-3, 0.04 * 70.34e-3));
    cr_expect(epsilon_eq(dbl, narrow.backward * 2.5 / 0.86 * narrow_s, 182.6e-3, 0.04 * 182.6e-3));
    cr_expect(epsilon_eq(dbl, wide.forward * wide_s, 138.4e-3, 0.04 * 138.4e-3));
    cr_expect(epsilon_eq(dbl, wide.backward * 2.5 / 0.86 * wide_s, 273.6e-3, 0.04 * 273.6e-3));
}

Test(attention_kernel, the_triton_version_is_faster_forward_and_slower_backward) {
    for (int64_t head_dim = 64; head_dim <= 128; head_dim *= 2) {
        AttentionUse use = use_of(head_dim, 4096, false);
        AttentionSlowDown cuda = attention_kernel_slow_down(ATTENTION_FLASH_1, use);
        AttentionSlowDown triton = attention_kernel_slow_down(ATTENTION_FLASH_1_TRITON, use);
        cr_expect(lt(dbl, triton.forward, cuda.forward));
        cr_expect(gt(dbl, triton.backward, cuda.backward));
    }
}

Test(attention_kernel, heads_between_64_and_128_are_interpolated_and_others_are_not) {
    AttentionSlowDown ends[] = {attention_kernel_slow_down(ATTENTION_FLASH_1, use_of(64, 2385, false)),
                                attention_kernel_slow_down(ATTENTION_FLASH_1, use_of(128, 2385, false))};
    AttentionSlowDown middle = attention_kernel_slow_down(ATTENTION_FLASH_1, use_of(96, 2385, false));
    cr_expect(epsilon_eq(dbl, middle.forward, (ends[0].forward + ends[1].forward) / 2, 1e-12));
    cr_expect(epsilon_eq(dbl, middle.backward, (ends[0].backward + ends[1].backward) / 2, 1e-12));
    cr_expect(eq(dbl, attention_kernel_slow_down(ATTENTION_FLASH_1, use_of(32, 2385, false)).forward, ends[0].forward));
    cr_expect(
        eq(dbl, attention_kernel_slow_down(ATTENTION_FLASH_1, use_of(256, 2385, false)).forward, ends[1].forward));
}

/* Tflop/s of H100's fitted kernel, 16 heads of 128 or 32 of 64, and of FlashAttention 2: figures 5 and 6 of
 * FlashAttention-3's paper, and with heads of 128 the geometric mean with flash-attention's #1791. */
Test(attention_kernel, flash_2_is_as_slow_on_h100_as_measured) {
    static const struct {
        int64_t head_dim, tokens;
        double own_forward, own_backward, forward, backward;
    } RATES[] = {{64, 2048, 326, 274, 262, 0.99 * 264},
                 {64, 16384, 434, 365, 299, 0.99 * 291},
                 {128, 2048, 438, 368, 0.923 * 298, 0.955 * 0.99 * 291},
                 {128, 8192, 523, 439, 307.6, 300.6}};
    for (int i = 0; i < 4; i++) {
        AttentionSlowDown old =
            attention_kernel_slow_down(ATTENTION_FLASH_2, use_of(RATES[i].head_dim, RATES[i].tokens, true));
        cr_expect(epsilon_eq(dbl, RATES[i].own_forward / old.forward, RATES[i].forward, 0.08 * RATES[i].forward));
        cr_expect(epsilon_eq(dbl, RATES[i].own_backward / old.backward, RATES[i].backward, 0.04 * RATES[i].backward));
    }
    cr_expect(eq(dbl, attention_kernel_slow_down(ATTENTION_FLASH_2, use_of(64, 512, true)).forward, 1));
}

Test(attention_kernel, an_older_release_is_slower_still_where_flash_3_is_the_own_one) {
    AttentionSlowDown old = attention_kernel_slow_down(ATTENTION_FLASH_2, use_of(128, 8192, true));
    AttentionSlowDown older = attention_kernel_slow_down(ATTENTION_FLASH_1, use_of(128, 8192, true));
    AttentionSlowDown beside = attention_kernel_slow_down(ATTENTION_FLASH_1, use_of(128, 8192, false));
    cr_expect(epsilon_eq(dbl, older.backward, old.backward * beside.backward, 1e-12));
}
