#include "scenarios/reader/named_file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/reader/tree_path.h"

/* Why a file cannot be opened, NULL when it can. */
static const char *trouble_with(const char *file) {
    struct stat about;
    if (stat(file, &about) != 0 || access(file, R_OK) != 0)
        return strerror(errno);
    return S_ISDIR(about.st_mode) ? strerror(EISDIR) : NULL;
}

const char *named_file_find(const YamlNode *tree, const char *path, const char *name, ErrorList *errors) {
    ErrorPlace place = tree_path_place(tree, path);
    const char *slash = place.file != NULL && name[0] != '/' ? strrchr(place.file, '/') : NULL;
    const char *file =
        slash != NULL ? arena_format(errors->arena, "%.*s/%s", (int)(slash - place.file), place.file, name) : name;
    const char *trouble = trouble_with(file);
    if (trouble == NULL)
        return file;
    error_list_add(errors, place, path, "found \"%s\", expected a file that can be read (%s: %s)",
                   yaml_node_shown_text(name, errors->arena), yaml_node_shown_text(file, errors->arena), trouble);
    return NULL;
}
