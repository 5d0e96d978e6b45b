/*
 * gpu_entry: one GPU of the catalogue by its name, for commands that need no scenario.
 */
#ifndef SCENARIOS_READER_GPU_ENTRY_H
#define SCENARIOS_READER_GPU_ENTRY_H

#include <stdbool.h>

#include "models/hardware/gpu.h"
#include "scenarios/reader/catalogue.h"

/* Fills in the GPU, with its texts in the arena; adds an error, for `path`, when there is none or it is not sound. */
bool gpu_entry_read(const Catalogue *catalogue, const char *name, const char *path, GpuSpec *gpu, ErrorList *errors);

#endif
