#include "models/account/sweep_names.h"

#include <stdbool.h>
#include <string.h>

static const char *const FIRST_JOB = "jobs[0].";

static bool has_several_jobs(const SweepResults *sweep) {
    for (int i = 0; i < sweep->point_count; i++) {
        const Results *results = sweep->points[i].results;
        if (results != NULL && results->contention != NULL && results->contention->job_count > 1)
            return true;
    }
    return false;
}

/* The start of the word in front of `end`, which is in `path`. */
static const char *word_before(const char *path, const char *end) {
    while (end > path && end[-1] != '.')
        end--;
    return end;
}

/* Sections that a key needs no more than its own name with. */
static bool goes_without_saying(const char *word, size_t length) {
    static const char *const SECTIONS[] = {"cluster.", "fabric.", "plan.", "model."};
    for (size_t i = 0; i < sizeof SECTIONS / sizeof *SECTIONS; i++)
        if (strlen(SECTIONS[i]) == length && strncmp(word, SECTIONS[i], length) == 0)
            return true;
    return false;
}

/* The last word and the section it is of, or the end from the last item of a list on. */
static const char *own_end(const char *path, bool several_jobs) {
    if (!several_jobs && strncmp(path, FIRST_JOB, strlen(FIRST_JOB)) == 0)
        path += strlen(FIRST_JOB);
    const char *bracket = strrchr(path, '[');
    if (bracket != NULL)
        return word_before(path, bracket);
    const char *word = word_before(path, path + strlen(path));
    const char *section = word > path ? word_before(path, word - 1) : word;
    return goes_without_saying(section, (size_t)(word - section)) ? word : section;
}

/* In whole words. */
static bool ends_with(const char *path, const char *end) {
    size_t length = strlen(path), bytes = strlen(end);
    const char *start = path + length - bytes;
    return length >= bytes && strcmp(start, end) == 0 && (start == path || start[-1] == '.');
}

static bool is_ambiguous(const SweepResults *sweep, int parameter, const char *end) {
    for (int i = 0; i < sweep->parameter_count; i++)
        if (i != parameter && ends_with(sweep->parameters[i], end))
            return true;
    return false;
}

const char *sweep_names_key(const SweepResults *sweep, int parameter) {
    const char *path = sweep->parameters[parameter];
    const char *end = own_end(path, has_several_jobs(sweep));
    while (end > path && is_ambiguous(sweep, parameter, end))
        end = word_before(path, end - 1);
    return end;
}

const char *sweep_names_pair(Arena *arena, const SweepResults *sweep, int parameter, const char *value) {
    bool names_keys = strchr(value, '=') != NULL;
    return names_keys ? value : arena_format(arena, "%s=%s", sweep_names_key(sweep, parameter), value);
}

const char *sweep_names_point(Arena *arena, const SweepResults *sweep, const SweepPoint *point) {
    const char *name = "";
    for (int i = 0; i < sweep->parameter_count; i++)
        name =
            arena_format(arena, "%s%s%s", name, i > 0 ? " " : "", sweep_names_pair(arena, sweep, i, point->values[i]));
    return name;
}
