/*
 * presence: the rows under jobs over time: when each background flow was on and when events on links held. Pure
 * functions of a Contention.
 */
#ifndef PLOTS_PRESENCE_H
#define PLOTS_PRESENCE_H

#include "models/results.h"

enum { PRESENCE_ROWS = 6 };

/* The owners with a row, in their order, the events last; returns how many. */
int presence_owners(const Contention *contention, int owners[PRESENCE_ROWS]);

typedef void SpanSink(void *subject, SimTime start, SimTime end);

/* Spans with less than the resolution between them are one. */
void presence_draw(const Contention *contention, int owner, SimTime resolution, SpanSink *sink, void *subject);

#endif
