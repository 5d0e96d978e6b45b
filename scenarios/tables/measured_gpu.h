/*
 * measured_gpu: which node of the catalogue a GPU text means, as people write it: "A100-SXM4-80GB", "8xH100", "DGX-2",
 * "RTX4090 24 GB", "p4d". The text is parted into words first; then a machine's name, or the first row of a table all
 * of whose words are there wins, so "A100 PCIe" stands before "A100". A GPU that is not in the table is none of the
 * catalogue.
 */
#ifndef SCENARIOS_TABLES_MEASURED_GPU_H
#define SCENARIOS_TABLES_MEASURED_GPU_H

#include "sim/engine/arena.h"

typedef struct MeasuredGpu {
    const char *entry;      /* of the catalogue; NULL = none fits */
    const char *assumption; /* NULL when the text says all */
} MeasuredGpu;

/* The text's words, parted by single blanks: a count before or behind a name, the form factor and the memory are words
 * of their own, and the memory is "80GB" however it was written. */
const char *measured_gpu_words(const char *text, Arena *arena);

MeasuredGpu measured_gpu_find(const char *words);

#endif
