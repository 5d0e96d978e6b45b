/*
 * comm_row: one measured time of a collective, and the names that nccl-tests gives to collectives.
 */
#ifndef SCENARIOS_CALIBRATION_COMM_ROW_H
#define SCENARIOS_CALIBRATION_COMM_ROW_H

#include <stdbool.h>

#include "models/communication/collective.h"

typedef struct CommRow {
    CollectiveKind kind;
    int ranks;         /* >= 2 */
    int gpus_per_node; /* >= 1; 0 = not said */
    double bytes;      /* > 0; as CollectiveCall's */
    double seconds;    /* > 0 */
    bool is_first;     /* of the neighbouring rows of one kind and number of ranks */
    bool is_repeat;    /* an earlier row of the file has its kind, ranks and bytes; of another type, say */
    int line;          /* in the file, 1.. */
} CommRow;

/* The kind that nccl-tests or collective.h calls so: all_reduce, all_reduce_perf, alltoall; false = none. */
bool comm_row_kind(const char *name, CollectiveKind *kind);

#endif
