/*
 * headline: the one number by which runs of a kind are compared in a sweep, and the words that go with it. Training:
 * model FLOP/s per GPU. A collective: bus bandwidth of its largest size. Several jobs, or one beside background traffic
 * or events on links: speed of the job that suffers most, over that alone. More is always better.
 */
#ifndef MODELS_HEADLINE_H
#define MODELS_HEADLINE_H

#include "models/results.h"

/* In order of precedence when the points of a sweep are of several kinds. */
typedef enum HeadlineKind { HEADLINE_TRAINING, HEADLINE_COLLECTIVE, HEADLINE_JOBS, HEADLINE_KIND_COUNT } HeadlineKind;

typedef struct Headline {
    HeadlineKind kind;
    const char *metric; /* of the results that it comes from */
    double scale;       /* value = scale * metric, or scale / metric */
    bool is_inverse;
    int digits;         /* that a small value shows at least; any value shows one decimal */
    const char *unit;   /* above a column: "TFLOP/s" */
    const char *before; /* in a sentence, around the number: "", "the slowest job at " */
    const char *after;
    const char *axis;   /* "model TFLOP/s per GPU" */
    const char *title;  /* of a table: "Throughput per GPU (model TFLOP/s)" */
    const char *column; /* in a file: "tflop_per_s_per_gpu" */
} Headline;

/* The headline of all points: the first kind that any of them has; that of training when none has any. */
const Headline *headline_of_sweep(const SweepResults *sweep);

/* The run that the headline is of: a lone job beside background or events counts as itself; NULL when it has none. */
const Results *headline_run(const Headline *headline, const Results *results);

/* In the headline's unit; NaN when there is none. */
double headline_value(const Headline *headline, const Results *results);

/* Decimals with which a value is printed. */
int headline_decimals(const Headline *headline, double value);

#endif
