#include "plots/format.h"

#include <stddef.h>
#include <string.h>

#include "sim/engine/check.h"

#define OUTPUT_FORMAT(word) extern const Format format_##word;
#include "plots/formats/table.h"
#undef OUTPUT_FORMAT

#define OUTPUT_FORMAT(word) &format_##word,
static const Format *const FORMATS[] = {
#include "plots/formats/table.h"
};
#undef OUTPUT_FORMAT

int format_count(void) {
    return (int)(sizeof FORMATS / sizeof FORMATS[0]);
}

const Format *format_at(int index) {
    CHECK(index >= 0 && index < format_count());
    return FORMATS[index];
}

const Format *format_find(const char *name) {
    for (int i = 0; i < format_count(); i++) {
        if (strcmp(FORMATS[i]->name, name) == 0) {
            return FORMATS[i];
        }
    }
    return NULL;
}
