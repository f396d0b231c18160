/*
 * json_syntax.h - is this text exactly one JSON value? For bytes that are shown as they are, never parsed
 * into numbers.
 */
#ifndef KC_API_JSON_SYNTAX_H
#define KC_API_JSON_SYNTAX_H

#include <stdbool.h>
#include <stddef.h>

/* Deeper nesting is treated as "not JSON". */
#define KC_JSON_SYNTAX_DEPTH 256

/* True when `n` bytes are one value of RFC 8259 with only white space around it: strict, and valid UTF-8. */
bool kc_json_syntax(const char *text, size_t n);

#endif
