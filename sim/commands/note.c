#include "sim/commands/note.h"

/* What stdout says of its flush is main's business. */
FILE *note_stream(void) {
    fflush(stdout);
    return stderr;
}
