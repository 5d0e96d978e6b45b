/*
 * picture_file: is a picture that gnuplot drew all there? gnuplot does not look at what its writes return, so a full
 * disk leaves half a file and exit code 0. It reads the file's end and knows nothing of what is drawn.
 */
#ifndef PLOTS_PICTURE_FILE_H
#define PLOTS_PICTURE_FILE_H

#include <stdbool.h>

/* True for a PNG with its signature whose last chunk is IEND, and for an SVG whose last tag is </svg>. */
bool picture_file_is_whole(const char *path);

#endif
