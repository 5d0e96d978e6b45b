#include "models/hardware/attention_kernel.h"

#include <math.h>

#include "sim/engine/check.h"

static const char *const NAMES[ATTENTION_KERNEL_COUNT] = {"auto",           "standard", "flash_1",
                                                          "flash_1_triton", "flash_2",  "flash_3"};

/* max(1, floor + ramp_tokens / tokens) of one pass. */
typedef struct Law {
    double floor;
    double ramp_tokens;
} Law;

typedef struct Pair {
    Law forward;
    Law backward;
} Pair;

/* Sources in the header; the first of two is for narrow heads. */
static const int64_t NARROW_HEAD = 64, WIDE_HEAD = 128;
static const Pair FLASH_1_OVER_2[] = {{{1.96, 1201}, {1.81, 751}}, {{3.33, 0}, {2.24, 632}}};
static const Pair FLASH_1_TRITON_OVER_2[] = {{{1.97, 446}, {1.75, 2315}}, {{1.55, 366}, {2.16, 1948}}};
static const Pair FLASH_2_OVER_3[] = {{{1.45, -250}, {1.27, -380}}, {{1.73, -206}, {1.50, -283}}};

const char *attention_kernel_name(AttentionKernel kernel) {
    CHECK(kernel >= 0 && kernel < ATTENTION_KERNEL_COUNT);
    return NAMES[kernel];
}

static double times(const Law *law, int64_t tokens) {
    return fmax(1, law->floor + law->ramp_tokens / (double)tokens);
}

static AttentionSlowDown at(const Pair *pair, int64_t tokens) {
    return (AttentionSlowDown){times(&pair->forward, tokens), times(&pair->backward, tokens)};
}

static AttentionSlowDown between(const Pair *ends, const AttentionUse *use) {
    double wide = (double)(use->head_dim - NARROW_HEAD) / (double)(WIDE_HEAD - NARROW_HEAD);
    wide = wide < 0 ? 0 : wide > 1 ? 1 : wide;
    AttentionSlowDown low = at(&ends[0], use->tokens), high = at(&ends[1], use->tokens);
    return (AttentionSlowDown){(1 - wide) * low.forward + wide * high.forward,
                               (1 - wide) * low.backward + wide * high.backward};
}

AttentionSlowDown attention_kernel_slow_down(AttentionKernel kernel, AttentionUse use) {
    AttentionSlowDown slow_down = {1, 1};
    CHECK(kernel != ATTENTION_STANDARD && use.tokens >= 1);
    if (kernel == ATTENTION_AUTO || kernel == ATTENTION_FLASH_3)
        return slow_down;
    if (kernel == ATTENTION_FLASH_1)
        slow_down = between(FLASH_1_OVER_2, &use);
    else if (kernel == ATTENTION_FLASH_1_TRITON)
        slow_down = between(FLASH_1_TRITON_OVER_2, &use);
    AttentionSlowDown older = between(FLASH_2_OVER_3, &use);
    if (use.has_flash_3)
        slow_down = (AttentionSlowDown){slow_down.forward * older.forward, slow_down.backward * older.backward};
    return slow_down;
}
