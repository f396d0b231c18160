/* utf8_line.h - a line of whatever bytes as UTF-8. */
#ifndef KC_FILE_UTF8_LINE_H
#define KC_FILE_UTF8_LINE_H

#include <stddef.h>

/*
 * Writes `n` bytes into `out`, which has room for 3 * n, with U+FFFD for each piece that is no UTF-8, as Java's decoder puts
 * it there. Gives the length.
 */
size_t kc_utf8_line(const char *text, size_t n, char *out);
/* 1: the line is UTF-8 as it is. */
int kc_utf8_line_is(const char *text, size_t n);

#endif
