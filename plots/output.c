#include "plots/output.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const OUR_MARK = "{\"program\": \"chokepoint\"";
static const char *const RUN_FILES[] = {"summary.txt",    "summary.csv",    "ledger.csv", "links.csv",
                                        "contention.csv", "collective.csv", "trace.json"};
static const char *const RUN_ENDINGS[] = {".dat", ".gp", ".svg", ".png", ".log", ".part"};

const char *output_path(const Output *output, const char *name) {
    return arena_format(output->errors->arena, "%s/%s", output->folder, name);
}

static bool trouble(const Output *output, const char *path, const char *what) {
    error_list_add(output->errors, (ErrorPlace){.file = path}, NULL, "%s: %s", what, strerror(errno));
    return false;
}

static bool make_folder(const Output *output, const char *path) {
    char *text = arena_text(output->errors->arena, path);
    for (char *slash = strchr(text + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(text, 0777) != 0 && errno != EEXIST) {
            return trouble(output, text, "cannot make the folder");
        }
        *slash = '/';
    }
    struct stat found;
    if (mkdir(text, 0777) == 0 || (errno == EEXIST && stat(text, &found) == 0 && S_ISDIR(found.st_mode))) {
        return true;
    }
    return trouble(output, path, "cannot make the folder");
}

/* True when the folder holds anything at all. */
static bool is_used(const char *folder) {
    DIR *entries = opendir(folder);
    if (entries == NULL) {
        return false;
    }
    bool used = false;
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        used = used || (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0);
    }
    closedir(entries);
    return used;
}

static bool is_our_manifest(const char *path) {
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return false;
    }
    char start[32] = "";
    size_t length = fread(start, 1, strlen(OUR_MARK), file);
    fclose(file);
    return length == strlen(OUR_MARK) && memcmp(start, OUR_MARK, length) == 0;
}

static bool ends_like_ours(const char *name) {
    for (size_t i = 0; i < sizeof RUN_ENDINGS / sizeof RUN_ENDINGS[0]; i++) {
        size_t length = strlen(RUN_ENDINGS[i]);
        if (strlen(name) > length && strcmp(name + strlen(name) - length, RUN_ENDINGS[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void empty_folder(const Output *output, const char *name) {
    const char *folder = output_path(output, name);
    DIR *entries = opendir(folder);
    if (entries == NULL) {
        return;
    }
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        if (ends_like_ours(entry->d_name)) {
            unlink(arena_format(output->errors->arena, "%s/%s", folder, entry->d_name));
        }
    }
    closedir(entries);
}

static void remove_files(const Output *output) {
    for (size_t i = 0; i < sizeof RUN_FILES / sizeof RUN_FILES[0]; i++) {
        unlink(output_path(output, RUN_FILES[i]));
        unlink(output_path(output, arena_format(output->errors->arena, "%s.part", RUN_FILES[i])));
    }
    empty_folder(output, "series");
    empty_folder(output, "plots");
}

/* Folders go only when nothing else is in them. */
static void remove_jobs(const Output *output) {
    const char *folder = output_path(output, "jobs");
    DIR *entries = opendir(folder);
    if (entries == NULL) {
        return;
    }
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            Output job = {.folder = output_path(output, arena_format(output->errors->arena, "jobs/%s", entry->d_name)),
                          .errors = output->errors};
            remove_files(&job);
            rmdir(output_path(&job, "series"));
            rmdir(output_path(&job, "plots"));
            rmdir(job.folder);
        }
    }
    closedir(entries);
    rmdir(folder);
}

static void remove_old_run(const Output *output) {
    remove_files(output);
    remove_jobs(output);
}

/* The unfinished manifest marks the folder as ours even when this run dies. */
static bool leave_mark(const Output *output) {
    const char *path = output_path(output, "manifest.json.part");
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        return trouble(output, path, "cannot write");
    }
    bool written = fprintf(file, "%s", OUR_MARK) > 0;
    written = fclose(file) == 0 && written;
    if (!written) {
        return trouble(output, path, "cannot write");
    }
    unlink(output_path(output, "manifest.json"));
    return true;
}

void output_discard(const Output *output) {
    remove_old_run(output);
    unlink(output_path(output, "manifest.json.part"));
    rmdir(output_path(output, "series"));
    rmdir(output_path(output, "plots"));
    rmdir(output->folder);
}

bool output_make(const Output *output) {
    return make_folder(output, output_path(output, "series")) && make_folder(output, output_path(output, "plots"));
}

bool output_claim(const Output *output) {
    const char *manifest = output_path(output, "manifest.json");
    const char *unfinished = output_path(output, "manifest.json.part");
    bool used = is_used(output->folder);
    if (used && !is_our_manifest(manifest) && !is_our_manifest(unfinished)) {
        error_list_add(output->errors, (ErrorPlace){.file = output->folder}, NULL,
                       "the folder holds files but no manifest.json of an earlier run; expected a new or empty folder");
        return false;
    }
    if (!make_folder(output, output->folder) || !leave_mark(output)) {
        return false;
    }
    remove_old_run(output);
    return output_make(output);
}

static const char *part_path(const Output *output, const char *name) {
    return arena_format(output->errors->arena, "%s/%s.part", output->folder, name);
}

FILE *output_open(const Output *output, const char *name) {
    const char *path = part_path(output, name);
    if (output->is_stopped != NULL && output->is_stopped()) {
        error_list_add(output->errors, (ErrorPlace){.file = path}, NULL, "not written: interrupted");
        return NULL;
    }
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        trouble(output, path, "cannot write");
    }
    return file;
}

bool output_close(const Output *output, FILE *file, const char *name) {
    if (file == NULL) {
        return false;
    }
    const char *part = part_path(output, name);
    errno = 0;
    bool whole = !ferror(file);
    whole = fclose(file) == 0 && whole;
    if (!whole) {
        errno = errno != 0 ? errno : EIO;
        trouble(output, output_path(output, name), "cannot write");
        unlink(part);
        return false;
    }
    if (rename(part, output_path(output, name)) != 0) {
        return trouble(output, part, "cannot rename");
    }
    return true;
}

void output_abandon(const Output *output, FILE *file, const char *name) {
    fclose(file);
    unlink(part_path(output, name));
}
