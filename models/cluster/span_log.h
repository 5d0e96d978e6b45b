/*
 * span_log: notes when something was there while a run goes on: a background flow that is on, an event on links that
 * holds. Several may hold at a time; what is kept is when any did. Beyond SPAN_LOG_MOST spans it keeps none: nobody
 * could see them.
 */
#ifndef MODELS_CLUSTER_SPAN_LOG_H
#define MODELS_CLUSTER_SPAN_LOG_H

#include "models/results.h"
#include "sim/engine/arena.h"

enum { SPAN_LOG_MOST = 100000 };

typedef struct SpanLog {
    Arena *arena;
    SimTime *starts;
    SimTime *ends;
    int count;
    int capacity;
    int holding; /* how many hold now */
} SpanLog;

/* Times never go back; every end has its begin. */
void span_log_begin(SpanLog *log, SimTime now);
void span_log_end(SpanLog *log, SimTime now);

/* What was noted until the end of the run; what still holds ends there. The log must outlive it. */
Spans span_log_spans(const SpanLog *log, SimTime end);

#endif
