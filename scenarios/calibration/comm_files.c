#include "scenarios/calibration/comm_files.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "scenarios/reader/same_file.h"

static int is_table(const struct dirent *entry) {
    static const char *const ENDS[] = {".csv", ".txt", ".log"};
    size_t bytes = strlen(entry->d_name);
    for (int i = 0; i < 3; i++)
        if (bytes > 4 && entry->d_name[0] != '.' && strcmp(entry->d_name + bytes - 4, ENDS[i]) == 0)
            return 1;
    return 0;
}

static int by_name(const struct dirent **left, const struct dirent **right) {
    return strcmp((*left)->d_name, (*right)->d_name);
}

static void append(CommFiles *files, const char *path, ErrorList *errors) {
    for (int i = 0; i < files->count; i++)
        if (same_file(files->paths[i], path))
            error_list_add(errors, (ErrorPlace){.file = path}, "", "found it again, expected each file once");
    const char **longer = ARENA_ARRAY(errors->arena, files->count + 1, const char *);
    if (files->count > 0)
        memcpy(longer, files->paths, (size_t)files->count * sizeof *longer);
    longer[files->count++] = path;
    files->paths = longer;
}

static void append_folder(CommFiles *files, const char *folder, ErrorList *errors) {
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_table, by_name);
    for (int i = 0; i < count; i++) {
        append(files, arena_format(errors->arena, "%s/%s", folder, entries[i]->d_name), errors);
        free(entries[i]);
    }
    free(entries);
    if (count <= 0)
        error_list_add(errors, (ErrorPlace){.file = folder}, "",
                       "found no *.csv, *.txt or *.log, expected measurements");
}

CommFiles comm_files_find(const char *const *words, int word_count, ErrorList *errors) {
    CommFiles files = {0};
    for (int i = 0; i < word_count; i++) {
        struct stat status;
        if (stat(words[i], &status) == 0 && S_ISDIR(status.st_mode))
            append_folder(&files, words[i], errors);
        else
            append(&files, words[i], errors);
    }
    return files;
}
