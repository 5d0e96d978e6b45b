/*
 * help_page: what the program and its commands say about themselves, made from the menu and the rows.
 */
#ifndef SIM_COMMANDS_HELP_PAGE_H
#define SIM_COMMANDS_HELP_PAGE_H

#include <stdio.h>

#include "sim/commands/command.h"

/* What the program is, and its commands. */
void help_page_program(FILE *out);

/* Usage, options and an example of one command. */
void help_page_command(FILE *out, const Command *command);

/* Says on stderr that there is no such command and which may be meant; returns the exit code. */
int help_page_unknown(const char *typed);

#endif
