#include "sim/engine/fatal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

_Noreturn void fatal(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("chokepoint: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(EXIT_NO_RESOURCES);
}
