#include "scenarios/reader/schema_json.h"

#include "scenarios/reader/schema.h"

typedef struct JsonWriter {
    FILE *out;
    Arena *arena;
} JsonWriter;

static void write_table(const JsonWriter *writer, const SchemaTable *table, int level);

static void write_text(FILE *out, const char *text) {
    fputc('"', out);
    for (; *text != '\0'; text++)
        fprintf(out, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
    fputc('"', out);
}

static void start_line(FILE *out, int level) {
    fprintf(out, "\n%*s", level * 2, "");
}

static void write_menu(const SchemaRow *row, FILE *out) {
    fputs("\"enum\": [", out);
    for (int i = 0; row->menu(i) != NULL; i++) {
        fputs(i > 0 ? ", " : "", out);
        write_text(out, row->menu(i));
    }
    fputs("]", out);
}

static void write_number(const SchemaRow *row, FILE *out) {
    const char *pattern = row->type == FIELD_REAL ? quantity_pattern(row->dimension) : NULL;
    if (pattern != NULL) {
        fprintf(out, "\"type\": %s, \"pattern\": ",
                row->dimension == DIMENSION_FRACTION ? "[\"number\", \"string\"]" : "\"string\"");
        write_text(out, pattern);
    } else {
        fprintf(out, "\"type\": \"%s\"", row->type == FIELD_REAL ? "number" : "integer");
    }
    if (pattern == NULL || row->dimension == DIMENSION_FRACTION)
        fprintf(out, ", \"%s\": %.16g, \"maximum\": %.16g", row->above_min ? "exclusiveMinimum" : "minimum", row->min,
                row->max);
}

static void write_list(const JsonWriter *writer, const SchemaRow *row, int level) {
    fputs("\"type\": \"array\", \"items\": {", writer->out);
    if (row->type == FIELD_LIST)
        write_table(writer, row->table, level);
    else
        write_number(row, writer->out);
    fputs("}", writer->out);
}

/* A name of the catalogue, or a mapping for either table. */
static void write_entry(const JsonWriter *writer, const SchemaTable *table, int level) {
    fputs("\"anyOf\": [{\"type\": \"string\"}, {", writer->out);
    write_table(writer, table, level);
    if (table->other != NULL) {
        fputs("}, {", writer->out);
        write_table(writer, table->other, level);
    }
    fputs("}]", writer->out);
}

static void write_type(const JsonWriter *writer, const SchemaRow *row, int level) {
    FILE *out = writer->out;
    switch (row->type) {
    case FIELD_INT:
    case FIELD_INT64:
    case FIELD_REAL:
        write_number(row, out);
        break;
    case FIELD_BOOL:
        fputs("\"type\": \"boolean\"", out);
        break;
    case FIELD_TEXT:
        fputs("\"type\": \"string\"", out);
        break;
    case FIELD_CHOICE:
    case FIELD_WORD:
    case FIELD_CONSTANT:
        write_menu(row, out);
        break;
    case FIELD_OBJECT:
        write_table(writer, row->table, level);
        break;
    case FIELD_LIST:
    case FIELD_COUNTS:
        write_list(writer, row, level);
        break;
    case FIELD_ENTRY:
        write_entry(writer, row->table, level);
        break;
    case FIELD_ELSEWHERE:
        fputs("\"type\": [\"object\", \"array\"]", out);
        break;
    }
}

static void write_property(const JsonWriter *writer, const SchemaRow *row, const char *key, int level) {
    start_line(writer->out, level);
    write_text(writer->out, key);
    fputs(": {\"description\": ", writer->out);
    write_text(writer->out, row->help);
    fputs(", ", writer->out);
    write_type(writer, row, level);
    bool bare = row->type == FIELD_INT || row->type == FIELD_INT64 || row->type == FIELD_BOOL ||
                (row->type == FIELD_REAL && row->dimension <= DIMENSION_FRACTION);
    if (row->default_text != NULL && row->default_text[0] != '(') {
        fputs(", \"default\": ", writer->out);
        if (bare)
            fputs(row->default_text, writer->out);
        else
            write_text(writer->out, row->default_text);
    }
    fputs("}", writer->out);
}

/* A required key may come by one of its other names. */
static void write_required(const JsonWriter *writer, const SchemaRow *row) {
    fputs("{\"anyOf\": [{\"required\": [", writer->out);
    write_text(writer->out, row->key);
    fputs("]}", writer->out);
    for (int i = 0; schema_row_alias(row, i, writer->arena) != NULL; i++) {
        fputs(", {\"required\": [", writer->out);
        write_text(writer->out, schema_row_alias(row, i, writer->arena));
        fputs("]}", writer->out);
    }
    fputs("]}", writer->out);
}

static void write_properties(const JsonWriter *writer, const SchemaTable *table, int level) {
    fputs("\"properties\": {", writer->out);
    const SchemaRow *row = NULL;
    for (int i = 0; (row = schema_row_at(table, i)) != NULL; i++) {
        fputs(i > 0 ? "," : "", writer->out);
        write_property(writer, row, row->key, level + 1);
        const char *alias = NULL;
        for (int j = 0; (alias = schema_row_alias(row, j, writer->arena)) != NULL; j++) {
            fputs(",", writer->out);
            write_property(writer, row, alias, level + 1);
        }
    }
    if (table->folder != NULL) {
        fputs(",", writer->out);
        start_line(writer->out, level + 1);
        fputs("\"from\": {\"description\": \"the entry that is changed\", \"type\": \"string\"}", writer->out);
    }
    fputs("}", writer->out);
}

/* The members of an object's schema, without braces. What `from` brings is not required again. */
static void write_table(const JsonWriter *writer, const SchemaTable *table, int level) {
    fputs("\"type\": \"object\", \"additionalProperties\": false, ", writer->out);
    write_properties(writer, table, level);
    int count = 0;
    const SchemaRow *row = NULL;
    for (int i = 0; table->folder == NULL && (row = schema_row_at(table, i)) != NULL; i++) {
        if (!row->required)
            continue;
        fputs(count++ == 0 ? ", \"allOf\": [" : ", ", writer->out);
        write_required(writer, row);
    }
    fputs(count > 0 ? "]" : "", writer->out);
}

void schema_print_json(FILE *out) {
    JsonWriter writer = {.out = out, .arena = arena_create()};
    fputs("{\"$schema\": \"http://json-schema.org/draft-07/schema#\", \"title\": \"Chokepoint scenario\", ", out);
    write_table(&writer, &SCHEMA_SCENARIO, 0);
    fputs("}\n", out);
    arena_destroy(writer.arena);
}
