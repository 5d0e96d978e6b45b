/*
 * measured_zero: what the text of a column `sharding` says about ZeRO and FSDP, as people write it: "ZeRO-1 over 8
 * ranks", "zero_stage 3", "FSDP 128 x DP 4", "HYBRID_SHARD", "DDP". It knows no recipe and settles nothing.
 */
#ifndef SCENARIOS_TABLES_MEASURED_ZERO_H
#define SCENARIOS_TABLES_MEASURED_ZERO_H

#include <stdbool.h>
#include <stdint.h>

typedef struct MeasuredZero {
    int stage;               /* 0 to 3; -1 = the text is not understood */
    int numbers;             /* how many numbers name the shard group: 0, its size, or 2 with the number of groups */
    int64_t shard;           /* GPUs of a shard group, where numbers > 0 */
    int64_t groups;          /* where there are two */
    bool is_in_node;         /* by name, without a number: HSDP, HYBRID_SHARD */
    bool keeps_gathered;     /* SHARD_GRAD_OP, reshard_after_forward=false */
    bool offloads_optimizer; /* to host memory */
    bool offloads_more;      /* parameters too */
    bool has_other_numbers;  /* that are none of the above */
} MeasuredZero;

MeasuredZero measured_zero_read(const char *text);

#endif
