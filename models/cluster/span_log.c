#include "models/cluster/span_log.h"

#include <string.h>

#include "sim/engine/check.h"

static SimTime *grown(const SpanLog *log, const SimTime *times, int capacity) {
    SimTime *copy = ARENA_ARRAY(log->arena, capacity, SimTime);
    if (log->count > 0)
        memcpy(copy, times, (size_t)log->count * sizeof *copy);
    return copy;
}

void span_log_begin(SpanLog *log, SimTime now) {
    if (log->holding++ > 0 || log->count > SPAN_LOG_MOST)
        return;
    /* What goes on at once is one span. */
    if (log->count > 0 && log->ends[log->count - 1] == now)
        return;
    if (log->count == log->capacity) {
        int capacity = log->capacity > 0 ? 2 * log->capacity : 16;
        log->starts = grown(log, log->starts, capacity);
        log->ends = grown(log, log->ends, capacity);
        log->capacity = capacity;
    }
    log->starts[log->count] = log->ends[log->count] = now;
    log->count++;
}

void span_log_end(SpanLog *log, SimTime now) {
    CHECK(log->holding > 0);
    if (--log->holding == 0)
        log->ends[log->count - 1] = now;
}

Spans span_log_spans(const SpanLog *log, SimTime end) {
    if (log->count > SPAN_LOG_MOST)
        return (Spans){0};
    if (log->holding > 0)
        log->ends[log->count - 1] = end;
    return (Spans){.count = log->count, .starts = log->starts, .ends = log->ends};
}
