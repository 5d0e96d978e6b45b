/*
 * sweep_names: what the swept keys and the points of a sweep are called in texts, tables, pictures and goals: the last
 * word of a key's path with the part of the cluster or the job that it is of, or as much more of its end as it takes to
 * tell it from others.
 */
#ifndef MODELS_ACCOUNT_SWEEP_NAMES_H
#define MODELS_ACCOUNT_SWEEP_NAMES_H

#include "models/results.h"
#include "sim/engine/arena.h"

/*
 * The end of a swept key's path: "tensor_parallel", "storage.write". The plan, the fabric and the model go without
 * saying. It begins at the item of a list that the key is of ("links[4].bandwidth"), which only of a lone job goes
 * without saying, and earlier when another swept key ends alike.
 */
const char *sweep_names_key(const SweepResults *sweep, int parameter);

/* "tensor_parallel=8"; the value alone when it names its keys ("cuda_graphs=true" of the key "plan"). */
const char *sweep_names_pair(Arena *arena, const SweepResults *sweep, int parameter, const char *value);

/* "tensor_parallel=8 micro_batches=16". Owned by the arena. */
const char *sweep_names_point(Arena *arena, const SweepResults *sweep, const SweepPoint *point);

#endif
