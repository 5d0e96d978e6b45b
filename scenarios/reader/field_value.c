#include "scenarios/reader/field_value.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/reader/spelling.h"

/* One scalar on its way; found and expected are said the same way everywhere. */
typedef struct Value {
    const SchemaRow *row;
    const YamlNode *node;
    const char *path;
    ErrorList *errors;
} Value;

static void report(const Value *value, const char *expected, const char *hint) {
    Arena *arena = value->errors->arena;
    const char *meant = hint != NULL ? arena_format(arena, " (did you mean \"%s\"?)", hint) : "";
    error_list_add(value->errors, value->node->place, value->path, "found %s, expected %s%s",
                   yaml_node_shown(value->node, arena), expected, meant);
}

static void report_row(const Value *value) {
    report(value, schema_row_expected(value->row, value->errors->arena), NULL);
}

static bool is_in_range(const SchemaRow *row, double number) {
    return (row->above_min ? number > row->min : number >= row->min) && number <= row->max;
}

static bool is_whole(const char *text) {
    const char *digits = text + (text[0] == '-' || text[0] == '+');
    return digits[0] != '\0' && digits[strspn(digits, "0123456789")] == '\0';
}

static void read_whole(const Value *value, void *field) {
    const char *text = value->node->text;
    errno = 0;
    long long number = is_whole(text) ? strtoll(text, NULL, 10) : 0;
    if (!is_whole(text) || value->node->quoted || errno == ERANGE || !is_in_range(value->row, (double)number)) {
        report_row(value);
        return;
    }
    if (value->row->type == FIELD_INT)
        *(int *)field = (int)number;
    else
        *(int64_t *)field = number;
}

static const char *with_near_unit(const Value *value, Dimension dimension) {
    Arena *arena = value->errors->arena;
    const char *unit = quantity_near_unit(value->node->text, dimension, arena);
    double number = 0;
    const char *rest = NULL;
    if (unit == NULL || quantity_read_number(value->node->text, &number, &rest) != QUANTITY_GOOD)
        return NULL;
    return arena_format(arena, "%g %s", number, unit);
}

static void read_real(const Value *value, double *field) {
    Dimension dimension = value->row->dimension;
    Arena *arena = value->errors->arena;
    double number = 0;
    switch (quantity_read(value->node->text, dimension, &number)) {
    case QUANTITY_GOOD:
        break;
    case QUANTITY_TOO_LARGE:
        report_row(value);
        return;
    case QUANTITY_NO_NUMBER:
    case QUANTITY_NO_UNIT:
    case QUANTITY_WRONG_UNIT:
        report(value, arena_format(arena, "a %s such as \"%s\"", quantity_name(dimension), quantity_example(dimension)),
               with_near_unit(value, dimension));
        return;
    }
    if (is_in_range(value->row, number))
        *field = number;
    else
        report_row(value);
}

static void read_flag(const Value *value, bool *field) {
    bool yes = strcmp(value->node->text, "true") == 0;
    bool no = strcmp(value->node->text, "false") == 0;
    if ((yes || no) && !value->node->quoted)
        *field = yes;
    else
        report_row(value);
}

/* The index in the row's menu, -1 and an error when the word is not there. */
static int read_word(const Value *value) {
    const char *near = NULL;
    int distance = 0;
    for (int i = 0; value->row->menu(i) != NULL; i++) {
        if (strcmp(value->row->menu(i), value->node->text) == 0)
            return i;
        spelling_consider(value->node->text, value->row->menu(i), &near, &distance);
    }
    report(value, schema_row_expected(value->row, value->errors->arena), near);
    return -1;
}

static void read_menu(const Value *value, void *field) {
    SchemaRow const *row = value->row;
    int index = row->menu != NULL ? read_word(value) : 0;
    if (index < 0 || row->type == FIELD_CONSTANT)
        return;
    if (row->type == FIELD_CHOICE)
        memcpy(field, &index, sizeof index);
    else
        *(const char **)field = value->node->text;
}

void field_value_read(const SchemaRow *row, const YamlNode *node, const char *path, ErrorList *errors, void *field) {
    Value value = {.row = row, .node = node, .path = path, .errors = errors};
    if (node->kind != YAML_SCALAR || yaml_node_is_null(node)) {
        report_row(&value);
        return;
    }
    switch (row->type) {
    case FIELD_INT:
    case FIELD_INT64:
        read_whole(&value, field);
        break;
    case FIELD_REAL:
        read_real(&value, field);
        break;
    case FIELD_BOOL:
        read_flag(&value, field);
        break;
    case FIELD_TEXT:
        *(const char **)field = node->text;
        break;
    case FIELD_CHOICE:
    case FIELD_WORD:
    case FIELD_CONSTANT:
        read_menu(&value, field);
        break;
    case FIELD_OBJECT:
    case FIELD_LIST:
    case FIELD_COUNTS:
    case FIELD_ENTRY:
    case FIELD_ELSEWHERE:
        break;
    }
}
