/* utf8.h - what is well-formed UTF-8: table 3-7 of the Unicode standard (no overlong forms, no surrogates). */
#ifndef KC_BASE_UTF8_H
#define KC_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the sequence that begins at `text`, of which `n` (at least 1) may be read; 0: malformed or cut short. */
size_t kc_utf8_length(const char *text, size_t n);

/* True when all of the `n` bytes are well-formed. */
bool kc_utf8_valid(const char *text, size_t n);

#endif
