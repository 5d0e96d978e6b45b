#include "scenarios/reader/graph_names.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/reader/spelling.h"
#include "scenarios/reader/yaml_node.h"

static const double CABLES_MOST = 5e6;

/* Vertices first .. first + count - 1. */
typedef struct NamedGroup {
    const char *name;
    int first;
    int count;
} NamedGroup;

typedef struct Names {
    const GraphSpec *spec;
    NamedGroup *groups; /* hosts, then switches, as their vertices */
    int group_count;
    Arena *arena;
    ErrorList *errors;
} Names;

/* One list of groups, "hosts" or "switches". */
typedef struct GroupList {
    const GraphGroupSpec *groups;
    int64_t count;
    const char *key;
} GroupList;

static bool name_is_free(const Names *names, const char *name) {
    for (int i = 0; i < names->group_count; i++)
        if (strcmp(names->groups[i].name, name) == 0)
            return false;
    return true;
}

static int add_groups(Names *names, GroupList list, int first) {
    for (int64_t i = 0; i < list.count; i++) {
        const GraphGroupSpec *group = &list.groups[i];
        const char *shown = yaml_node_shown_text(group->name, names->arena);
        const char *path = arena_format(names->arena, "cluster.fabric.%s[%" PRId64 "].name", list.key, i);
        if (group->name[0] == '\0' || strpbrk(group->name, "[]") != NULL)
            error_list_add(names->errors, (ErrorPlace){0}, path, "found \"%s\", expected a name without brackets",
                           shown);
        else if (!name_is_free(names, group->name))
            error_list_add(names->errors, (ErrorPlace){0}, path, "found %s again, expected another name", shown);
        names->groups[names->group_count++] = (NamedGroup){group->name, first, group->count};
        first += group->count;
    }
    return first;
}

static void report_unknown(const Names *names, const char *text, const char *path) {
    const char *nearest = NULL;
    int distance = 0;
    for (int i = 0; i < names->group_count; i++)
        spelling_consider(text, names->groups[i].name, &nearest, &distance);
    error_list_add(names->errors, (ErrorPlace){0}, path, "found \"%s\", expected a name from `switches` or `hosts`%s",
                   yaml_node_shown_text(text, names->arena),
                   nearest != NULL ? arena_format(names->arena, " (did you mean %s?)", nearest) : "");
}

/* The vertices that an end stands for; false after an error. */
static bool find_end(const Names *names, const char *text, const char *path, NamedGroup *end) {
    const char *bracket = strchr(text, '[');
    const char *word = bracket ? arena_format(names->arena, "%.*s", (int)(bracket - text), text) : text;
    int at = 0;
    while (at < names->group_count && strcmp(names->groups[at].name, word) != 0)
        at++;
    if (at == names->group_count) {
        report_unknown(names, word, path);
        return false;
    }
    *end = names->groups[at];
    if (bracket == NULL)
        return true;
    char *rest = NULL;
    long index = strtol(bracket + 1, &rest, 10);
    bool is_number = bracket[1] >= '0' && bracket[1] <= '9' && strcmp(rest, "]") == 0;
    if (!is_number || index >= end->count) {
        error_list_add(names->errors, (ErrorPlace){0}, path, "found \"%s\", expected %s, or one of %s[0] .. %s[%d]",
                       yaml_node_shown_text(text, names->arena), word, word, word, end->count - 1);
        return false;
    }
    *end = (NamedGroup){end->name, end->first + (int)index, 1};
    return true;
}

/* A link with the vertices of its ends. */
typedef struct Joined {
    const GraphLinkSpec *link;
    const char *path;
    NamedGroup from;
    NamedGroup to;
} Joined;

/* Of a group with itself each pair counts once. */
static bool is_needed(const Joined *joined, int from, int to) {
    bool itself = joined->from.first == joined->to.first && joined->from.count == joined->to.count;
    return !itself || joined->from.count == 1 || from < to;
}

static int add_cables(const Joined *joined, GraphCable *cables, int count) {
    GraphCable cable = {.bytes_per_s = joined->link->bytes_per_s,
                        .latency_s = joined->link->latency_s,
                        .count = joined->link->count,
                        .half_duplex = joined->link->duplex == DUPLEX_HALF,
                        .path = joined->path};
    for (int i = 0; i < joined->from.count; i++)
        for (int j = 0; j < joined->to.count; j++) {
            if (!is_needed(joined, i, j))
                continue;
            cable.ends[0] = joined->from.first + i;
            cable.ends[1] = joined->to.first + j;
            cables[count] = cable;
            count++;
        }
    return count;
}

static bool read_links(const Names *names, GraphPlan *plan) {
    const GraphSpec *spec = names->spec;
    Joined *joined = ARENA_ARRAY(names->arena, spec->link_count, Joined);
    int before = names->errors->count;
    double most = 0;
    for (int64_t i = 0; i < spec->link_count; i++) {
        const GraphLinkSpec *link = &spec->links[i];
        joined[i] = (Joined){.link = link, .path = arena_format(names->arena, "cluster.fabric.links[%" PRId64 "]", i)};
        bool known =
            find_end(names, link->from, arena_format(names->arena, "%s.from", joined[i].path), &joined[i].from);
        known = find_end(names, link->to, arena_format(names->arena, "%s.to", joined[i].path), &joined[i].to) && known;
        most += (double)joined[i].from.count * joined[i].to.count;
    }
    if (most > CABLES_MOST)
        error_list_add(names->errors, (ErrorPlace){0}, "cluster.fabric.links",
                       "found links that join %.3g pairs, expected at most %.3g", most, CABLES_MOST);
    if (names->errors->count > before)
        return false;
    GraphCable *cables = ARENA_ARRAY(names->arena, (size_t)most, GraphCable);
    for (int64_t i = 0; i < spec->link_count; i++)
        plan->cable_count = add_cables(&joined[i], cables, plan->cable_count);
    plan->cables = cables;
    return true;
}

static void name_vertices(const Names *names, GraphPlan *plan) {
    GraphVertex *vertices = ARENA_ARRAY(names->arena, plan->hosts + plan->switches, GraphVertex);
    for (int group = 0; group < names->group_count; group++) {
        const NamedGroup *named = &names->groups[group];
        bool is_host = group < names->spec->host_count;
        const char *path = arena_format(names->arena, "cluster.fabric.%s[%d]", is_host ? "hosts" : "switches",
                                        is_host ? group : group - (int)names->spec->host_count);
        for (int i = 0; i < named->count; i++)
            vertices[named->first + i] =
                (GraphVertex){.word = named->name, .index = named->count > 1 ? i : -1, .path = path};
    }
    plan->vertices = vertices;
}

bool graph_names_read(const GraphSpec *spec, GraphPlan *plan, Arena *arena, ErrorList *errors) {
    int before = errors->count;
    Names names = {.spec = spec, .arena = arena, .errors = errors};
    names.groups = ARENA_ARRAY(arena, spec->host_count + spec->switch_count, NamedGroup);
    plan->hosts = add_groups(&names, (GroupList){spec->hosts, spec->host_count, "hosts"}, 0);
    int vertices = add_groups(&names, (GroupList){spec->switches, spec->switch_count, "switches"}, plan->hosts);
    plan->switches = vertices - plan->hosts;
    if (errors->count > before)
        return false;
    name_vertices(&names, plan);
    return read_links(&names, plan);
}
