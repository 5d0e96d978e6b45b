#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/experiment/validation.h"
#include "scenarios/reader/yaml_node.h"
#include "sim/commands/command_line.h"
#include "sim/commands/note.h"
#include "sim/commands/places.h"
#include "sim/commands/progress.h"
#include "sim/commands/validate_json.h"
#include "sim/commands/validate_text.h"

/* What the options say. */
typedef struct Request {
    bool json;
    int threads;               /* 0 = all cores */
    double most_error_percent; /* INFINITY = no goal */
} Request;

static double read_percent(const CommandLine *line, ErrorList *errors) {
    static const double MOST_PERCENT = 1000000;
    const char *text = command_line_value(line, "max-error");
    char *end = NULL;
    double value = strtod(text, &end);
    if (end != text && *end == '\0' && value >= 0 && value <= MOST_PERCENT)
        return value;
    error_list_add(errors, (ErrorPlace){0}, "validate",
                   "option --max-error: found \"%s\", expected a number of percent from 0 to %.0f",
                   yaml_node_shown_text(text, line->arena), MOST_PERCENT);
    return 0;
}

static bool read_request(const CommandLine *line, Request *request) {
    ErrorList errors;
    error_list_init(&errors, line->arena);
    *request = (Request){.json = command_line_value(line, "json") != NULL,
                         .threads = command_line_threads(line, &errors),
                         .most_error_percent = INFINITY};
    if (command_line_value(line, "max-error") != NULL)
        request->most_error_percent = read_percent(line, &errors);
    error_list_print(&errors, note_stream());
    return errors.count == 0;
}

/* One per word; NULL when any of them is no measured-run table. */
static const CsvTable **read_tables(const CommandLine *line) {
    ErrorList errors;
    error_list_init(&errors, line->arena);
    const CsvTable **tables = ARENA_ARRAY(line->arena, line->word_count, const CsvTable *);
    for (int i = 0; i < line->word_count; i++) {
        tables[i] = csv_read_file(line->words[i], line->arena, &errors);
        if (tables[i] != NULL)
            measured_run_check_columns(tables[i], &errors);
    }
    error_list_print(&errors, note_stream());
    return errors.count == 0 ? tables : NULL;
}

static const Validation *validate(const CommandLine *line, const CsvTable *table, const Request *request) {
    Progress progress = progress_start(!line->quiet);
    ValidationOptions options = {.catalogue = places_catalogue(line->arena),
                                 .threads = request->threads,
                                 .progress = progress_update,
                                 .context = &progress};
    const Validation *validation = validation_run(table, &options, line->arena);
    if (line->verbose)
        fprintf(note_stream(), "%s: %d rows, %.3f s\n", table->file, table->row_count, progress_seconds(&progress));
    return validation;
}

/* A file of which no row could be compared misses every goal, and the one that it shows anything. */
static bool check_goal(const Validation *validation, double most_percent) {
    double percent = 100 * validation->ours.mean_absolute_fraction;
    const int *counts = validation->counts;
    if (validation->ours.rows == 0)
        fprintf(note_stream(), "validate: %s: no row could be compared: %d not run, %d out of memory in the model\n",
                validation->file, counts[VALIDATION_NOT_RUN], counts[VALIDATION_OUT_OF_MEMORY]);
    else if (!isinf(most_percent) && percent > most_percent)
        fprintf(note_stream(), "validate: %s: found a mean absolute error of %.2f %%, expected at most %g %%\n",
                validation->file, percent, most_percent);
    else
        return true;
    return false;
}

static int run(const CommandLine *line) {
    Request request;
    if (!read_request(line, &request))
        return EXIT_BAD_INPUT;
    const CsvTable **tables = read_tables(line);
    if (tables == NULL)
        return EXIT_BAD_INPUT;
    const Validation **validations = ARENA_ARRAY(line->arena, line->word_count, const Validation *);
    bool met = true;
    for (int i = 0; i < line->word_count; i++) {
        validations[i] = validate(line, tables[i], &request);
        if (!request.json && i > 0)
            fputs("\n\n", stdout);
        if (!request.json)
            validate_text_write(stdout, validations[i]);
        met = check_goal(validations[i], request.most_error_percent) && met;
    }
    if (request.json)
        validate_json_write(stdout, validations, line->word_count);
    return met ? EXIT_OK : EXIT_GOAL_MISSED;
}

const Command command_validate = {
    .name = "validate",
    .summary = "simulate the rows of measured-run tables and compare step times with what was measured",
    .usage = "FILE.csv... [options]",
    .details =
        "Exit codes: 0 all went well, 1 no row of a file could be compared or --max-error was missed, 2 a mistake in\n"
        "the input, 3 output cannot be written or memory is out.\n",
    .example = "chokepoint validate scenarios/measured/example.csv --max-error 8",
    .options = {{"max-error", 0, "PERCENT", "exit 1 when a file's mean absolute error is above", false},
                {"json", 0, NULL, "print JSON instead of text", false},
                {"jobs", 'j', "N", "threads; all cores by default", false}},
    .least_words = 1,
    .most_words = COMMAND_ANY_WORDS,
    .run = run,
};
