#include "scenarios/calibration/nccl_log.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/array.h"

enum { LINE_BYTES = 1024, HOST_BYTES = 64 };

typedef struct Log {
    CommRow *rows; /* on the heap until the end */
    size_t row_count;
    size_t row_capacity;
    CollectiveKind kind;
    bool has_kind;
    bool is_rootless; /* tables before nccl-tests 2.13 may lack the column "root" */
    int ranks;
    int ranks_of_host; /* on the host of the first rank */
    char host[HOST_BYTES];
} Log;

bool nccl_log_is(const char *path) {
    FILE *file = fopen(path, "r");
    int character = ' ';
    while (file && isspace(character))
        character = fgetc(file);
    if (file)
        fclose(file);
    return character == '#';
}

static void read_comment(Log *log, const char *line) {
    char name[HOST_BYTES], host[HOST_BYTES];
    const char *on = strstr(line, " on ");
    int rank;
    if (sscanf(line, "# Collective test starting: %63s", name) == 1)
        log->has_kind = comm_row_kind(name, &log->kind);
    if (strstr(line, " redop "))
        log->is_rootless = !strstr(line, " root ");
    if (sscanf(line, "# Rank %d", &rank) != 1 || !on || sscanf(on, " on %63s", host) != 1)
        return;
    if (log->ranks++ == 0)
        snprintf(log->host, sizeof log->host, "%s", host);
    log->ranks_of_host += strcmp(log->host, host) == 0;
}

/* size count type redop [root] time algbw busbw ...; lines of another form are none of a size. */
static void read_size(Log *log, const char *line, int number) {
    double bytes, microseconds;
    int read = log->is_rootless ? sscanf(line, "%lf %*f %*s %*s %lf", &bytes, &microseconds)
                                : sscanf(line, "%lf %*f %*s %*s %*d %lf", &bytes, &microseconds);
    if (read != 2 || bytes <= 0 || microseconds <= 0)
        return;
    log->rows = array_grow(log->rows, &log->row_capacity, log->row_count + 1, sizeof *log->rows);
    log->rows[log->row_count++] = (CommRow){.bytes = bytes, .seconds = microseconds * 1e-6, .line = number};
}

static void read_lines(Log *log, FILE *file) {
    char line[LINE_BYTES];
    for (int number = 1; fgets(line, sizeof line, file); number++) {
        const char *start = line + strspn(line, " \t");
        if (*start == '#')
            read_comment(log, start);
        else
            read_size(log, start, number);
    }
}

/* "all_reduce_perf.16.txt" names a test. */
static bool kind_of_name(const char *path, CollectiveKind *kind) {
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char word[HOST_BYTES];
    snprintf(word, sizeof word, "%.*s", (int)strspn(name, "abcdefghijklmnopqrstuvwxyz_"), name);
    return comm_row_kind(word, kind);
}

static CommRow *keep_rows(const Log *log, Arena *arena) {
    CommRow *rows = ARENA_ARRAY(arena, log->row_count, CommRow);
    for (size_t i = 0; i < log->row_count; i++) {
        rows[i] = log->rows[i];
        rows[i].kind = log->kind;
        rows[i].ranks = log->ranks;
        rows[i].gpus_per_node = log->ranks_of_host;
    }
    return rows;
}

CommRow *nccl_log_read(const char *path, int *count, Arena *arena, ErrorList *errors) {
    ErrorPlace place = {.file = path, .line = 1, .column = 1};
    Log log = {0};
    int before = errors->count;
    FILE *file = fopen(path, "r");
    if (file) {
        read_lines(&log, file);
        fclose(file);
    }
    if (!log.has_kind && !kind_of_name(path, &log.kind))
        error_list_add(errors, place, "",
                       "found no name of a test, expected a line \"# Collective test starting: all_reduce_perf\" or a "
                       "file named all_reduce_perf.txt");
    if (log.ranks < 2)
        error_list_add(errors, place, NULL, "found %d lines \"#  Rank\", expected one for each of at least 2 ranks",
                       log.ranks);
    CommRow *rows = keep_rows(&log, arena);
    *count = (int)log.row_count;
    free(log.rows);
    return errors->count == before ? rows : NULL;
}
