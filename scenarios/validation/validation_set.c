#include "scenarios/validation/validation_set.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "scenarios/reader/same_file.h"
#include "scenarios/tables/measured_run.h"

static const char FOLDER[] = "a folder of its own: give it by its name";
static const char AGAIN[] = "stands above already: its rows count once";
static const char PACKED[] = "packed: gzip -dc FILE.csv.gz > FILE.csv";

/* The files so far; `room` doubles. */
typedef struct FileList {
    ValidationSet *set;
    int room;
    ErrorList *errors;
} FileList;

static bool ends_in(const char *text, const char *end) {
    size_t bytes = strlen(text), end_bytes = strlen(end);
    return bytes > end_bytes && strcmp(text + bytes - end_bytes, end) == 0;
}

static ValidationFile *append(FileList *list, const char *path) {
    ValidationSet *set = list->set;
    if (set->file_count == list->room) {
        list->room = 2 * list->room + 1;
        ValidationFile *longer = ARENA_ARRAY(list->errors->arena, list->room, ValidationFile);
        if (set->file_count > 0)
            memcpy(longer, set->files, (size_t)set->file_count * sizeof *longer);
        set->files = longer;
    }
    const char *slash = strrchr(path, '/');
    ValidationFile *file = &set->files[set->file_count++];
    *file = (ValidationFile){.path = path, .name = slash != NULL ? slash + 1 : path};
    return file;
}

static bool is_there_already(const ValidationSet *set, const ValidationFile *file) {
    for (const ValidationFile *before = set->files; before < file; before++)
        if (same_file(before->path, file->path))
            return true;
    return false;
}

/* The reason why a table is of no known kind, NULL when it is of one. */
static const char *other_kind(const CsvTable *table, Arena *arena) {
    ErrorList errors;
    error_list_init(&errors, arena);
    if (memory_table_is_one(table) || measured_run_check_columns(table, &errors))
        return NULL;
    return arena_format(arena, "%s%s", errors.items[0].message, errors.count > 1 ? ", among others" : "");
}

/* Of a named file every mistake is an error, but for its kind when it is one of several. */
static void read_named(FileList *list, const char *path, bool is_alone) {
    ValidationFile *file = append(list, path);
    if (is_there_already(list->set, file)) {
        file->skipped = AGAIN;
        return;
    }
    file->table = csv_read_file(path, list->errors->arena, list->errors);
    if (file->table == NULL || memory_table_is_one(file->table))
        return;
    if (is_alone)
        measured_run_check_columns(file->table, list->errors);
    else
        file->skipped = other_kind(file->table, list->errors->arena);
}

static bool is_folder(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static void read_found(FileList *list, const char *path) {
    ErrorList errors;
    error_list_init(&errors, list->errors->arena);
    ValidationFile *file = append(list, path);
    if (is_folder(path))
        file->skipped = FOLDER;
    else if (ends_in(path, ".gz"))
        file->skipped = PACKED;
    else if (is_there_already(list->set, file))
        file->skipped = AGAIN;
    if (file->skipped != NULL)
        return;
    file->table = csv_read_file(path, errors.arena, &errors);
    file->skipped = file->table == NULL ? errors.items[0].message : other_kind(file->table, errors.arena);
}

static int is_table(const struct dirent *entry) {
    return entry->d_name[0] != '.' &&
           (entry->d_type == DT_DIR || ends_in(entry->d_name, ".csv") || ends_in(entry->d_name, ".csv.gz"));
}

static int by_name(const struct dirent **left, const struct dirent **right) {
    return strcmp((*left)->d_name, (*right)->d_name);
}

static void read_folder(FileList *list, const char *folder) {
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_table, by_name);
    bool has_slash = ends_in(folder, "/");
    for (int i = 0; i < count; i++) {
        read_found(list, arena_format(list->errors->arena, "%s%s%s", folder, has_slash ? "" : "/", entries[i]->d_name));
        free(entries[i]);
    }
    free(entries);
    if (count <= 0)
        error_list_add(list->errors, (ErrorPlace){.file = folder}, "", "found no *.csv, expected measured runs");
}

ValidationSet validation_set_read(const char *const *words, int word_count, ErrorList *errors) {
    ValidationSet set = {0};
    FileList list = {.set = &set, .errors = errors};
    for (int i = 0; i < word_count; i++) {
        if (is_folder(words[i]))
            read_folder(&list, words[i]);
        else
            read_named(&list, words[i], word_count == 1);
    }
    return set;
}

static void judge_runs(ValidationFile *file, Arena *arena) {
    RowKeys keys = row_keys_of(file->runs, arena);
    file->ranks = plan_ranks_of(&keys, arena);
    file->falls = scaling_falls_of(&keys, arena);
    file->signs = what_if_signs_of(&keys);
    file->coverage = interval_coverage_of(file->runs, arena);
}

static void add_counts(ValidationSum *sum, const ValidationFile *file) {
    sum->files++;
    sum->rows += file->runs->row_count;
    for (int status = 0; status <= VALIDATION_NOT_RUN; status++)
        sum->counts[status] += file->runs->counts[status];
    what_if_signs_add(&sum->signs, &file->signs);
}

static void cover(ValidationSet *set, Arena *arena) {
    IntervalCoverage **files = ARENA_ARRAY(arena, set->file_count, IntervalCoverage *);
    const Validation **runs = ARENA_ARRAY(arena, set->file_count, const Validation *);
    for (int i = 0; i < set->file_count; i++) {
        runs[i] = set->files[i].runs;
        files[i] = runs[i] != NULL ? &set->files[i].coverage : NULL;
    }
    interval_coverage_leave_out(files, runs, set->file_count);
    set->all.coverage = interval_coverage_all(files, set->file_count);
}

static void sum_up(ValidationSet *set, Arena *arena) {
    ValidationSum *sum = &set->all;
    for (int i = 0; i < set->file_count; i++)
        if (set->files[i].runs != NULL)
            add_counts(sum, &set->files[i]);
    double *ours = ARENA_ARRAY(arena, sum->rows, double), *null = ARENA_ARRAY(arena, sum->rows, double);
    double *memory = ARENA_ARRAY(arena, sum->rows, double);
    int count = 0;
    for (int i = 0; i < set->file_count; i++)
        for (int row = 0; set->files[i].runs != NULL && row < set->files[i].runs->row_count; row++) {
            const ValidationRow *item = &set->files[i].runs->rows[row];
            ours[count] = item->error_fraction;
            memory[count] = item->memory_error_fraction;
            null[count++] = item->null_error_fraction;
        }
    sum->ours = validation_errors_of(ours, count);
    sum->null = validation_errors_of(null, count);
    sum->memory = validation_errors_of(memory, count);
}

void validation_set_run(ValidationSet *set, const ValidationOptions *options, Arena *arena) {
    for (int i = 0; i < set->file_count; i++) {
        ValidationFile *file = &set->files[i];
        if (file->skipped != NULL)
            continue;
        if (memory_table_is_one(file->table)) {
            file->memory = memory_table_run(file->table, arena);
            continue;
        }
        file->runs = validation_run(file->table, options, arena);
        judge_runs(file, arena);
    }
    sum_up(set, arena);
    cover(set, arena);
}
