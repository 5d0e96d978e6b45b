/*
 * note: the stream for everything that is no result. It is stderr; what stdout holds back goes out first, so that both
 * stay in order when they end in one pipe or file.
 */
#ifndef SIM_COMMANDS_NOTE_H
#define SIM_COMMANDS_NOTE_H

#include <stdio.h>

/* Ask for it anew before each note. */
FILE *note_stream(void);

#endif
