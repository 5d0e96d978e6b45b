#include "plots/format.h"

#include "sim/engine/menu.h"

#define OUTPUT_FORMAT(word) extern const Format format_##word;
#include "plots/formats/table.h"
#undef OUTPUT_FORMAT

#define OUTPUT_FORMAT(word) &format_##word,
static const Format *const MENU[] = {
#include "plots/formats/table.h"
};
#undef OUTPUT_FORMAT

MENU_LOOKUPS(Format, format)
