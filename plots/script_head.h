/*
 * script_head: the first lines of a picture's script: everything that differs from run to run, so that the rest only
 * looks. A script in an output folder is this head, palette.gp and the script of the installation.
 */
#ifndef PLOTS_SCRIPT_HEAD_H
#define PLOTS_SCRIPT_HEAD_H

#include <stdio.h>

#include "sim/engine/arena.h"

/* The title and the lines under it, both wrapped or shortened to what fits the picture. */
typedef struct ScriptTitle {
    const char *name;    /* of the scenario */
    const char *lesson;  /* what it shows, may be empty or NULL */
    const char *verdict; /* may be empty or NULL */
} ScriptTitle;

void script_head_title(FILE *out, Arena *arena, const char *script, ScriptTitle title);

/* name = number, name = 'text' */
void script_head_number(FILE *out, const char *name, double value);
void script_head_text(FILE *out, const char *name, const char *text);

/* array name[count] = [...]; one empty text when count is 0, since gnuplot knows no empty array. */
void script_head_texts(FILE *out, const char *name, const char *const *texts, int count);
void script_head_numbers(FILE *out, const char *name, const double *values, int count);

#endif
