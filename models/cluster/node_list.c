#include "models/cluster/node_list.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>

static bool read_number(const char **text, int64_t *number) {
    char *end;
    if (**text < '0' || **text > '9')
        return false;
    *number = strtoll(*text, &end, 10);
    *text = end;
    return true;
}

static void skip_blanks(const char **text) {
    while (**text == ' ')
        (*text)++;
}

/* Reads "3" or "3-7"; false when it is neither. */
static bool read_range(const char **text, int64_t *first, int64_t *last) {
    skip_blanks(text);
    if (!read_number(text, first))
        return false;
    *last = *first;
    skip_blanks(text);
    if (**text == '-') {
        (*text)++;
        skip_blanks(text);
        if (!read_number(text, last))
            return false;
        skip_blanks(text);
    }
    return **text == ',' || **text == '\0';
}

const int *node_list_read(const char *text, int64_t nodes, Arena *arena, int64_t *count, const char **found) {
    int *list = ARENA_ARRAY(arena, nodes, int);
    bool *seen = ARENA_ARRAY(arena, nodes, bool);
    *count = 0;
    for (const char *rest = text;; rest++) {
        int64_t first, last;
        bool read = read_range(&rest, &first, &last);
        if (!read || first > last || last >= nodes) {
            *found = arena_format(arena, "\"%s\"%s", text, read && first > last ? ", which runs backwards" : "");
            return NULL;
        }
        for (int64_t node = first; node <= last; node++) {
            if (seen[node]) {
                *found = arena_format(arena, "node %" PRId64 " twice", node);
                return NULL;
            }
            seen[node] = true;
            list[(*count)++] = (int)node;
        }
        if (*rest == '\0')
            return list;
    }
}
