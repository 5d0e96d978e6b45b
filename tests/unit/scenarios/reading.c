#define _XOPEN_SOURCE 700
#include "tests/unit/scenarios/reading.h"

#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/reader/yaml_tree.h"
#include "sim/engine/check.h"

Reading *reading_create(void) {
    Arena *arena = arena_create();
    Reading *reading = ARENA_NEW(arena, Reading);
    reading->arena = arena;
    error_list_init(&reading->errors, arena);
    return reading;
}

void reading_destroy(Reading *reading) {
    arena_destroy(reading->arena);
}

YamlNode *reading_tree(Reading *reading, const char *text) {
    return yaml_tree_read_text(text, (ErrorPlace){"t.yaml", 1, 1}, reading->arena, &reading->errors);
}

const char *reading_errors(Reading *reading) {
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    CHECK(out != NULL);
    error_list_print(&reading->errors, out);
    fclose(out);
    const char *kept = arena_text(reading->arena, text);
    free(text);
    return kept;
}

const char *reading_folder(Reading *reading) {
    char *folder = arena_text(reading->arena, "/tmp/chokepoint-reader-XXXXXX");
    CHECK(mkdtemp(folder) != NULL);
    return folder;
}

const char *reading_file(Reading *reading, const char *folder, const char *name, const char *text) {
    char *path = arena_format(reading->arena, "%s/%s", folder, name);
    for (char *slash = strchr(path + strlen(folder) + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    FILE *file = fopen(path, "w");
    CHECK(file != NULL);
    CHECK(fputs(text, file) >= 0);
    CHECK(fclose(file) == 0);
    return path;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *place) {
    (void)about;
    (void)kind;
    (void)place;
    return remove(path);
}

void reading_remove(const char *folder) {
    CHECK(nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS) == 0);
}
