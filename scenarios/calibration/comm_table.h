/*
 * comm_table: measured times of collectives, one row per message size. It reads the output of nccl-tests as it is
 * printed (a text that starts with #), and CSV tables with these columns, of which the first of a line that is there
 * counts:
 *   op_name, collective                  all_reduce, all_gather, ...; alltoall too; all_reduce when there is none
 *   num_gpus, ranks                      needed
 *   size_bytes, message_size             needed; message_size in elements of the type in nccl_dtype, allreduce_dtype
 *   time_us_oop, time_ns_oop, latency    needed; us, ns, ms; out of place where nccl-tests measures both
 *   gpus_per_node                        of the measurement; the ranks fill one node after the other when there is none
 * Other columns are not read. First rows of a series and sizes that come again are marked. It knows no models.
 */
#ifndef SCENARIOS_CALIBRATION_COMM_TABLE_H
#define SCENARIOS_CALIBRATION_COMM_TABLE_H

#include "scenarios/calibration/comm_row.h"
#include "sim/engine/arena.h"
#include "sim/engine/error.h"

typedef struct CommTable {
    const char *file;
    const CommRow *rows; /* in the order of the file */
    int row_count;       /* >= 1 */
} CommTable;

/* Reads a file; NULL and at least one error when there is a mistake. */
const CommTable *comm_table_read(const char *path, Arena *arena, ErrorList *errors);

#endif
