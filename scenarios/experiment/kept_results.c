#include "scenarios/experiment/kept_results.h"

#include <string.h>

static const char *copy_text(const char *text, Arena *arena) {
    return text != NULL ? arena_text(arena, text) : NULL;
}

static void *copy_array(const void *items, int count, size_t item_bytes, Arena *arena) {
    void *copy = arena_array(arena, (size_t)count, item_bytes);
    if (count > 0)
        memcpy(copy, items, (size_t)count * item_bytes);
    return copy;
}

static const Metric *copy_metrics(const Results *results, Arena *arena) {
    Metric *metrics = copy_array(results->metrics, results->metric_count, sizeof *metrics, arena);
    for (int i = 0; i < results->metric_count; i++) {
        metrics[i].name = copy_text(metrics[i].name, arena);
        metrics[i].unit = copy_text(metrics[i].unit, arena);
        metrics[i].help = copy_text(metrics[i].help, arena);
    }
    return metrics;
}

static const GpuClassResults *copy_classes(const Results *results, Arena *arena) {
    GpuClassResults *classes = copy_array(results->classes, results->class_count, sizeof *classes, arena);
    for (int i = 0; i < results->class_count; i++)
        classes[i].name = copy_text(classes[i].name, arena);
    return classes;
}

static const MemoryResults *copy_memory(const Results *results, Arena *arena) {
    MemoryResults *memory = copy_array(results->memory, results->memory_count, sizeof *memory, arena);
    for (int i = 0; i < results->memory_count; i++) {
        memory[i].gpu_class = copy_text(memory[i].gpu_class, arena);
        memory[i].gpu = copy_text(memory[i].gpu, arena);
    }
    return memory;
}

static const FitChange *copy_fit_changes(const Results *results, Arena *arena) {
    FitChange *changes = copy_array(results->fit_changes, results->fit_change_count, sizeof *changes, arena);
    for (int i = 0; i < results->fit_change_count; i++)
        changes[i].sentence = copy_text(changes[i].sentence, arena);
    return changes;
}

static const CriticalPart *copy_critical(const Results *results, Arena *arena) {
    CriticalPart *parts = copy_array(results->critical, results->critical_count, sizeof *parts, arena);
    for (int i = 0; i < results->critical_count; i++)
        parts[i].entity = copy_text(parts[i].entity, arena);
    return parts;
}

static const Cause *copy_causes(const Results *results, Arena *arena) {
    Cause *causes = copy_array(results->causes, results->cause_count, sizeof *causes, arena);
    for (int i = 0; i < results->cause_count; i++) {
        causes[i].sentence = copy_text(causes[i].sentence, arena);
        causes[i].advice = copy_text(causes[i].advice, arena);
    }
    return causes;
}

static const char *const *copy_texts(const char *const *texts, int count, Arena *arena) {
    const char **copies = ARENA_ARRAY(arena, count, const char *);
    for (int i = 0; i < count; i++)
        copies[i] = copy_text(texts[i], arena);
    return copies;
}

static StepInterval copy_interval(const StepInterval *interval, Arena *arena) {
    StepInterval copy = *interval;
    Doubt *doubts = copy_array(interval->doubts, interval->doubt_count, sizeof *doubts, arena);
    for (int i = 0; i < interval->doubt_count; i++)
        doubts[i].name = copy_text(doubts[i].name, arena);
    copy.doubts = doubts;
    copy.beyond = copy_texts(interval->beyond, interval->beyond_count, arena);
    return copy;
}

static const HostMemoryResults *copy_host_memory(const HostMemoryResults *host, Arena *arena) {
    if (host == NULL)
        return NULL;
    HostMemoryResults *copy = ARENA_NEW(arena, HostMemoryResults);
    *copy = *host;
    copy->node = copy_text(host->node, arena);
    return copy;
}

static const Contention *copy_contention(const Contention *contention, Arena *arena) {
    if (contention == NULL)
        return NULL;
    Contention *copy = ARENA_NEW(arena, Contention);
    int jobs = contention->job_count, owners = contention->owner_count;
    const Results **of_jobs = ARENA_ARRAY(arena, jobs, const Results *);
    for (int i = 0; i < jobs; i++)
        of_jobs[i] = kept_results_copy(contention->jobs[i], arena);
    const char **names = ARENA_ARRAY(arena, owners, const char *);
    for (int i = 0; i < owners; i++)
        names[i] = copy_text(contention->owners[i], arena);
    *copy = (Contention){.job_count = jobs,
                         .jobs = of_jobs,
                         .slowdown = copy_array(contention->slowdown, jobs, sizeof(double), arena),
                         .exposed_gpu_s = copy_array(contention->exposed_gpu_s, jobs, sizeof(double), arena),
                         .owner_count = owners,
                         .owners = names,
                         .due_gpu_s = copy_array(contention->due_gpu_s, jobs * owners, sizeof(double), arena)};
    return copy;
}

const Results *kept_results_copy(const Results *results, Arena *arena) {
    Results *copy = ARENA_NEW(arena, Results);
    *copy = *results;
    copy->name = copy_text(results->name, arena);
    copy->lesson = copy_text(results->lesson, arena);
    copy->verdict = copy_text(results->verdict, arena);
    copy->kind = copy_text(results->kind, arena);
    copy->gpu_words = copy_text(results->gpu_words, arena);
    copy->metrics = copy_metrics(results, arena);
    copy->classes = copy_classes(results, arena);
    copy->memory = copy_memory(results, arena);
    copy->host_memory = copy_host_memory(results->host_memory, arena);
    copy->fit_changes = copy_fit_changes(results, arena);
    copy->critical = copy_critical(results, arena);
    copy->causes = copy_causes(results, arena);
    copy->assumptions = copy_texts(results->assumptions, results->assumption_count, arena);
    copy->interval = copy_interval(&results->interval, arena);
    copy->operation = copy_text(results->operation, arena);
    copy->sizes = copy_array(results->sizes, results->size_count, sizeof *results->sizes, arena);
    copy->contention = copy_contention(results->contention, arena);
    copy->step_ends = NULL;
    copy->timeline = NULL;
    copy->timeline_count = 0;
    copy->series = NULL;
    copy->series_count = 0;
    copy->links = NULL;
    copy->link_count = 0;
    return copy;
}
