/*
 * schema_row: how one YAML key meets one field of a spec: name, place in the struct, unit, range, default, help. Tables
 * of rows describe mappings; they are read by fields (values), schema_json, the reference page and nobody else.
 * No row calls anything but a menu of names.
 */
#ifndef SCENARIOS_READER_SCHEMA_ROW_H
#define SCENARIOS_READER_SCHEMA_ROW_H

#include <stdbool.h>
#include <stddef.h>

#include "scenarios/reader/quantity.h"
#include "sim/engine/arena.h"

typedef enum FieldType {
    FIELD_INT,      /* int */
    FIELD_INT64,    /* int64_t or uint64_t below 2^53 */
    FIELD_REAL,     /* double, in the SI unit of the dimension */
    FIELD_BOOL,     /* bool */
    FIELD_TEXT,     /* const char * */
    FIELD_CHOICE,   /* an enum whose values are the indices of the menu */
    FIELD_WORD,     /* const char *: a word of a menu that may be checked later */
    FIELD_CONSTANT, /* a word of the menu; stored nowhere */
    FIELD_OBJECT,   /* a struct inside the struct */
    FIELD_LIST,     /* pointer to structs; their number is at count_offset as int64_t */
    FIELD_COUNTS,   /* pointer to int64_t, a list of whole numbers; how many is at count_offset as int64_t */
    FIELD_ENTRY,    /* a struct inside the struct, by catalogue name or as a mapping */
    FIELD_ELSEWHERE /* read by another module; here only for its name and help */
} FieldType;

typedef struct SchemaTable SchemaTable;

typedef struct SchemaRow {
    const char *key;
    FieldType type;
    size_t offset;       /* bytes from the start of the table's struct */
    size_t count_offset; /* FIELD_LIST, FIELD_COUNTS: where the count is */
    Dimension dimension; /* FIELD_REAL */
    double min;          /* numbers, SI; included unless above_min */
    double max;          /* numbers, SI; included */
    bool above_min;      /* min itself is refused */
    bool required;
    const char *default_text;       /* as in YAML; in parentheses when it is no value; NULL with required */
    const char *aliases;            /* other names, parted by spaces; NULL = none */
    const char *help;               /* one line */
    const char *(*menu)(int index); /* FIELD_CHOICE, FIELD_WORD, FIELD_CONSTANT; NULL past its end */
    const SchemaTable *table;       /* FIELD_OBJECT, FIELD_LIST, FIELD_ENTRY */
} SchemaRow;

/* Of a table with its parts. */
enum { SCHEMA_MOST_ROWS = 112 };

/* A key of another program that has no row, and what says the same here: "bf16", "precision: bf16". */
typedef struct SchemaForeign {
    const char *key;
    const char *instead;
} SchemaForeign;

struct SchemaTable {
    const char *name; /* "plan"; the outermost key in a catalogue file */
    const char *help; /* one line */
    const SchemaRow *rows;
    int row_count;           /* 1 .. */
    const SchemaTable *more; /* further rows of the same mapping and struct, under a help of their own; NULL = none */
    size_t bytes;            /* of the struct */
    void (*fill)(void *object);   /* the struct's defaults; NULL = zeros */
    const SchemaForeign *foreign; /* up to one without a key; NULL = none */
    const SchemaTable *other;     /* reads a mapping that has other_key instead; NULL = none */
    const char *other_key;
    const char *folder; /* of catalogue entries, "hardware"; NULL = no entries */
    size_t name_offset; /* with folder: where the entry's name goes (const char *) */
};

/* The rows of a table and of what `more` leads to, as one list; NULL past its end. */
const SchemaRow *schema_row_at(const SchemaTable *table, int index);

int schema_row_count(const SchemaTable *table);

/* Where the row of a key or of one of its aliases is, - and _ being the same; -1 when there is none. */
int schema_row_index(const SchemaTable *table, const char *key);

/* The row itself; NULL when there is none. */
const SchemaRow *schema_row_find(const SchemaTable *table, const char *key);

/* What to write instead of a key of another program, NULL when it is none that is known. */
const char *schema_row_instead(const SchemaTable *table, const char *key);

/* The row's alias number `index`, NULL past the end. */
const char *schema_row_alias(const SchemaRow *row, int index, Arena *arena);

/* The keys of a table, for a message: "one of nodes, gpus", or where they are many, the command that lists them. */
const char *schema_row_keys(const SchemaTable *table, Arena *arena);

/* What the row takes, for a message: "a whole number from 1 to 8", "one of packed, spread". */
const char *schema_row_expected(const SchemaRow *row, Arena *arena);

/* A whole number, and a switch, of a struct: the first fields of a row. */
#define SCHEMA_COUNT(Type, word, field, least, most)                                                                   \
    .key = word, .type = FIELD_INT64, .offset = offsetof(Type, field), .min = least, .max = most
#define SCHEMA_FLAG(Type, word, field, value)                                                                          \
    .key = word, .type = FIELD_BOOL, .offset = offsetof(Type, field), .default_text = value

#endif
