/*
 * timeline: what ran when on each class of GPUs, and the use of its parts over the step, from the finished tasks and
 * the recorded series.
 */
#ifndef MODELS_ACCOUNT_TIMELINE_H
#define MODELS_ACCOUNT_TIMELINE_H

#include "models/results.h"
#include "models/workload/job_step.h"

/* Every task on every stream of every class, in order of class, stream and start; returns their number. */
int timeline_bars(const Step *step, Arena *arena, const TimelineBar **bars);

/*
 * GPU, HBM, NVLink, NIC and memory of every class from the start of the step to time `end`; finishes the recorded
 * series. Returns their number.
 */
int timeline_series(const JobStep *job_step, const ClusterSpec *cluster, SimTime end, Arena *arena,
                    const SeriesSamples **series);

#endif
