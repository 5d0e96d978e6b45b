#include "sim/commands/command_line.h"
#include "sim/commands/help_page.h"

static int run(const CommandLine *line) {
    if (line->word_count == 0) {
        help_page_program(stdout);
        return EXIT_OK;
    }
    const Command *command = command_find(line->words[0]);
    if (command == NULL)
        return help_page_unknown(line->words[0]);
    help_page_command(stdout, command);
    return EXIT_OK;
}

const Command command_help = {
    .name = "help",
    .summary = "explain the program or a command",
    .usage = "[COMMAND]",
    .example = "chokepoint help run",
    .most_words = 1,
    .run = run,
};
