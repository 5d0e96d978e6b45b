#include "sim/commands/help_page.h"

#include "scenarios/reader/spelling.h"
#include "scenarios/reader/yaml_node.h"
#include "sim/commands/command_line.h"
#include "sim/commands/note.h"

void help_page_program(FILE *out) {
    fputs("chokepoint simulates AI clusters and says where throughput collapses, and why.\n\nusage: chokepoint COMMAND "
          "[ARGUMENTS]\n\n",
          out);
    for (size_t i = 0; command_at(i) != NULL; i++)
        fprintf(out, "  %-10s %s\n", command_at(i)->name, command_at(i)->summary);
    fputs("\n`chokepoint COMMAND --help` explains a command. `chokepoint --version` prints the version.\n"
          "Try: chokepoint run sc21_145b\n",
          out);
}

static void print_options(FILE *out, const CommandOption *row) {
    for (; row->name != NULL; row++) {
        char left[64];
        char letter[] = {'-', row->letter, ',', ' ', '\0'};
        snprintf(left, sizeof left, "%s--%s%s%s", row->letter != '\0' ? letter : "    ", row->name,
                 row->argument != NULL ? " " : "", row->argument != NULL ? row->argument : "");
        fprintf(out, "  %-26s %s%s\n", left, row->help, row->repeatable ? "; may be repeated" : "");
    }
}

void help_page_command(FILE *out, const Command *command) {
    fprintf(out, "chokepoint %s: %s\n\nusage: chokepoint %s %s\n\n", command->name, command->summary, command->name,
            command->usage);
    print_options(out, command->options);
    print_options(out, command_line_shared_options());
    if (command->details != NULL)
        fprintf(out, "\n%s", command->details);
    fprintf(out, "\nExample:\n  %s\n", command->example);
}

/* What may stand instead of a command. */
static const char *option_near(const char *typed) {
    static const char *const OPTIONS[] = {"--help", "--version"};
    const char *best = NULL;
    int distance = 0;
    for (size_t i = 0; i < sizeof OPTIONS / sizeof *OPTIONS; i++)
        spelling_consider(typed, OPTIONS[i], &best, &distance);
    return best;
}

int help_page_unknown(const char *typed) {
    Arena *arena = arena_create();
    const char *near = typed[0] == '-' ? option_near(typed) : command_near(typed);
    fprintf(note_stream(), "chokepoint: found the %s \"%s\", expected one from `chokepoint help`%s\n",
            typed[0] == '-' ? "option" : "command", yaml_node_shown_text(typed, arena),
            near != NULL ? arena_format(arena, " (did you mean %s?)", near) : "");
    arena_destroy(arena);
    return EXIT_BAD_INPUT;
}
