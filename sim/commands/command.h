/*
 * command: the contract of a subcommand, and the menu of all of them (table.h). A command gets a command line that was
 * checked against its rows, prints results to stdout and everything else to stderr, and returns the exit code of the
 * program. It need not look at stdout's fate: main does.
 */
#ifndef SIM_COMMANDS_COMMAND_H
#define SIM_COMMANDS_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

struct CommandLine; /* command_line.h */

enum { COMMAND_MOST_OPTIONS = 16, COMMAND_ANY_WORDS = 1000000 };

typedef struct CommandOption {
    const char *name;     /* long, without dashes: "output"; NULL ends the table */
    char letter;          /* short, 0 = none */
    const char *argument; /* "DIR" in the help; NULL = a flag */
    const char *help;     /* one line */
    bool repeatable;
} CommandOption;

typedef struct Command {
    const char *name;
    const char *summary; /* one line for the menu */
    const char *usage;   /* what follows the name: "FILE... [options]" */
    const char *details; /* paragraphs of the help behind the options, with line ends; NULL = none */
    const char *example; /* a whole command line that runs as it stands */
    CommandOption options[COMMAND_MOST_OPTIONS + 1];
    int least_words; /* words are what is neither option nor argument of one */
    int most_words;  /* >= least_words; COMMAND_ANY_WORDS = no limit */
    int (*run)(const struct CommandLine *line);
} Command;

/* The command of that name, NULL when there is none; the menu by index, NULL past its end. */
const Command *command_find(const char *name);
const Command *command_at(size_t index);

/* The name of a command that `typed` was meant to be, NULL when none is near. */
const char *command_near(const char *typed);

#endif
