#include "plots/job_folders.h"

#include <string.h>
#include <strings.h>

enum { MOST_BYTES = 100 };

static bool is_safe(char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') || (character != '\0' && strchr("-_.+", character) != NULL) ||
           (unsigned char)character >= 0x80;
}

/* Bytes of the name that are used: whole characters only. */
static size_t used_bytes(const char *name) {
    size_t bytes = strnlen(name, MOST_BYTES + 1);
    if (bytes <= MOST_BYTES) {
        return bytes;
    }
    for (bytes = MOST_BYTES; bytes > 0 && ((unsigned char)name[bytes] & 0xC0) == 0x80;) {
        bytes--;
    }
    return bytes;
}

/* A leading dot would hide the folder or lead out of it, a leading dash would be an option. */
static const char *safe_name(Arena *arena, const char *name) {
    char *safe = arena_text(arena, *name != '\0' ? name : "_");
    safe[used_bytes(safe)] = '\0';
    for (char *at = safe; *at != '\0'; at++) {
        *at = is_safe(*at) ? *at : '_';
    }
    if (*safe == '.' || *safe == '-') {
        *safe = '_';
    }
    return safe;
}

static bool is_taken(const char *const *names, int count, const char *name) {
    for (int i = 0; i < count; i++) {
        if (strcasecmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

const char *const *job_folders(Arena *arena, const Contention *contention) {
    const char **names = ARENA_ARRAY(arena, contention->job_count, const char *);
    for (int job = 0; job < contention->job_count; job++) {
        const char *safe = safe_name(arena, contention->jobs[job]->name);
        names[job] = safe;
        for (int number = 2; is_taken(names, job, names[job]); number++) {
            names[job] = arena_format(arena, "%s_%d", safe, number);
        }
    }
    return names;
}
