/*
 * bands: rows of a picture that has room for only so many. When there are more, the first and the last ones are shown
 * with one empty row, "...", between them.
 */
#ifndef PLOTS_BANDS_H
#define PLOTS_BANDS_H

enum { BANDS_MOST = 12 };

/* How many rows are shown for `count` things, the gap included. */
int bands_shown(int count);

/* The thing shown in a row (0 = top), -1 for the gap. */
int bands_item(int count, int band);

/* The row of a thing, -1 when it is not shown. */
int bands_of(int count, int item);

#endif
