#include <criterion/criterion.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "plots/text_layout.h"
#include "scenarios/reader/schema.h"
#include "sim/commands/schema_page.h"

static const char *printed(Arena *arena) {
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    schema_page_print(out);
    fclose(out);
    const char *page = arena_text(arena, text);
    free(text);
    return page;
}

/* The page as one line with single blanks. */
static const char *joined(const char *page, Arena *arena) {
    char *text = arena_text(arena, page), *end = text;
    for (const char *c = page; *c != '\0'; c++)
        if (!isspace((unsigned char)*c) || (end > text && end[-1] != ' '))
            *end++ = isspace((unsigned char)*c) ? ' ' : *c;
    *end = '\0';
    return text;
}

Test(schema_page, explains_every_key_of_every_section) {
    Arena *arena = arena_create();
    const char *page = joined(printed(arena), arena);
    int sections = 0;
    for (const SchemaTable *table; (table = schema_page_section(sections)) != NULL; sections++) {
        cr_assert_not_null(strstr(page, arena_format(arena, " %s %s ", table->name, table->help)), "%s", table->name);
        const SchemaRow *row = NULL;
        for (int i = 0; (row = schema_row_at(table, i)) != NULL; i++)
            cr_assert_not_null(strstr(page, arena_format(arena, " %s %s ", row->key, row->help)), "%s", row->key);
    }
    cr_assert_geq(sections, 12);
    cr_assert_not_null(strstr(page, " also: tensor_model_parallel_size "));
    cr_assert_not_null(strstr(page, " ZeRO and FSDP: zero_stage "));
    arena_destroy(arena);
}

Test(schema_page, keeps_to_100_columns) {
    Arena *arena = arena_create();
    char *line = arena_text(arena, printed(arena));
    for (char *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        cr_assert_leq(text_layout_columns(line), TEXT_COLUMNS, "%s", line);
    }
    arena_destroy(arena);
}
