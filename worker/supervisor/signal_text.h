/* signal_text.h - text in fixed buffers for signal handlers, where printf is not allowed. Always NUL-terminated. */
#ifndef KC_SUPERVISOR_SIGNAL_TEXT_H
#define KC_SUPERVISOR_SIGNAL_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* Copies and appends, cut to `size` bytes with the NUL. */
void kc_signal_copy(char *to, size_t size, const char *text);
void kc_signal_append(char *to, size_t size, const char *text);
/* Appends "0x1a2b". */
void kc_signal_append_hex(char *to, size_t size, uint64_t value);

#endif
