/*
 * utf8: which bytes are UTF-8 text (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. It knows no
 * letters and no widths.
 */
#ifndef SIM_ENGINE_UTF8_H
#define SIM_ENGINE_UTF8_H

#include <stddef.h>

/* Stands for a byte that is no UTF-8 wherever text is written: U+FFFD. */
#define UTF8_REPLACEMENT "\xEF\xBF\xBD"

/* Most bytes of a character. As `room` it suits any text that ends in NUL, which no character goes beyond. */
enum { UTF8_MOST_BYTES = 4 };

/* Bytes of the character that begins a text of `room` (>= 1) bytes: 1 .. 4; 0 when it begins with none. */
size_t utf8_character_bytes(const char *text, size_t room);

#endif
