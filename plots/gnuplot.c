/* For environ and for a child that starts in another folder. */
#define _GNU_SOURCE

#include "plots/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static GnuplotOutcome spawn_and_wait(const posix_spawn_file_actions_t *actions, char *const *arguments) {
    pid_t child;
    sigset_t none;
    posix_spawnattr_t attributes;
    sigemptyset(&none);
    posix_spawnattr_init(&attributes);
    /* Ctrl-C ends it, whatever this program holds back. */
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    int reason = posix_spawnp(&child, "gnuplot", actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    if (reason != 0) {
        return reason == ENOENT ? GNUPLOT_MISSING : GNUPLOT_FAILED;
    }
    int status;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            return GNUPLOT_FAILED;
        }
    }
    bool done = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    bool missing = WIFEXITED(status) && WEXITSTATUS(status) == 127;
    return done ? GNUPLOT_DONE : missing ? GNUPLOT_MISSING : GNUPLOT_FAILED;
}

GnuplotOutcome gnuplot_run(const char *folder, const char *script, const char *log) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, folder);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    char *const arguments[] = {"gnuplot", "-d", (char *)script, NULL};
    GnuplotOutcome outcome = spawn_and_wait(&actions, arguments);
    posix_spawn_file_actions_destroy(&actions);
    return outcome;
}

/* The dumb terminal begins each picture with a form feed, which some terminals show as ^L. */
static void copy(FILE *from, FILE *out) {
    rewind(from);
    for (int character = fgetc(from); character != EOF; character = fgetc(from)) {
        if (character != '\f') {
            fputc(character, out);
        }
    }
}

GnuplotOutcome gnuplot_print(FILE *commands, FILE *out) {
    FILE *printed = tmpfile();
    if (printed == NULL) {
        return GNUPLOT_FAILED;
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fileno(commands), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, fileno(printed), STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    char *const arguments[] = {"gnuplot", "-d", NULL};
    GnuplotOutcome outcome = spawn_and_wait(&actions, arguments);
    posix_spawn_file_actions_destroy(&actions);
    if (outcome == GNUPLOT_DONE) {
        copy(printed, out);
    }
    fclose(printed);
    return outcome;
}
