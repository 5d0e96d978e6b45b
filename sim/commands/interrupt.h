/*
 * interrupt: Ctrl-C (SIGINT) and SIGTERM while results are on their way. They are held back from every thread, so that
 * nothing is ever cut off in the middle: while there is only computing, a thread waits for them, cleans up and ends the
 * program; while files are written, the writer asks between two of them. What is ignored from the start, as below
 * nohup, stays ignored.
 */
#ifndef SIM_COMMANDS_INTERRUPT_H
#define SIM_COMMANDS_INTERRUPT_H

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>

typedef struct Interrupt {
    sigset_t held;
    pthread_t watcher;
    bool watching;
    void (*clean_up)(void *context);
    void *context;
} Interrupt;

/* From now on a signal waits; to be called before other threads start. */
void interrupt_hold(Interrupt *interrupt);

/* From now on a signal, also one that waits, calls clean_up in another thread and ends the program with
 * EXIT_INTERRUPTED. */
void interrupt_watch(Interrupt *interrupt, void (*clean_up)(void *context), void *context);

/* Back to waiting; does not return when the program is about to end. */
void interrupt_unwatch(Interrupt *interrupt);

/* True when a held signal waits. */
bool interrupt_came(void);

/* From now on a signal ends the program as usual. */
void interrupt_release(const Interrupt *interrupt);

#endif
