#include "scenarios/calibration/comm_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/calibration/nccl_log.h"
#include "scenarios/reader/csv.h"
#include "scenarios/reader/yaml_node.h"

/* A column that a quantity may stand in, and what its numbers are multiplied by. */
typedef struct Column {
    const char *name;
    double factor;
} Column;

enum { COLUMNS_MAX = 4 };

static const Column KIND_COLUMNS[COLUMNS_MAX] = {{"op_name", 1}, {"collective", 1}};
static const Column RANK_COLUMNS[COLUMNS_MAX] = {{"num_gpus", 1}, {"ranks", 1}};
static const Column SIZE_COLUMNS[COLUMNS_MAX] = {{"size_bytes", 1}, {"message_size", 1}};
static const Column TIME_COLUMNS[COLUMNS_MAX] = {{"time_us_oop", 1e-6}, {"time_ns_oop", 1e-9}, {"latency", 1e-3}};
static const Column TYPE_COLUMNS[COLUMNS_MAX] = {{"nccl_dtype", 1}, {"allreduce_dtype", 1}, {"dtype", 1}};
static const Column NODE_COLUMNS[COLUMNS_MAX] = {{"gpus_per_node", 1}};
static const Column TYPES[] = {{"int8", 1},  {"uint8", 1}, {"half", 2},   {"float16", 2}, {"bfloat16", 2},
                               {"float", 4}, {"int32", 4}, {"double", 8}, {"int64", 8}};
static const double MOST_RANKS = 4096;

/* Where the cells of a table are; -1 = nowhere. */
typedef struct Layout {
    const CsvTable *table;
    int kind, ranks, size, time, type, node;
    double time_factor_s;
    bool in_elements;
    Arena *arena;
    ErrorList *errors;
} Layout;

/* The index of the first of the columns that the table has; *factor is its own, if asked for. */
static int find_column(const CsvTable *table, const Column *columns, double *factor) {
    for (int i = 0; i < COLUMNS_MAX && columns[i].name; i++) {
        int index = csv_column(table, columns[i].name);
        if (index < 0)
            continue;
        if (factor)
            *factor = columns[i].factor;
        return index;
    }
    return -1;
}

static void need_column(const Layout *layout, int index, const Column *columns) {
    ErrorPlace place = {.file = layout->table->file, .line = 1, .column = 1};
    const char *all = columns[0].name;
    for (int i = 1; i < COLUMNS_MAX && columns[i].name; i++)
        all = arena_format(layout->arena, "%s or %s", all, columns[i].name);
    if (index < 0)
        error_list_add(layout->errors, place, NULL, "found no column %s, expected a table of measured collectives",
                       all);
}

static Layout find_columns(const CsvTable *table, Arena *arena, ErrorList *errors) {
    Layout layout = {.table = table, .arena = arena, .errors = errors};
    layout.kind = find_column(table, KIND_COLUMNS, NULL);
    layout.ranks = find_column(table, RANK_COLUMNS, NULL);
    layout.size = find_column(table, SIZE_COLUMNS, NULL);
    layout.time = find_column(table, TIME_COLUMNS, &layout.time_factor_s);
    layout.type = find_column(table, TYPE_COLUMNS, NULL);
    layout.node = find_column(table, NODE_COLUMNS, NULL);
    layout.in_elements = layout.size >= 0 && strcmp(table->columns[layout.size], "message_size") == 0;
    need_column(&layout, layout.ranks, RANK_COLUMNS);
    need_column(&layout, layout.size, SIZE_COLUMNS);
    need_column(&layout, layout.time, TIME_COLUMNS);
    if (layout.in_elements)
        need_column(&layout, layout.type, TYPE_COLUMNS);
    return layout;
}

static void refuse(const Layout *layout, const CsvRow *row, int column, const char *expected) {
    ErrorPlace place = {.file = layout->table->file, .line = row->line, .column = 1};
    error_list_add(layout->errors, place, layout->table->columns[column], "found \"%s\", expected %s",
                   yaml_node_shown_text(row->cells[column], layout->arena), expected);
}

static double read_number(const Layout *layout, const CsvRow *row, int column) {
    char *end = NULL;
    double value = strtod(row->cells[column], &end);
    if (end != row->cells[column] && *end == '\0' && isfinite(value) && value > 0)
        return value;
    refuse(layout, row, column, "a number above 0");
    return 1;
}

static int read_count(const Layout *layout, const CsvRow *row, int column, double least) {
    double value = read_number(layout, row, column);
    if (value == floor(value) && value >= least && value <= MOST_RANKS)
        return (int)value;
    refuse(layout, row, column, least > 1 ? "a whole number from 2 to 4096" : "a whole number from 1 to 4096");
    return 2;
}

static double element_bytes(const Layout *layout, const CsvRow *row) {
    for (size_t i = 0; layout->in_elements && i < sizeof TYPES / sizeof *TYPES; i++)
        if (strcmp(row->cells[layout->type], TYPES[i].name) == 0)
            return TYPES[i].factor;
    if (layout->in_elements)
        refuse(layout, row, layout->type, "a type such as half, float or int8");
    return 1;
}

static CommRow read_row(const Layout *layout, const CsvRow *row) {
    CommRow read = {.kind = COLLECTIVE_ALL_REDUCE, .line = row->line};
    if (layout->kind >= 0 && !comm_row_kind(row->cells[layout->kind], &read.kind))
        refuse(layout, row, layout->kind, "a collective such as all_reduce or all_gather");
    read.ranks = read_count(layout, row, layout->ranks, 2);
    if (layout->node >= 0)
        read.gpus_per_node = read_count(layout, row, layout->node, 1);
    read.bytes = read_number(layout, row, layout->size) * element_bytes(layout, row);
    read.seconds = read_number(layout, row, layout->time) * layout->time_factor_s;
    return read;
}

/* The rows of a CSV file, *count of them; NULL when there is a mistake. */
static CommRow *read_csv(const char *path, int *count, Arena *arena, ErrorList *errors) {
    int before = errors->count;
    const CsvTable *table = csv_read_file(path, arena, errors);
    if (!table)
        return NULL;
    Layout layout = find_columns(table, arena, errors);
    CommRow *rows = ARENA_ARRAY(arena, table->row_count, CommRow);
    for (int i = 0; i < table->row_count && errors->count - before < CSV_MOST_ERRORS; i++)
        if (layout.ranks >= 0 && layout.size >= 0 && layout.time >= 0 && (!layout.in_elements || layout.type >= 0))
            rows[i] = read_row(&layout, &table->rows[i]);
    *count = table->row_count;
    return errors->count == before ? rows : NULL;
}

/* By what is measured, then by line. */
static int compare_rows(const void *left, const void *right) {
    const CommRow *a = *(CommRow *const *)left, *b = *(CommRow *const *)right;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->ranks != b->ranks)
        return a->ranks < b->ranks ? -1 : 1;
    if (a->bytes != b->bytes)
        return a->bytes < b->bytes ? -1 : 1;
    return (a->line > b->line) - (a->line < b->line);
}

static void mark_repeats(CommRow *rows, int count, Arena *arena) {
    CommRow **sorted = ARENA_ARRAY(arena, count, CommRow *);
    for (int i = 0; i < count; i++)
        sorted[i] = &rows[i];
    qsort(sorted, (size_t)count, sizeof *sorted, compare_rows);
    for (int i = 1; i < count; i++) {
        const CommRow *before = sorted[i - 1];
        sorted[i]->is_repeat =
            sorted[i]->kind == before->kind && sorted[i]->ranks == before->ranks && sorted[i]->bytes == before->bytes;
    }
}

const CommTable *comm_table_read(const char *path, Arena *arena, ErrorList *errors) {
    int count = 0;
    CommRow *rows =
        nccl_log_is(path) ? nccl_log_read(path, &count, arena, errors) : read_csv(path, &count, arena, errors);
    if (!rows)
        return NULL;
    if (count == 0) {
        error_list_add(errors, (ErrorPlace){path, 1, 1}, "", "found no rows, expected measured collectives");
        return NULL;
    }
    for (int i = 0; i < count; i++)
        rows[i].is_first = i == 0 || rows[i].kind != rows[i - 1].kind || rows[i].ranks != rows[i - 1].ranks;
    mark_repeats(rows, count, arena);
    CommTable *table = ARENA_NEW(arena, CommTable);
    *table = (CommTable){.file = arena_text(arena, path), .rows = rows, .row_count = count};
    return table;
}
