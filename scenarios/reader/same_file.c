#include "scenarios/reader/same_file.h"

#include <sys/stat.h>

bool same_file(const char *one, const char *other) {
    struct stat a, b;
    if (stat(one, &a) != 0 || stat(other, &b) != 0 || !S_ISREG(a.st_mode))
        return false;
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}
