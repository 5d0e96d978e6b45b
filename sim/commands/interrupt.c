#include "sim/commands/interrupt.h"

#include <stddef.h>
#include <unistd.h>

#include "sim/engine/fatal.h"

static const int SIGNALS[] = {SIGINT, SIGTERM};
enum { SIGNAL_COUNT = sizeof SIGNALS / sizeof SIGNALS[0] };

static bool is_ignored(int signal) {
    struct sigaction now;
    return sigaction(signal, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

void interrupt_hold(Interrupt *interrupt) {
    *interrupt = (Interrupt){0};
    sigemptyset(&interrupt->held);
    for (int i = 0; i < SIGNAL_COUNT; i++)
        if (!is_ignored(SIGNALS[i]))
            sigaddset(&interrupt->held, SIGNALS[i]);
    pthread_sigmask(SIG_BLOCK, &interrupt->held, NULL);
}

static void *watch(void *argument) {
    Interrupt *interrupt = argument;
    int signal = 0;
    while (sigwait(&interrupt->held, &signal) != 0)
        ;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    interrupt->clean_up(interrupt->context);
    _exit(EXIT_INTERRUPTED);
}

void interrupt_watch(Interrupt *interrupt, void (*clean_up)(void *context), void *context) {
    interrupt->clean_up = clean_up;
    interrupt->context = context;
    interrupt->watching = pthread_create(&interrupt->watcher, NULL, watch, interrupt) == 0;
}

void interrupt_unwatch(Interrupt *interrupt) {
    if (!interrupt->watching)
        return;
    interrupt->watching = false;
    pthread_cancel(interrupt->watcher);
    pthread_join(interrupt->watcher, NULL);
}

bool interrupt_came(void) {
    sigset_t waiting;
    sigemptyset(&waiting);
    sigpending(&waiting);
    for (int i = 0; i < SIGNAL_COUNT; i++)
        if (sigismember(&waiting, SIGNALS[i]) == 1)
            return true;
    return false;
}

void interrupt_release(const Interrupt *interrupt) {
    pthread_sigmask(SIG_UNBLOCK, &interrupt->held, NULL);
}
