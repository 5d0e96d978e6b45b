/*
 * catalogue: the folders where named hardware and models are found: ROOT/hardware/NAME.yaml, ROOT/workloads/NAME.yaml.
 * It finds and reads files; what their keys mean is fields' business. A name that ends in .yaml or .json or has a slash
 * is a path, relative to the file that says it; .json is a Hugging Face config.json.
 */
#ifndef SCENARIOS_READER_CATALOGUE_H
#define SCENARIOS_READER_CATALOGUE_H

#include "scenarios/reader/catalogue_shelf.h"

typedef struct Catalogue {
    const char *const *roots; /* folders, the first that has a name wins */
    int root_count;           /* >= 0 */
    CatalogueShelf *shelf;    /* entries that were read already; NULL = every entry is read when it is asked for */
    bool fills_shelf;         /* what is read goes to the shelf: for one thread only */
} Catalogue;

/* What is looked for, and who asks. */
typedef struct CatalogueQuery {
    const char *kind;   /* outermost key of the file: "gpu", "node", "model" */
    const char *folder; /* "hardware", "workloads"; "" = scenarios, beside them */
    const char *name;
    const char *path; /* in the scenario: "cluster.node" */
    ErrorPlace place;
} CatalogueQuery;

typedef struct CatalogueEntry {
    const char *name;
    const char *summary; /* the file's first comment line, "" when there is none */
    const char *file;
} CatalogueEntry;

/*
 * Where a program looks after the folder of the scenario: $CHOKEPOINT_SHARE/scenarios, ./scenarios, scenarios beside
 * the program's folder, INSTALLED/scenarios. `program_folder` and `installed` may be NULL.
 */
Catalogue catalogue_usual(const char *program_folder, const char *installed, Arena *arena);

/* The folder part of a path, "." when it has none. */
const char *catalogue_folder_of(const char *file, Arena *arena);

/* The entry's mapping, which is the caller's to change; NULL and an error that names what is near. */
YamlNode *catalogue_load(const Catalogue *catalogue, const CatalogueQuery *query, Arena *arena, ErrorList *errors);

/*
 * The file that a word on a command line means: the word itself when it is a path or there is such a file, otherwise
 * ROOT/WORD.yaml; of the folder of a run its manifest.json. When there is neither it adds an error and returns the
 * word.
 */
const char *catalogue_scenario(const Catalogue *catalogue, const char *word, Arena *arena, ErrorList *errors);

/* All entries of a kind, sorted by name; *count is set. */
const CatalogueEntry *catalogue_list(const Catalogue *catalogue, const char *folder, const char *kind, Arena *arena,
                                     int *count);

#endif
