#include "scenarios/reader/graph_file.h"

#include <stdlib.h>
#include <string.h>

#include "scenarios/reader/csv.h"
#include "scenarios/reader/fields.h"
#include "scenarios/reader/schema.h"

enum { MOST_ROW_ERRORS = 20 };

/* One end of one row, and the vertex that it is. */
typedef struct NamedEnd {
    const char *name;
    int number; /* 2 * row, + 1 for `to` */
    int vertex;
} NamedEnd;

static bool check_columns(const CsvTable *table, Arena *arena, ErrorList *errors) {
    int before = errors->count;
    ErrorPlace head = {.file = table->file, .line = 1, .column = 1};
    for (int i = 0; i < table->column_count; i++)
        if (schema_row_find(&SCHEMA_GRAPH_LINK, table->columns[i]) == NULL)
            error_list_add(errors, head, NULL,
                           "found the column \"%s\", expected from, to, bandwidth, latency, count or duplex",
                           yaml_node_shown_text(table->columns[i], arena));
    static const char *const NEEDED[] = {"from", "to", "bandwidth"};
    for (size_t i = 0; i < sizeof NEEDED / sizeof *NEEDED; i++)
        if (csv_column(table, NEEDED[i]) < 0)
            error_list_add(errors, head, NULL, "found no column \"%s\", expected from, to, bandwidth", NEEDED[i]);
    return errors->count == before;
}

/* A row as the mapping that it would be in a scenario: the same rules read both. */
static void read_row(const CsvTable *table, const CsvRow *row, const FieldReader *reader, GraphLinkSpec *link) {
    ErrorPlace place = {.file = table->file, .line = row->line, .column = 1};
    YamlNode mapping = {.kind = YAML_MAPPING, .place = place};
    mapping.pairs = ARENA_ARRAY(reader->arena, table->column_count, YamlPair);
    for (int i = 0; i < table->column_count; i++) {
        if (row->cells[i][0] == '\0')
            continue;
        YamlNode *cell = ARENA_NEW(reader->arena, YamlNode);
        *cell = (YamlNode){.kind = YAML_SCALAR, .place = place, .text = row->cells[i]};
        mapping.pairs[mapping.count++] = (YamlPair){.key = table->columns[i], .key_place = place, .value = cell};
    }
    fields_read(reader, &SCHEMA_GRAPH_LINK, &mapping, "", link);
}

static int compare_names(const void *left, const void *right) {
    const NamedEnd *one = left, *other = right;
    int order = strcmp(one->name, other->name);
    return order != 0 ? order : one->number - other->number;
}

static int compare_numbers(const void *left, const void *right) {
    const NamedEnd *one = left, *other = right;
    return one->number - other->number;
}

/* First, the number where each name comes first in place of a vertex. */
static void find_first(NamedEnd *ends, int count) {
    qsort(ends, (size_t)count, sizeof *ends, compare_names);
    for (int i = 0; i < count; i++) {
        bool same = i > 0 && strcmp(ends[i].name, ends[i - 1].name) == 0;
        ends[i].vertex = same ? ends[i - 1].vertex : ends[i].number;
    }
    qsort(ends, (size_t)count, sizeof *ends, compare_numbers);
}

static bool is_host(const char *name, const char *host_names) {
    return strncmp(name, host_names, strlen(host_names)) == 0;
}

/* The file's links and the ends of all of them, in order. */
typedef struct EdgeList {
    const CsvTable *table;
    const GraphLinkSpec *links;
    NamedEnd *ends;
    int end_count;
    const char *host_names;
} EdgeList;

/* Counts hosts and switches where they come first. */
static void count_vertices(const EdgeList *list, GraphPlan *plan) {
    for (int i = 0; i < list->end_count; i++) {
        bool first = list->ends[i].vertex == i, host = is_host(list->ends[i].name, list->host_names);
        plan->hosts += first && host;
        plan->switches += first && !host;
    }
}

/* Numbers hosts, then switches, each in the order of first appearance. */
static void number_vertices(const EdgeList *list, GraphPlan *plan, Arena *arena) {
    count_vertices(list, plan);
    GraphVertex *vertices = ARENA_ARRAY(arena, plan->hosts + plan->switches, GraphVertex);
    int hosts = 0, switches = plan->hosts;
    for (int i = 0; i < list->end_count; i++) {
        NamedEnd *end = &list->ends[i];
        if (end->vertex < i) {
            end->vertex = list->ends[end->vertex].vertex;
            continue;
        }
        end->vertex = is_host(end->name, list->host_names) ? hosts++ : switches++;
        ErrorPlace place = {list->table->file, list->table->rows[i / 2].line, 1};
        vertices[end->vertex] = (GraphVertex){.word = end->name, .index = -1, .path = end->name, .place = place};
    }
    plan->vertices = vertices;
}

static void lay_cables(const EdgeList *list, GraphPlan *plan, Arena *arena) {
    GraphCable *cables = ARENA_ARRAY(arena, list->table->row_count, GraphCable);
    for (int i = 0; i < list->table->row_count; i++) {
        const GraphLinkSpec *link = &list->links[i];
        cables[i] = (GraphCable){.ends = {list->ends[2 * i].vertex, list->ends[2 * i + 1].vertex},
                                 .bytes_per_s = link->bytes_per_s,
                                 .latency_s = link->latency_s,
                                 .count = link->count,
                                 .half_duplex = link->duplex == DUPLEX_HALF,
                                 .path = arena_format(arena, "%s - %s", link->from, link->to),
                                 .place = {list->table->file, list->table->rows[i].line, 1}};
    }
    plan->cables = cables;
    plan->cable_count = list->table->row_count;
}

static void fill_plan(EdgeList *list, GraphPlan *plan, Arena *arena) {
    list->end_count = 2 * list->table->row_count;
    list->ends = ARENA_ARRAY(arena, list->end_count, NamedEnd);
    for (int i = 0; i < list->end_count; i++)
        list->ends[i] = (NamedEnd){i % 2 ? list->links[i / 2].to : list->links[i / 2].from, i, 0};
    find_first(list->ends, list->end_count);
    number_vertices(list, plan, arena);
    lay_cables(list, plan, arena);
}

bool graph_file_read(const char *file, const char *host_names, GraphPlan *plan, Arena *arena, ErrorList *errors) {
    int before = errors->count;
    const CsvTable *table = csv_read_file(file, arena, errors);
    if (table == NULL || !check_columns(table, arena, errors))
        return false;
    FieldReader reader = {.arena = arena, .errors = errors};
    GraphLinkSpec *links = ARENA_ARRAY(arena, table->row_count, GraphLinkSpec);
    for (int i = 0; i < table->row_count && errors->count < before + MOST_ROW_ERRORS; i++)
        read_row(table, &table->rows[i], &reader, &links[i]);
    if (errors->count > before)
        return false;
    EdgeList list = {.table = table, .links = links, .host_names = host_names};
    fill_plan(&list, plan, arena);
    return true;
}
