/*
 * measured_run: one row of a measured-run table as a spec that can be simulated. Every guess at an empty cell and every
 * reading of free text is a sentence among the assumptions; a row that does not state enough, or states what is not
 * modelled, comes with the reason. It runs nothing.
 */
#ifndef SCENARIOS_TABLES_MEASURED_RUN_H
#define SCENARIOS_TABLES_MEASURED_RUN_H

#include "models/spec.h"
#include "scenarios/reader/catalogue.h"
#include "scenarios/reader/csv.h"

/* What a printed peak is of, the column mem_kind: all that the process has on the GPU (nvidia-smi; an empty cell), its
 * tensors (torch.cuda.max_memory_allocated), or those with what the allocator caches (max_memory_reserved). */
typedef enum MemoryKind { MEMORY_PROCESS, MEMORY_ALLOCATED, MEMORY_RESERVED } MemoryKind;

typedef struct MeasuredRun {
    int line;           /* of the file */
    const char *model;  /* the cell, "" when empty */
    const char *reason; /* why it cannot be run; NULL = it can */
    double step_s;      /* measured; > 0 when it can be run */
    double peak_bytes;  /* measured, of one GPU: mem_gb, in 10^9 bytes; 0 = not printed */
    MemoryKind peak_kind;
    SimulationSpec spec; /* resolved when it can be run, else without meaning */
    const char *const *assumptions;
    int assumption_count;
} MeasuredRun;

/* Adds an error for every column without which no row could be run, and for an unknown one that is nearly a known one;
 * true when there was none. */
bool measured_run_check_columns(const CsvTable *table, ErrorList *errors);

/* True for a column that rows are read from or that holds results of no use here (source, note, mfu_pct). */
bool measured_run_knows_column(const char *name);

/* Reads a row; all of it belongs to the arena. */
MeasuredRun measured_run_read(const CsvTable *table, int row, const Catalogue *catalogue, Arena *arena);

#endif
