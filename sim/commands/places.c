#include "sim/commands/places.h"

#include <stdlib.h>
#include <unistd.h>

#ifndef CHOKEPOINT_VERSION
#define CHOKEPOINT_VERSION "unknown"
#endif
#ifndef CHOKEPOINT_SHARE_DIR
#define CHOKEPOINT_SHARE_DIR "/usr/local/share/chokepoint"
#endif

enum { MOST_PATH_BYTES = 4096 };

const char *places_version(void) {
    return CHOKEPOINT_VERSION;
}

/* NULL when the system does not say. */
static const char *program_folder(Arena *arena) {
    char path[MOST_PATH_BYTES];
    ssize_t bytes = readlink("/proc/self/exe", path, sizeof path - 1);
    if (bytes < 0)
        return NULL;
    path[bytes] = '\0';
    return catalogue_folder_of(path, arena);
}

const char *places_share(Arena *arena) {
    const char *variable = getenv("CHOKEPOINT_SHARE");
    const char *program = program_folder(arena);
    const char *const candidates[] = {
        variable != NULL && variable[0] != '\0' ? variable : ".",
        ".",
        program != NULL ? arena_format(arena, "%s/..", program) : ".",
    };
    for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++)
        if (access(arena_format(arena, "%s/plots/palette.gp", candidates[i]), R_OK) == 0)
            return candidates[i];
    return CHOKEPOINT_SHARE_DIR;
}

Catalogue places_catalogue(Arena *arena) {
    return catalogue_usual(program_folder(arena), CHOKEPOINT_SHARE_DIR, arena);
}
