/*
 * main: finds the command, and sees to it that what was printed has arrived.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "sim/commands/command_line.h"
#include "sim/commands/help_page.h"
#include "sim/commands/note.h"
#include "sim/commands/places.h"

static int run_command(const Command *command, int argc, char **argv) {
    Arena *arena = arena_create();
    ErrorList errors;
    error_list_init(&errors, arena);
    CommandLine line;
    int status = EXIT_OK;
    if (!command_line_read(&line, command, argc, argv, &errors)) {
        error_list_print(&errors, note_stream());
        fprintf(note_stream(), "`chokepoint %s --help` lists the options\n", command->name);
        status = EXIT_BAD_INPUT;
    } else if (line.help) {
        help_page_command(stdout, command);
    } else {
        status = command->run(&line);
    }
    arena_destroy(arena);
    return status;
}

static int run_word(int argc, char **argv) {
    const char *word = argc > 1 ? argv[1] : "--help";
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        help_page_program(stdout);
        return EXIT_OK;
    }
    if (strcmp(word, "--version") == 0) {
        printf("chokepoint %s\n", places_version());
        return EXIT_OK;
    }
    const Command *command = command_find(word);
    return command != NULL ? run_command(command, argc, argv) : help_page_unknown(word);
}

/* Nobody reads the pipe any more: `| head` has what it wanted. */
static bool reader_is_gone(void) {
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

int main(int argc, char **argv) {
    /* A reader that leaves must not end a run that has files to write. */
    signal(SIGPIPE, SIG_IGN);
    int status = run_word(argc, argv);
    bool lost = ferror(stdout) != 0;
    errno = 0;
    lost = fflush(stdout) != 0 || lost;
    if (lost && reader_is_gone())
        return status;
    if (fclose(stdout) == 0 && !lost)
        return status;
    fprintf(stderr, "chokepoint: cannot write to standard output: %s\n",
            errno != 0 ? strerror(errno) : "an earlier write failed");
    return EXIT_NO_RESOURCES;
}
