/*
 * fixture: hand-made results for the tests of the reports: a 1F1B step of 8 stages and 48 micro-batches with its
 * ledger, a tiny run whose every number is in the tests, a job that does not fit, one whose step does not end, and a
 * sweep over tensor parallelism.
 */
#ifndef TESTS_UNIT_PLOTS_FIXTURE_H
#define TESTS_UNIT_PLOTS_FIXTURE_H

#include "models/results.h"
#include "sim/engine/arena.h"

const Results *fixture_step(Arena *arena);
const Results *fixture_tiny(Arena *arena);
const Results *fixture_too_big(Arena *arena);
const Results *fixture_too_long(Arena *arena);

/* 1, 2, 4 .. 64; the first does not fit, from 16 on tensor communication leaves the node. */
const SweepResults *fixture_sweep(Arena *arena);

/* The same with a second parameter of three values, one point of which could not be run. */
const SweepResults *fixture_sweep_of_two(Arena *arena);

enum { FIXTURE_STAGES = 8 };

/* Shares of a ledger in tenths of a percent; ideal compute gets what is left. */
LedgerRow fixture_ledger(SimTime wall, const int tenths[LEDGER_COUNT]);

/* FIXTURE_STAGES rows; `scale` is that of the activations. */
const MemoryResults *fixture_memory(Arena *arena, double scale, double capacity_bytes);

/* What a format writes. */
const char *fixture_run_text(Arena *arena, const char *format, const Results *results);
const char *fixture_sweep_text(Arena *arena, const char *format, const SweepResults *sweep);

/* The whole file, NULL when there is none. */
const char *fixture_file_text(Arena *arena, const char *folder, const char *name);

/* A new empty folder in /tmp. */
const char *fixture_folder(Arena *arena);

#endif
