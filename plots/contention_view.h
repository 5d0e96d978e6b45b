/*
 * contention_view: who hurt whom among jobs as shares of a job's GPU time, and which of many rows deserve the room.
 * Pure functions of a Contention.
 */
#ifndef PLOTS_CONTENTION_VIEW_H
#define PLOTS_CONTENTION_VIEW_H

#include <stdbool.h>

#include "models/results.h"
#include "sim/engine/arena.h"

/* True when there is a contention to draw or write. */
bool contention_view_applies(const Results *results);

/* True when all jobs ran; without that there is nothing to ask of the functions below but the
 * end and the pick. */
bool contention_view_ran(const Contention *contention);

/* Shares of the GPU time of a job, 0..1. */
double contention_view_exposed(const Contention *contention, int job);
double contention_view_due(const Contention *contention, int job, int owner);

/* What a job lost to everybody but itself. */
double contention_view_lost(const Contention *contention, int job);

/* The mean step of a job in seconds, here and alone on a sound fabric. */
double contention_view_step_s(const Contention *contention, int job);
double contention_view_alone_s(const Contention *contention, int job);

/* When the last step of a job ended. */
SimTime contention_view_end(const Results *job);

/* Owners that deserve the room, ascending, so that jobs come first. */
typedef struct ContentionPick {
    int *owners;
    int count;
    int job_count; /* of them */
} ContentionPick;

/*
 * Of the owners 0 .. count - 1 at most `most`: those that lost or took most. Links that took nothing are never among
 * them; when the jobs did not run, the first. The arena owns the list.
 */
ContentionPick contention_view_pick(Arena *arena, const Contention *contention, int count, int most);

/* What a job lost to owners that are not among the picked ones; the job itself is. */
double contention_view_rest(const Contention *contention, int job, const ContentionPick *pick);

/* One loss of a job to somebody else. */
typedef struct ContentionLoss {
    int job;
    int owner;
    double fraction; /* of the job's GPU time */
} ContentionLoss;

/* Finds the largest losses, descending; returns how many there are in `worst`, at most `most`. */
int contention_view_worst(const Contention *contention, int most, ContentionLoss *worst);

#endif
