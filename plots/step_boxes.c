#include "plots/step_boxes.h"

#include "plots/contention_view.h"

static void flush(StepBox *box, double alone_s, StepSink *sink, void *subject) {
    if (box->steps > 0) {
        box->slowdown = (double)(box->end - box->start) * 1e-9 / (double)box->steps / alone_s;
        sink(subject, box);
    }
}

void step_boxes_draw(const Contention *contention, int job, SimTime resolution, StepSink *sink, void *subject) {
    const Results *results = contention->jobs[job];
    if (!contention_view_ran(contention)) {
        return;
    }
    double alone_s = contention_view_alone_s(contention, job);
    StepBox box = {.start = results->start, .end = results->start};
    if (results->step_ends == NULL) {
        box.end = contention_view_end(results);
        box.steps = results->step_count;
    }
    for (int64_t step = 0; results->step_ends != NULL && step < results->step_count; step++) {
        if (results->step_ends[step] - box.start > resolution) {
            flush(&box, alone_s, sink, subject);
            box = (StepBox){.start = box.end};
        }
        box.end = results->step_ends[step];
        box.steps++;
    }
    flush(&box, alone_s, sink, subject);
}

SimTime step_boxes_wall(const Contention *contention) {
    SimTime wall = 0;
    for (int job = 0; job < contention->job_count; job++) {
        SimTime end = contention_view_end(contention->jobs[job]);
        wall = end > wall ? end : wall;
    }
    return wall;
}
