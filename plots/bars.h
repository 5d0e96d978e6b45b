/*
 * bars: the step's timeline made small enough to draw. A picture has a limited number of pixels: bars shorter than the
 * resolution are joined with their neighbours on the stream and show the kind that took most of the time. The exact
 * bars are in the trace format.
 */
#ifndef PLOTS_BARS_H
#define PLOTS_BARS_H

#include "models/results.h"

/* "compute", "pipeline", "data". */
const char *bars_stream_name(StreamKind stream);

/* "forward", "backward", "tensor_comm", "expert_comm", "context_comm", "pipeline_comm", "data_comm", "optimizer". */
const char *bars_kind_name(BarKind kind);

/* What of the timeline to draw, and how fine. */
typedef struct BarWindow {
    SimTime start;
    SimTime end;
    SimTime resolution; /* ns, >= 1: one pixel or so */
} BarWindow;

typedef void BarSink(void *subject, const TimelineBar *bar);

/* Calls `sink` with each bar to draw, in the order of the timeline and cut to the window. */
void bars_draw(const Results *results, BarWindow window, BarSink *sink, void *subject);

/* Length of the piece at the start and the end of the step that deserves a picture of its own: the warm-up of the
 * pipeline, between 1/40 and 1/5 of the step. */
SimTime bars_zoom(const Results *results);

/* True when the bars of the whole step are too thin to see, so that pieces should be shown too. */
bool bars_are_thin(const Results *results);

#endif
