#include "models/results.h"

#include <string.h>

#include "models/spec.h"

const Metric *results_metric(const Results *results, const char *name) {
    for (int i = 0; i < results->metric_count; i++)
        if (strcmp(results->metrics[i].name, name) == 0)
            return &results->metrics[i];
    return NULL;
}

double results_due_gpu_s(const Contention *contention, int job, int owner) {
    return contention->due_gpu_s[(size_t)job * (size_t)contention->owner_count + (size_t)owner];
}

const char *results_owner_title(const char *owner) {
    return strcmp(owner, OWNER_OF_LINKS) == 0 ? "link events" : owner;
}

static bool is_fuller(const MemoryResults *one, const MemoryResults *other) {
    if (one->capacity_bytes == other->capacity_bytes)
        return one->total_bytes > other->total_bytes;
    return one->total_bytes * other->capacity_bytes > other->total_bytes * one->capacity_bytes;
}

const MemoryResults *results_fullest_memory(const Results *results) {
    const MemoryResults *fullest = &results->memory[0];
    for (int i = 1; i < results->memory_count; i++)
        if (is_fuller(&results->memory[i], fullest))
            fullest = &results->memory[i];
    return fullest;
}

LinkKind results_main_link(const Results *results, LedgerCategory category) {
    int best = 0;
    for (int kind = 1; kind < LINK_KIND_COUNT; kind++)
        if (results->comm_ns[category][kind] > results->comm_ns[category][best])
            best = kind;
    return (LinkKind)best;
}

const char *input_cause_name(InputCause cause) {
    static const char *const NAMES[INPUT_CAUSE_COUNT] = {"storage", "preparation", "copy"};
    return NAMES[cause];
}
