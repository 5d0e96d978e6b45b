/*
 * nccl_log: the text that nccl-tests print: a line "#  Rank  0 ... on  host device ..." for each rank, then a line per
 * size, of which the out-of-place time is read. The kind is that of the line "# Collective test starting:
 * all_reduce_perf"; versions that do not print it need a file whose name begins with the test's:
 * all_reduce_perf.16.txt.
 */
#ifndef SCENARIOS_CALIBRATION_NCCL_LOG_H
#define SCENARIOS_CALIBRATION_NCCL_LOG_H

#include "scenarios/calibration/comm_row.h"
#include "sim/engine/arena.h"
#include "sim/engine/error.h"

/* True when the file can be read and its first character that is not blank is a #. */
bool nccl_log_is(const char *path);

/* The rows of a file in the arena, *count of them; NULL and an error when there is a mistake. */
CommRow *nccl_log_read(const char *path, int *count, Arena *arena, ErrorList *errors);

#endif
