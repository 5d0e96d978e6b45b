#include "scenarios/calibration/comm_row.h"

#include <string.h>

bool comm_row_kind(const char *name, CollectiveKind *kind) {
    static const char *const OTHER_NAMES[COLLECTIVE_KIND_COUNT] = {
        [COLLECTIVE_SEND_RECV] = "sendrecv", [COLLECTIVE_ALL_TO_ALL] = "alltoall"};
    size_t bytes = strlen(name);
    if (bytes > 5 && strcmp(name + bytes - 5, "_perf") == 0)
        bytes -= 5;
    for (int i = 0; i < COLLECTIVE_KIND_COUNT; i++) {
        const char *words[] = {collective_kind_name((CollectiveKind)i), OTHER_NAMES[i]};
        for (int j = 0; j < 2; j++)
            if (words[j] && strlen(words[j]) == bytes && strncmp(words[j], name, bytes) == 0) {
                *kind = (CollectiveKind)i;
                return true;
            }
    }
    return false;
}
