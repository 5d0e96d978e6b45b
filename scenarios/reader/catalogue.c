#include "scenarios/reader/catalogue.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/reader/hf_config.h"
#include "scenarios/reader/manifest.h"
#include "scenarios/reader/spelling.h"
#include "scenarios/reader/tree_edit.h"
#include "scenarios/reader/yaml_tree.h"
#include "sim/engine/array.h"

enum { MOST_LINE_BYTES = 512, MOST_USUAL_ROOTS = 4 };

Catalogue catalogue_usual(const char *program_folder, const char *installed, Arena *arena) {
    const char **roots = ARENA_ARRAY(arena, MOST_USUAL_ROOTS, const char *);
    int count = 0;
    const char *share = getenv("CHOKEPOINT_SHARE");
    if (share != NULL && share[0] != '\0')
        roots[count++] = arena_format(arena, "%s/scenarios", share);
    roots[count++] = "scenarios";
    if (program_folder != NULL)
        roots[count++] = arena_format(arena, "%s/scenarios", catalogue_folder_of(program_folder, arena));
    if (installed != NULL)
        roots[count++] = arena_format(arena, "%s/scenarios", installed);
    return (Catalogue){.roots = roots, .root_count = count};
}

const char *catalogue_folder_of(const char *file, Arena *arena) {
    const char *slash = file != NULL ? strrchr(file, '/') : NULL;
    if (slash == NULL)
        return ".";
    return slash == file ? "/" : arena_format(arena, "%.*s", (int)(slash - file), file);
}

static bool has_end(const char *text, const char *end) {
    size_t bytes = strlen(text);
    return bytes > strlen(end) && strcmp(text + bytes - strlen(end), end) == 0;
}

static bool is_path(const char *name) {
    return strchr(name, '/') != NULL || has_end(name, ".yaml") || has_end(name, ".json");
}

/* Scenarios lie in the root itself. */
static const char *folder_in(const char *root, const char *folder, Arena *arena) {
    return folder[0] != '\0' ? arena_format(arena, "%s/%s", root, folder) : root;
}

static const char *find_by_name(const Catalogue *catalogue, const CatalogueQuery *query, Arena *arena) {
    for (int i = 0; i < catalogue->root_count; i++) {
        const char *folder = folder_in(catalogue->roots[i], query->folder, arena);
        const char *file = arena_format(arena, "%s/%s.yaml", folder, query->name);
        if (access(file, F_OK) == 0)
            return file;
    }
    return NULL;
}

static const char *find_by_path(const CatalogueQuery *query, Arena *arena) {
    const char *name = query->name;
    const char *file =
        name[0] == '/' ? name : arena_format(arena, "%s/%s", catalogue_folder_of(query->place.file, arena), name);
    return access(file, F_OK) == 0 ? file : NULL;
}

static void report_unknown(const Catalogue *catalogue, const CatalogueQuery *query, Arena *arena, ErrorList *errors) {
    const char *shown = yaml_node_shown_text(query->name, arena);
    if (is_path(query->name)) {
        error_list_add(errors, query->place, query->path, "found \"%s\", expected a file that exists", shown);
        return;
    }
    int count = 0;
    const CatalogueEntry *entries = catalogue_list(catalogue, query->folder, query->kind, arena, &count);
    const char *nearest = NULL;
    const char *all = "";
    int distance = 0;
    for (int i = 0; i < count; i++) {
        spelling_consider(query->name, entries[i].name, &nearest, &distance);
        all = arena_format(arena, "%s%s%s", all, i > 0 ? ", " : "", entries[i].name);
    }
    if (nearest != NULL)
        error_list_add(errors, query->place, query->path,
                       "found \"%s\", expected a %s of the catalogue (did you mean \"%s\"?)", shown, query->kind,
                       nearest);
    else
        error_list_add(errors, query->place, query->path, "found \"%s\", expected a %s of the catalogue: %s", shown,
                       query->kind,
                       count > 0 ? all
                                 : "no folder of them was found; the variable CHOKEPOINT_SHARE may name the one above "
                                   "scenarios/");
}

/* The nodes that name this GPU, as words of a message; "" when there are none. */
static const char *nodes_with(const Catalogue *catalogue, const char *gpu, Arena *arena) {
    ErrorList ignored;
    error_list_init(&ignored, arena);
    int count = 0;
    const CatalogueEntry *entries = catalogue_list(catalogue, "hardware", "node", arena, &count);
    const char *all = "";
    for (int i = 0; i < count; i++) {
        const YamlNode *root = yaml_tree_read_file(entries[i].file, arena, &ignored);
        const YamlPair *node = root != NULL ? yaml_node_pair(root, "node") : NULL;
        const YamlPair *inside = node != NULL ? yaml_node_pair(node->value, "gpu") : NULL;
        if (inside != NULL && inside->value->kind == YAML_SCALAR && strcmp(inside->value->text, gpu) == 0)
            all = arena_format(arena, "%s%s%s", all, all[0] != '\0' ? ", " : "", entries[i].name);
    }
    return all;
}

/* GPUs and nodes share a folder, and people name the GPU. */
static void report_gpu(const Catalogue *catalogue, const CatalogueQuery *query, Arena *arena, ErrorList *errors) {
    const char *shown = yaml_node_shown_text(query->name, arena);
    const char *nodes = nodes_with(catalogue, query->name, arena);
    error_list_add(errors, query->place, query->path, "found \"%s\", expected a node: %s is a gpu%s%s", shown, shown,
                   nodes[0] != '\0' ? "; nodes with it: " : "", nodes);
}

static YamlNode *load_file(const Catalogue *catalogue, const CatalogueQuery *query, Arena *arena, ErrorList *errors) {
    bool by_path = is_path(query->name);
    const char *file = by_path ? find_by_path(query, arena) : find_by_name(catalogue, query, arena);
    if (file == NULL) {
        report_unknown(catalogue, query, arena, errors);
        return NULL;
    }
    YamlNode *root = yaml_tree_read_file(file, arena, errors);
    if (root == NULL)
        return NULL;
    if (has_end(file, ".json"))
        return hf_config_model(root, query->path, arena, errors);
    YamlPair *pair = yaml_node_pair(root, query->kind);
    if (pair == NULL && strcmp(query->kind, "node") == 0 && yaml_node_pair(root, "gpu") != NULL) {
        report_gpu(catalogue, query, arena, errors);
        return NULL;
    }
    if (pair == NULL) {
        error_list_add(errors, query->place, query->path, "found the file %s without the key \"%s\", expected a %s",
                       file, query->kind, query->kind);
        return NULL;
    }
    for (int i = 0; i < root->count; i++)
        if (&root->pairs[i] != pair)
            error_list_add(errors, root->pairs[i].key_place, NULL, "found unknown key \"%s\", expected only \"%s\"",
                           yaml_node_shown_text(root->pairs[i].key, arena), query->kind);
    return pair->value;
}

/* Names mean the same everywhere, paths only in their folder. */
static const char *shelf_key(const CatalogueQuery *query, Arena *arena) {
    bool relative = is_path(query->name) && query->name[0] != '/';
    return arena_format(arena, "%s:%s:%s:%s", query->kind, query->folder,
                        relative ? catalogue_folder_of(query->place.file, arena) : "", query->name);
}

YamlNode *catalogue_load(const Catalogue *catalogue, const CatalogueQuery *query, Arena *arena, ErrorList *errors) {
    CatalogueShelf *shelf = catalogue->shelf;
    if (shelf == NULL)
        return load_file(catalogue, query, arena, errors);
    const char *key = shelf_key(query, arena);
    const YamlNode *kept = catalogue_shelf_find(shelf, key);
    if (kept != NULL)
        return tree_copy(kept, arena);
    if (!catalogue->fills_shelf)
        return load_file(catalogue, query, arena, errors);
    int before = errors->count;
    YamlNode *read = load_file(catalogue, query, catalogue_shelf_arena(shelf), errors);
    if (read == NULL || errors->count != before)
        return read;
    catalogue_shelf_add(shelf, key, read);
    return tree_copy(read, arena);
}

/* What is wrong with a word that is no file; the nearest name of a scenario goes along. */
static void report_no_scenario(const Catalogue *catalogue, const char *word, Arena *arena, ErrorList *errors) {
    int count = 0;
    const CatalogueEntry *entries = catalogue_list(catalogue, "", "jobs", arena, &count);
    const char *nearest = NULL;
    int distance = 0;
    for (int i = 0; i < count; i++)
        spelling_consider(word, entries[i].name, &nearest, &distance);
    error_list_add(errors, (ErrorPlace){.file = yaml_node_shown_text(word, arena)}, NULL,
                   "found no such file, expected one or a name from `chokepoint list scenarios`%s",
                   nearest != NULL ? arena_format(arena, " (did you mean %s?)", nearest) : "");
}

const char *catalogue_scenario(const Catalogue *catalogue, const char *word, Arena *arena, ErrorList *errors) {
    struct stat about;
    bool found = stat(word, &about) == 0;
    if (word[0] == '\0' || is_path(word) || (found && !S_ISDIR(about.st_mode)))
        return manifest_of_word(word, arena);
    CatalogueQuery query = {.folder = "", .name = word};
    const char *file = find_by_name(catalogue, &query, arena);
    if (file == NULL && !found)
        report_no_scenario(catalogue, word, arena, errors);
    return file != NULL ? file : manifest_of_word(word, arena);
}

typedef struct Listing {
    Arena *arena;
    const char *kind;
    CatalogueEntry *entries; /* from malloc */
    size_t count;
    size_t capacity;
} Listing;

/* The first line that is a comment, and whether the outermost key is the kind wanted; needs no whole parse. */
static bool peek(const char *file, const char *kind, const char **summary, Arena *arena) {
    FILE *in = fopen(file, "r");
    if (in == NULL)
        return false;
    char line[MOST_LINE_BYTES];
    bool found = false;
    const char *key = arena_format(arena, "%s:", kind);
    *summary = "";
    for (bool first = true; !found && fgets(line, sizeof line, in) != NULL; first = false) {
        line[strcspn(line, "\r\n")] = '\0';
        if (first && line[0] == '#')
            *summary = arena_text(arena, line + 1 + strspn(line + 1, " "));
        found = strncmp(line, key, strlen(key)) == 0;
    }
    fclose(in);
    return found;
}

static bool is_listed(const Listing *listing, const char *name) {
    for (size_t i = 0; i < listing->count; i++)
        if (strcmp(listing->entries[i].name, name) == 0)
            return true;
    return false;
}

static void list_file(Listing *listing, const char *folder, const char *file_name) {
    CatalogueEntry entry = {.file = arena_format(listing->arena, "%s/%s", folder, file_name)};
    if (!has_end(file_name, ".yaml") || !peek(entry.file, listing->kind, &entry.summary, listing->arena))
        return;
    entry.name = arena_format(listing->arena, "%.*s", (int)(strlen(file_name) - strlen(".yaml")), file_name);
    if (is_listed(listing, entry.name))
        return;
    listing->entries = array_grow(listing->entries, &listing->capacity, listing->count + 1, sizeof(CatalogueEntry));
    listing->entries[listing->count++] = entry;
}

static void list_folder(Listing *listing, const char *folder) {
    DIR *open_folder = opendir(folder);
    if (open_folder == NULL)
        return;
    for (const struct dirent *file = readdir(open_folder); file != NULL; file = readdir(open_folder))
        list_file(listing, folder, file->d_name);
    closedir(open_folder);
}

static int compare_entries(const void *one, const void *other) {
    return strcmp(((const CatalogueEntry *)one)->name, ((const CatalogueEntry *)other)->name);
}

const CatalogueEntry *catalogue_list(const Catalogue *catalogue, const char *folder, const char *kind, Arena *arena,
                                     int *count) {
    Listing listing = {.arena = arena, .kind = kind};
    for (int i = 0; i < catalogue->root_count; i++)
        list_folder(&listing, folder_in(catalogue->roots[i], folder, arena));
    CatalogueEntry *kept = ARENA_ARRAY(arena, listing.count, CatalogueEntry);
    if (listing.count > 0)
        memcpy(kept, listing.entries, listing.count * sizeof(CatalogueEntry));
    free(listing.entries);
    qsort(kept, listing.count, sizeof(CatalogueEntry), compare_entries);
    *count = (int)listing.count;
    return kept;
}
