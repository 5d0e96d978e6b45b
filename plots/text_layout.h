/*
 * text_layout: the pieces of a page of plain text, at most 100 columns wide: wrapped paragraphs, headings, bars of
 * characters and figures with a unit that a person reads at a glance.
 */
#ifndef PLOTS_TEXT_LAYOUT_H
#define PLOTS_TEXT_LAYOUT_H

#include <stdbool.h>
#include <stdio.h>

#include "sim/engine/arena.h"

enum { TEXT_COLUMNS = 100, TEXT_FIGURE_BYTES = 64 };

/* Prints a paragraph: `first` in front of its first line, as many blanks in front of the others. */
void text_layout_wrap(FILE *out, const char *first, const char *text);

/* The same in a page of another width. */
void text_layout_wrap_to(FILE *out, const char *first, const char *text, int width);

/* The text, or its beginning and "..." when it has more than `most` (> 3) columns. */
const char *text_layout_shorten(Arena *arena, const char *text, int most);

/* The text, or its beginning, ".." and its end: for names that differ in their last letters. `most` > 3. */
const char *text_layout_squeeze(Arena *arena, const char *text, int most);

/* Prints a text and blanks up to `width` columns: behind it, or in front of it when `width` is below 0. */
void text_layout_cell(FILE *out, const char *text, int width);

/* Prints a blank line, the title and a line under it. */
void text_layout_heading(FILE *out, const char *title);

/* Prints a scale of `width` characters of which from .. to (fractions, 0..1) are filled; no blanks at the end. */
void text_layout_bar(FILE *out, double from, double to, int width);

/*
 * "61.3 GiB", "12.35 s", "36.0 %", "1,234": four digits and a unit of handy size; "-" when missing. Returns `text`.
 */
const char *text_layout_figure(double value, const char *unit, char text[TEXT_FIGURE_BYTES]);

/* Prints a fraction as percent without the sign for it, right-aligned in `width` columns; "-" when it is NaN.
 * `has_sign`: a "+" in front of what is not negative. */
void text_layout_percent(FILE *out, int width, bool has_sign, double fraction);

/* Columns that a UTF-8 text takes, taking each character for one column. */
int text_layout_columns(const char *text);

#endif
