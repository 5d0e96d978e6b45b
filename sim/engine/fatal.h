/*
 * fatal: how the program ends when it cannot go on. The exit codes, and the one way to stop when the machine has
 * nothing left. It stands below every other module, so that arena and array may use it. It is not for a user's mistakes
 * (error.h) or a programmer's (check.h).
 */
#ifndef SIM_ENGINE_FATAL_H
#define SIM_ENGINE_FATAL_H

/* Exit codes of the program. */
enum { EXIT_OK = 0, EXIT_GOAL_MISSED = 1, EXIT_BAD_INPUT = 2, EXIT_NO_RESOURCES = 3, EXIT_INTERRUPTED = 130 };

/* Prints "chokepoint: <message>" to stderr and exits with EXIT_NO_RESOURCES: out of memory, a disk that is full. */
_Noreturn void fatal(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
