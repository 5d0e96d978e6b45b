#include "sim/commands/command_line.h"

#include <stdlib.h>
#include <string.h>

#include "scenarios/reader/spelling.h"
#include "scenarios/reader/yaml_node.h"
#include "sim/engine/check.h"

static const CommandOption SHARED[] = {
    {.name = "help", .letter = 'h', .help = "this page"},
    {.name = "quiet", .letter = 'q', .help = "no notes and no progress on stderr"},
    {.name = "verbose", .letter = 'v', .help = "times and sizes on stderr"},
    {.name = NULL},
};

/* Where the parsing stands. */
typedef struct Parser {
    CommandLine *line;
    ErrorList *errors;
    char *const *argv;
    int argc;
    int next; /* index of the next argument */
    const char **words;
    OptionValue *values;
} Parser;

const CommandOption *command_line_shared_options(void) {
    return SHARED;
}

static const CommandOption *find_name_in(const CommandOption *rows, const char *name, size_t bytes) {
    for (; rows->name != NULL; rows++)
        if (strlen(rows->name) == bytes && strncmp(rows->name, name, bytes) == 0)
            return rows;
    return NULL;
}

static const CommandOption *find_name(const Command *command, const char *name, size_t bytes) {
    const CommandOption *found = find_name_in(command->options, name, bytes);
    return found != NULL ? found : find_name_in(SHARED, name, bytes);
}

static const CommandOption *find_letter(const Command *command, char letter) {
    const CommandOption *const tables[] = {command->options, SHARED};
    for (int i = 0; i < 2; i++)
        for (const CommandOption *row = tables[i]; row->name != NULL; row++)
            if (row->letter == letter)
                return row;
    return NULL;
}

static const char *near_name(const Command *command, const char *typed) {
    const char *best = NULL;
    int distance = 0;
    for (const CommandOption *row = command->options; row->name != NULL; row++)
        spelling_consider(typed, row->name, &best, &distance);
    for (const CommandOption *row = SHARED; row->name != NULL; row++)
        spelling_consider(typed, row->name, &best, &distance);
    return best;
}

static void complain(Parser *parser, const char *option, const char *message) {
    const char *shown = yaml_node_shown_text(option, parser->line->arena);
    error_list_add(parser->errors, (ErrorPlace){0}, parser->line->command->name, "option %s %s", shown, message);
}

static void complain_unknown(Parser *parser, const char *shown, const char *name) {
    const char *near = near_name(parser->line->command, name);
    complain(parser, shown,
             near != NULL ? arena_format(parser->line->arena, "is unknown (did you mean --%s?)", near) : "is unknown");
}

/* The same value twice is harmless; two values leave open which was meant. */
static void keep(Parser *parser, const CommandOption *option, const char *value) {
    CommandLine *line = parser->line;
    if (option->argument != NULL && *value == '\0') {
        complain(parser, arena_format(line->arena, "--%s", option->name),
                 arena_format(line->arena, "has an empty argument, expected %s", option->argument));
        return;
    }
    for (int i = 0; i < line->value_count && !option->repeatable; i++) {
        if (parser->values[i].option == option && strcmp(parser->values[i].value, value) != 0) {
            complain(parser, arena_format(line->arena, "--%s", option->name), "is given twice with different values");
            return;
        }
    }
    parser->values[line->value_count++] = (OptionValue){option, value};
}

/* The argument that stands in the next word. */
static void keep_with_next(Parser *parser, const CommandOption *option, const char *shown) {
    if (parser->next >= parser->argc) {
        complain(parser, shown, arena_format(parser->line->arena, "needs its argument %s", option->argument));
        return;
    }
    keep(parser, option, parser->argv[parser->next++]);
}

static void read_long(Parser *parser, const char *text) {
    const char *equals = strchr(text, '=');
    size_t bytes = equals != NULL ? (size_t)(equals - text) : strlen(text);
    const char *name = arena_format(parser->line->arena, "%.*s", (int)bytes, text);
    const char *shown = arena_format(parser->line->arena, "--%s", name);
    const CommandOption *option = find_name(parser->line->command, text, bytes);
    if (option == NULL)
        complain_unknown(parser, shown, name);
    else if (option->argument == NULL && equals != NULL)
        complain(parser, shown, "takes no argument");
    else if (option->argument == NULL)
        keep(parser, option, "");
    else if (equals != NULL)
        keep(parser, option, equals + 1);
    else
        keep_with_next(parser, option, shown);
}

static void read_letters(Parser *parser, const char *letters) {
    for (; *letters != '\0'; letters++) {
        const char *shown = arena_format(parser->line->arena, "-%c", *letters);
        const CommandOption *option = find_letter(parser->line->command, *letters);
        if (option == NULL) {
            complain_unknown(parser, shown, letters);
            return;
        }
        if (option->argument == NULL) {
            keep(parser, option, "");
        } else {
            if (letters[1] != '\0')
                keep(parser, option, letters + 1);
            else
                keep_with_next(parser, option, shown);
            return;
        }
    }
}

static void read_arguments(Parser *parser) {
    bool options = true;
    while (parser->next < parser->argc) {
        const char *text = parser->argv[parser->next++];
        if (!options || text[0] != '-' || text[1] == '\0')
            parser->words[parser->line->word_count++] = text;
        else if (strcmp(text, "--") == 0)
            options = false;
        else if (text[1] == '-')
            read_long(parser, text + 2);
        else
            read_letters(parser, text + 1);
    }
}

static void check_words(const CommandLine *line, ErrorList *errors) {
    const Command *command = line->command;
    if (line->word_count < command->least_words)
        error_list_add(errors, (ErrorPlace){0}, command->name, "found too few words, expected `chokepoint %s %s`",
                       command->name, command->usage);
    else if (line->word_count > command->most_words)
        error_list_add(errors, (ErrorPlace){0}, command->name, "found \"%s\" as well, expected `chokepoint %s %s`",
                       yaml_node_shown_text(line->words[command->most_words], line->arena), command->name,
                       command->usage);
}

/* A word as a shell takes it back. */
static const char *quoted(Arena *arena, const char *word) {
    static const char PLAIN[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+./,:@%[]";
    if (word[0] != '\0' && word[strspn(word, PLAIN)] == '\0')
        return word;
    char *text = arena_allocate(arena, 4 * strlen(word) + 3);
    char *end = text;
    *end++ = '\'';
    for (; *word != '\0'; word++) {
        if (*word == '\'')
            end = stpcpy(end, "'\\'");
        *end++ = *word;
    }
    *end = '\'';
    return text;
}

static const char *typed_line(Arena *arena, int argc, char *const *argv) {
    size_t bytes = 1;
    for (int i = 0; i < argc; i++)
        bytes += strlen(quoted(arena, argv[i])) + 1;
    char *text = arena_allocate(arena, bytes);
    char *end = text;
    for (int i = 0; i < argc; i++) {
        end = stpcpy(end, quoted(arena, argv[i]));
        *end++ = i + 1 < argc ? ' ' : '\0';
    }
    return text;
}

bool command_line_read(CommandLine *line, const Command *command, int argc, char *const *argv, ErrorList *errors) {
    int before = errors->count;
    Arena *arena = errors->arena;
    *line = (CommandLine){.command = command, .arena = arena, .program = argv[0]};
    line->typed = typed_line(arena, argc, argv);
    size_t most = 0; /* letters may be options, all of them */
    for (int i = 2; i < argc; i++)
        most += strlen(argv[i]) + 1;
    Parser parser = {.line = line, .errors = errors, .argv = argv, .argc = argc, .next = 2};
    parser.words = ARENA_ARRAY(arena, argc, const char *);
    parser.values = ARENA_ARRAY(arena, most, OptionValue);
    line->words = parser.words;
    line->values = parser.values;
    read_arguments(&parser);
    line->help = command_line_value(line, "help") != NULL;
    line->quiet = command_line_value(line, "quiet") != NULL;
    line->verbose = command_line_value(line, "verbose") != NULL;
    if (line->help)
        errors->count = before;
    else if (errors->count == before)
        check_words(line, errors);
    return errors->count == before;
}

const char *command_line_value(const CommandLine *line, const char *name) {
    const CommandOption *option = find_name(line->command, name, strlen(name));
    CHECK(option != NULL);
    for (int i = line->value_count - 1; i >= 0; i--)
        if (line->values[i].option == option)
            return line->values[i].value;
    return NULL;
}

int command_line_threads(const CommandLine *line, ErrorList *errors) {
    const char *text = command_line_value(line, "jobs");
    if (text == NULL)
        return 0;
    size_t digits = strspn(text, "0123456789");
    int threads = digits > 0 && digits < 5 && text[digits] == '\0' ? atoi(text) : 0;
    if (threads < 1 || threads > COMMAND_LINE_MOST_THREADS)
        error_list_add(errors, (ErrorPlace){0}, line->command->name,
                       "option --jobs: found \"%s\", expected a number from 1 to %d",
                       yaml_node_shown_text(text, line->arena), COMMAND_LINE_MOST_THREADS);
    return threads;
}

int command_line_format(const CommandLine *line, const char *const *names, ErrorList *errors) {
    const char *name = command_line_value(line, "format"), *all = "";
    bool json = command_line_value(line, "json") != NULL;
    if (name == NULL)
        name = json ? "json" : "text";
    for (int i = 0; names[i] != NULL; i++) {
        if (strcmp(names[i], name) == 0 && (!json || strcmp(name, "json") == 0))
            return i;
        all = arena_format(line->arena, "%s%s%s", all, i == 0 ? "" : names[i + 1] != NULL ? ", " : " or ", names[i]);
    }
    error_list_add(errors, (ErrorPlace){0}, line->command->name, "option --format: found \"%s\"%s, expected %s",
                   yaml_node_shown_text(name, line->arena), json ? " beside --json" : "", all);
    return -1;
}

const char *const *command_line_values(const CommandLine *line, const char *name, int *count) {
    const CommandOption *option = find_name(line->command, name, strlen(name));
    CHECK(option != NULL);
    const char **values = ARENA_ARRAY(line->arena, line->value_count, const char *);
    *count = 0;
    for (int i = 0; i < line->value_count; i++)
        if (line->values[i].option == option)
            values[(*count)++] = line->values[i].value;
    return values;
}
