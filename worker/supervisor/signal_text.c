#include "supervisor/signal_text.h"

#include <string.h>

void kc_signal_copy(char *to, size_t size, const char *text)
{
    to[0] = '\0';
    kc_signal_append(to, size, text);
}

void kc_signal_append(char *to, size_t size, const char *text)
{
    size_t at = strnlen(to, size - 1);
    size_t n = strnlen(text, size - 1 - at);

    memmove(to + at, text, n);
    to[at + n] = '\0';
}

void kc_signal_append_hex(char *to, size_t size, uint64_t value)
{
    char digits[2 + 16 + 1];
    size_t at = sizeof(digits) - 1;

    digits[at] = '\0';
    do {
        digits[--at] = "0123456789abcdef"[value & 15];
        value >>= 4;
    } while (value != 0);
    digits[--at] = 'x';
    digits[--at] = '0';
    kc_signal_append(to, size, digits + at);
}
