#include "scenarios/reader/csv.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "scenarios/reader/yaml_node.h"
#include "sim/engine/array.h"
#include "sim/engine/utf8.h"

enum { END = -1, READ_STEP_BYTES = 1 << 16 };

static const char GZIP_MARK[] = "\x1F\x8B"; /* RFC 1952 */
static const char BYTE_ORDER_MARK[] = "\xEF\xBB\xBF";

/* A record of the file: where its cells start among all cells. */
typedef struct Record {
    size_t first;
    int count;
    int line;
} Record;

/* One text on its way into a table. Arrays are from malloc. */
typedef struct Reading {
    Arena *arena;
    ErrorList *errors;
    const char *at;
    const char *end;
    const char *line_start;
    ErrorPlace place; /* of the cell that is read */
    int line;
    int first_error;
    bool stopped; /* a limit was reached */
    const char **cells;
    size_t cell_count;
    size_t cell_room;
    Record *records;
    size_t record_count;
    size_t record_room;
} Reading;

static int peek(const Reading *reading) {
    return reading->at < reading->end ? (unsigned char)*reading->at : END;
}

static int column_of(const Reading *reading) {
    return (int)(reading->at - reading->line_start) + 1;
}

static void complain(Reading *reading, ErrorPlace place, const char *message) {
    if (reading->errors->count - reading->first_error < CSV_MOST_ERRORS)
        error_list_add(reading->errors, place, NULL, "%s", message);
}

static void complain_here(Reading *reading, const char *message) {
    ErrorPlace place = {.file = reading->place.file, .line = reading->line, .column = column_of(reading)};
    complain(reading, place, message);
}

/* Steps over one character of a cell and counts lines. */
static void step(Reading *reading) {
    if (peek(reading) == '\n') {
        reading->line++;
        reading->line_start = reading->at + 1;
    }
    reading->at++;
}

/* Bytes of the line break that comes next, 0 when there is none. */
static int line_break(const Reading *reading) {
    if (peek(reading) == '\n')
        return 1;
    return peek(reading) == '\r' && reading->at + 1 < reading->end && reading->at[1] == '\n' ? 2 : 0;
}

static bool at_cell_end(const Reading *reading) {
    return peek(reading) == END || peek(reading) == ',' || line_break(reading) > 0;
}

static const char *read_plain(Reading *reading) {
    const char *start = reading->at;
    bool clean = true;
    while (!at_cell_end(reading)) {
        if (clean && peek(reading) == '"')
            complain_here(reading, "found a quote inside a cell without quotes, expected the whole cell in quotes");
        if (clean && peek(reading) == '\r')
            complain_here(reading, "found a carriage return without a line feed, expected LF or CRLF");
        clean = clean && peek(reading) != '"' && peek(reading) != '\r';
        step(reading);
    }
    return arena_format(reading->arena, "%.*s", (int)(reading->at - start), start);
}

/* The cell's text up to the closing quote, which is stepped over; false when it never comes. */
static bool read_inside(Reading *reading, char *text) {
    size_t bytes = 0;
    while (peek(reading) != END) {
        bool quote = peek(reading) == '"';
        step(reading);
        if (quote && peek(reading) != '"')
            return true;
        if (quote)
            step(reading);
        text[bytes++] = reading->at[-1];
    }
    return false;
}

/* Bytes up to the last quote that could end the cell; no more than the text can have. */
static size_t quoted_room(const Reading *reading) {
    const char *at = reading->at;
    while (at < reading->end && !(at[0] == '"' && (at + 1 == reading->end || at[1] != '"')))
        at += at[0] == '"' ? 2 : 1;
    return (size_t)(at - reading->at) + 1;
}

static const char *read_quoted(Reading *reading) {
    ErrorPlace opening = reading->place;
    step(reading);
    char *text = arena_allocate(reading->arena, quoted_room(reading));
    if (!read_inside(reading, text)) {
        complain(reading, opening, "found a quote that nothing closes, expected another quote at the end of the cell");
        return "";
    }
    if (!at_cell_end(reading))
        complain_here(reading, "found text behind the closing quote, expected a comma or the end of the line");
    while (!at_cell_end(reading))
        step(reading);
    return text;
}

static void add_cell(Reading *reading, const char *cell) {
    reading->cells = array_grow(reading->cells, &reading->cell_room, reading->cell_count + 1, sizeof reading->cells[0]);
    reading->cells[reading->cell_count++] = cell;
}

static void check_limits(Reading *reading, const Record *record) {
    reading->stopped = record->count > CSV_MOST_COLUMNS || reading->cell_count > CSV_MOST_CELLS;
    if (record->count > CSV_MOST_COLUMNS)
        complain_here(reading, "found more than 1000 columns, expected fewer");
    else if (reading->stopped)
        complain_here(reading, "found more than 4000000 cells, expected fewer");
}

static void read_record(Reading *reading) {
    Record record = {.first = reading->cell_count, .line = reading->line};
    for (bool more = true; more && !reading->stopped;) {
        reading->place.line = reading->line;
        reading->place.column = column_of(reading);
        add_cell(reading, peek(reading) == '"' ? read_quoted(reading) : read_plain(reading));
        record.count++;
        check_limits(reading, &record);
        more = peek(reading) == ',';
        if (more)
            step(reading);
    }
    reading->records =
        array_grow(reading->records, &reading->record_room, reading->record_count + 1, sizeof reading->records[0]);
    reading->records[reading->record_count++] = record;
}

static void read_records(Reading *reading) {
    while (peek(reading) != END && !reading->stopped) {
        if (line_break(reading) == 0)
            read_record(reading);
        for (int bytes = line_break(reading); bytes > 0; bytes--)
            step(reading);
    }
}

/* "a;b;c" and tabs, as spreadsheets write in other languages. */
static void check_separator(Reading *reading, ErrorPlace place) {
    const char *name = reading->cells[0];
    char found = strchr(name, ';') != NULL ? ';' : strchr(name, '\t') != NULL ? '\t' : '\0';
    if (reading->records[0].count == 1 && found != '\0')
        complain(reading, place,
                 found == ';' ? "found semicolons in a single column, expected commas between cells"
                              : "found tabs in a single column, expected commas between cells");
}

static void check_header(Reading *reading) {
    const Record *header = &reading->records[0];
    ErrorPlace place = {.file = reading->place.file, .line = header->line, .column = 1};
    check_separator(reading, place);
    for (int i = 0; i < header->count; i++) {
        const char *name = reading->cells[i];
        if (name[0] == '\0')
            complain(reading, place,
                     arena_format(reading->arena, "found no name of column %d, expected a name", i + 1));
        for (int j = 0; j < i && name[0] != '\0'; j++)
            if (strcmp(reading->cells[j], name) == 0)
                complain(reading, place,
                         arena_format(reading->arena, "found the column \"%s\" again, expected it once",
                                      yaml_node_shown_text(name, reading->arena)));
    }
}

static void check_records(Reading *reading) {
    for (size_t i = 1; i < reading->record_count; i++) {
        const Record *record = &reading->records[i];
        ErrorPlace place = {.file = reading->place.file, .line = record->line, .column = 1};
        if (record->count != reading->records[0].count)
            complain(reading, place,
                     arena_format(reading->arena, "found %d cells, expected %d as in the header", record->count,
                                  reading->records[0].count));
    }
}

/* Names without the blanks around them, which nobody means. */
static void trim_header(const Reading *reading) {
    static const char BLANKS[] = " \t";
    for (int i = 0; i < reading->records[0].count; i++) {
        const char *start = reading->cells[i] + strspn(reading->cells[i], BLANKS);
        size_t bytes = strlen(start);
        while (bytes > 0 && strchr(BLANKS, start[bytes - 1]) != NULL)
            bytes--;
        reading->cells[i] = arena_format(reading->arena, "%.*s", (int)bytes, start);
    }
}

static const CsvTable *make_table(const Reading *reading) {
    Arena *arena = reading->arena;
    const char **cells = ARENA_ARRAY(arena, reading->cell_count, const char *);
    memcpy(cells, reading->cells, reading->cell_count * sizeof cells[0]);
    CsvRow *rows = ARENA_ARRAY(arena, reading->record_count, CsvRow);
    for (size_t i = 1; i < reading->record_count; i++)
        rows[i - 1] = (CsvRow){.line = reading->records[i].line, .cells = cells + reading->records[i].first};
    CsvTable *table = ARENA_NEW(arena, CsvTable);
    *table = (CsvTable){.file = reading->place.file,
                        .columns = cells,
                        .column_count = reading->records[0].count,
                        .rows = rows,
                        .row_count = (int)reading->record_count - 1};
    return table;
}

static const CsvTable *read_table(Reading *reading) {
    read_records(reading);
    if (reading->record_count == 0) {
        complain(reading, (ErrorPlace){.file = reading->place.file, .line = 1, .column = 1},
                 "found no line, expected a header with the names of the columns");
        return NULL;
    }
    trim_header(reading);
    check_header(reading);
    if (!reading->stopped)
        check_records(reading);
    return reading->errors->count == reading->first_error ? make_table(reading) : NULL;
}

/* The first byte that is no UTF-8 is an error; so is all that follows it, most likely, and is not told. */
static bool check_encoding(Reading *reading) {
    Reading ahead = *reading;
    while (ahead.at < ahead.end) {
        size_t bytes = utf8_character_bytes(ahead.at, (size_t)(ahead.end - ahead.at));
        if (bytes == 0) {
            complain_here(&ahead, arena_format(ahead.arena, "found the byte 0x%02x, which is no text, expected UTF-8",
                                               (unsigned char)*ahead.at));
            return false;
        }
        step(&ahead);
        ahead.at += bytes - 1;
    }
    return true;
}

const CsvTable *csv_read_text(const char *text, size_t bytes, const char *file, Arena *arena, ErrorList *errors) {
    Reading reading = {.arena = arena,
                       .errors = errors,
                       .end = text + bytes,
                       .place = {.file = arena_text(arena, file), .line = 1, .column = 1},
                       .line = 1,
                       .first_error = errors->count};
    size_t mark = sizeof BYTE_ORDER_MARK - 1;
    reading.at = bytes >= mark && memcmp(text, BYTE_ORDER_MARK, mark) == 0 ? text + mark : text;
    reading.line_start = reading.at;
    if (bytes > CSV_MOST_BYTES) {
        complain(&reading, reading.place, "found more than 64 MiB, expected a smaller file");
        return NULL;
    }
    if (bytes >= sizeof GZIP_MARK - 1 && memcmp(text, GZIP_MARK, sizeof GZIP_MARK - 1) == 0) {
        complain(&reading, reading.place, "found a packed file, expected text: gzip -dc FILE.csv.gz > FILE.csv");
        return NULL;
    }
    if (bytes > 0 && memchr(text, '\0', bytes) != NULL) {
        complain(&reading, reading.place, "found a NUL character, expected text");
        return NULL;
    }
    if (!check_encoding(&reading))
        return NULL;
    const CsvTable *table = read_table(&reading);
    free(reading.cells);
    free(reading.records);
    return table;
}

/* The whole file, from malloc, and one byte more than the limit at most; NULL when it cannot be read. */
static char *load(const char *path, size_t *bytes) {
    FILE *in = fopen(path, "rb");
    if (in == NULL)
        return NULL;
    char *text = NULL;
    size_t room = 0, got = 1;
    for (*bytes = 0; got > 0 && *bytes <= CSV_MOST_BYTES; *bytes += got) {
        text = array_grow(text, &room, *bytes + READ_STEP_BYTES, 1);
        got = fread(text + *bytes, 1, READ_STEP_BYTES, in);
    }
    int trouble = ferror(in) ? errno : 0;
    fclose(in);
    if (trouble == 0)
        return text;
    free(text);
    errno = trouble;
    return NULL;
}

const CsvTable *csv_read_file(const char *path, Arena *arena, ErrorList *errors) {
    size_t bytes = 0;
    char *text = load(path, &bytes);
    if (text == NULL) {
        error_list_add(errors, (ErrorPlace){.file = path}, NULL, "cannot be read: %s", strerror(errno));
        return NULL;
    }
    const CsvTable *table = csv_read_text(text, bytes, path, arena, errors);
    free(text);
    return table;
}

int csv_column(const CsvTable *table, const char *name) {
    for (int i = 0; i < table->column_count; i++)
        if (strcmp(table->columns[i], name) == 0)
            return i;
    for (int i = 0; i < table->column_count; i++)
        if (strcasecmp(table->columns[i], name) == 0)
            return i;
    return -1;
}
