#include "plots/picture_file.h"

#include <stdio.h>
#include <string.h>

enum { END_BYTES = 64 };

static const char PNG_START[] = "\x89PNG\r\n\x1A\n";
/* PNG 1.2: a chunk of no bytes, its type, its checksum. */
static const char PNG_END[] = "\0\0\0\0IEND\xAE\x42\x60\x82";
static const char SVG_END[] = "</svg>";

static bool ends_with(const char *text, size_t bytes, const char *end, size_t end_bytes) {
    return bytes >= end_bytes && memcmp(text + bytes - end_bytes, end, end_bytes) == 0;
}

static bool is_png(const char *start, size_t bytes) {
    return bytes >= sizeof PNG_START - 1 && memcmp(start, PNG_START, sizeof PNG_START - 1) == 0;
}

/* The last bytes of a file, at most END_BYTES. */
static size_t read_end(FILE *file, char end[END_BYTES]) {
    if (fseek(file, -END_BYTES, SEEK_END) != 0) {
        rewind(file);
    }
    return fread(end, 1, END_BYTES, file);
}

bool picture_file_is_whole(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return false;
    }
    char start[sizeof PNG_START - 1] = {0};
    char end[END_BYTES];
    bool png = is_png(start, fread(start, 1, sizeof start, file));
    size_t bytes = read_end(file, end);
    fclose(file);
    if (png) {
        return ends_with(end, bytes, PNG_END, sizeof PNG_END - 1);
    }
    while (bytes > 0 && strchr(" \t\r\n", end[bytes - 1]) != NULL && end[bytes - 1] != '\0') {
        bytes--;
    }
    return ends_with(end, bytes, SVG_END, sizeof SVG_END - 1);
}
