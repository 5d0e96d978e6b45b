/*
 * command_line: the words behind a command's name, checked against its rows: options with their arguments, and the
 * words that are left. It knows no command by name, of the options only those that several commands have, and prints
 * nothing.
 *
 * `--name VALUE`, `--name=VALUE`, `-n VALUE`, `-nVALUE`, flags together as in `-qv`; `--` ends the options, `-` is a
 * word. The last of an option that is given twice must not differ from the first unless its row is repeatable.
 */
#ifndef SIM_COMMANDS_COMMAND_LINE_H
#define SIM_COMMANDS_COMMAND_LINE_H

#include <stdbool.h>

#include "sim/commands/command.h"
#include "sim/engine/arena.h"
#include "sim/engine/error.h"

enum { COMMAND_LINE_MOST_THREADS = 1024 };

/* An option as it was given. */
typedef struct OptionValue {
    const CommandOption *option;
    const char *value; /* "" for a flag */
} OptionValue;

typedef struct CommandLine {
    const Command *command;
    Arena *arena;        /* for the parsing and for whatever the command makes */
    const char *program; /* argv[0] */
    const char *typed;   /* the whole line, quoted for a shell */
    const char *const *words;
    int word_count;
    const OptionValue *values; /* in the order given */
    int value_count;
    bool help;  /* --help was given: nothing else was checked */
    bool quiet; /* no notes and no progress on stderr */
    bool verbose;
} CommandLine;

/*
 * Reads argv[2..] for the command. Adds an error for every option that is unknown or lacks its argument and for a wrong
 * number of words; true when there was none. argv must outlive the line.
 */
bool command_line_read(CommandLine *line, const Command *command, int argc, char *const *argv, ErrorList *errors);

/* The options that every command has, ended by a row without a name. */
const CommandOption *command_line_shared_options(void);

/* The value of an option ("" for a flag), NULL when it was not given. `name` must be in the rows. */
const char *command_line_value(const CommandLine *line, const char *name);

/*
 * The number behind --jobs, 0 (as many as there are cores) when it was not given; adds an error when it is none from 1
 * to COMMAND_LINE_MOST_THREADS. The command must have the option.
 */
int command_line_threads(const CommandLine *line, ErrorList *errors);

/*
 * The index of the format behind --format, or --json, among `names`, which NULL ends and "text" begins; -1 and an error
 * when it is none of them or both differ. The command must have both options.
 */
int command_line_format(const CommandLine *line, const char *const *names, ErrorList *errors);

/* All values of a repeatable option, in the order given; *count is set. */
const char *const *command_line_values(const CommandLine *line, const char *name, int *count);

#endif
