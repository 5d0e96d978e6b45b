/*
 * same_file: whether two paths lead to one file on disk, by device and inode: the same path twice, a link, another way
 * round. Streams such as /dev/stdin are never the same; neither are copies.
 */
#ifndef SCENARIOS_READER_SAME_FILE_H
#define SCENARIOS_READER_SAME_FILE_H

#include <stdbool.h>

bool same_file(const char *one, const char *other);

#endif
