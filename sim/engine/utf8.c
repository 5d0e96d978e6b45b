#include "sim/engine/utf8.h"

#include <stdbool.h>
#include <stdint.h>

/* Bytes that a first byte asks for, 0 when it can begin no character. */
static size_t wanted_bytes(uint8_t first) {
    if (first < 0x80) {
        return 1;
    }
    return first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
}

size_t utf8_character_bytes(const char *text, size_t room) {
    /* The least code point of so many bytes; what is below has a shorter form. */
    static const uint32_t LEAST[] = {[2] = 0x80, [3] = 0x800, [4] = 0x10000};
    uint8_t first = (uint8_t)text[0];
    size_t bytes = wanted_bytes(first);
    if (bytes <= 1 || bytes > room) {
        return bytes <= room ? bytes : 0;
    }
    uint32_t code = first & (0x7Fu >> bytes);
    for (size_t i = 1; i < bytes; i++) {
        if (((uint8_t)text[i] & 0xC0) != 0x80) {
            return 0;
        }
        code = code << 6 | ((uint8_t)text[i] & 0x3Fu);
    }
    bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    return code < LEAST[bytes] || code > 0x10FFFF || surrogate ? 0 : bytes;
}
