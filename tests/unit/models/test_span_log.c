#include "models/cluster/span_log.h"

#include <criterion/criterion.h>

static void expect_spans(Spans spans, int count, const SimTime *starts, const SimTime *ends) {
    cr_assert_eq(spans.count, count);
    for (int i = 0; i < count; i++) {
        cr_expect_eq(spans.starts[i], starts[i]);
        cr_expect_eq(spans.ends[i], ends[i]);
    }
}

Test(span_log, what_overlaps_or_follows_at_once_is_one_span) {
    Arena *arena = arena_create();
    SpanLog log = {.arena = arena};
    span_log_begin(&log, 17);
    span_log_begin(&log, 23);
    span_log_end(&log, 31);
    span_log_end(&log, 40);
    span_log_begin(&log, 40);
    span_log_end(&log, 47);
    span_log_begin(&log, 60);
    expect_spans(span_log_spans(&log, 71), 2, (const SimTime[]){17, 60}, (const SimTime[]){47, 71});
    arena_destroy(arena);
}

Test(span_log, many_spans_are_kept_and_too_many_are_none) {
    Arena *arena = arena_create();
    SpanLog log = {.arena = arena};
    for (SimTime i = 0; i < SPAN_LOG_MOST; i++) {
        span_log_begin(&log, 7 * i);
        span_log_end(&log, 7 * i + 3);
    }
    Spans spans = span_log_spans(&log, 7 * SPAN_LOG_MOST);
    cr_assert_eq(spans.count, SPAN_LOG_MOST);
    cr_expect_eq(spans.starts[2385], 7 * 2385);
    cr_expect_eq(spans.ends[2385], 7 * 2385 + 3);
    for (int i = 0; i < 3; i++) {
        span_log_begin(&log, 8 * SPAN_LOG_MOST + 2 * i);
        span_log_end(&log, 8 * SPAN_LOG_MOST + 2 * i + 1);
    }
    cr_expect_eq(span_log_spans(&log, 9 * SPAN_LOG_MOST).count, 0);
    arena_destroy(arena);
}
