/*
 * crash_symbol.h - from a program counter to "module+0xoffset function", inside a signal handler: system calls and
 * arithmetic only, no allocation, no lock, nothing of the dynamic linker (which may be what crashed).
 */
#ifndef KC_SUPERVISOR_CRASH_SYMBOL_H
#define KC_SUPERVISOR_CRASH_SYMBOL_H

#include <stddef.h>
#include <stdint.h>

/*
 * Writes the place of each of `n` addresses into texts[i] (each `width` bytes, NUL-terminated), for example
 * "kc-mysql.so+0x1a2b rows_next". Modules come from /proc/self/maps; names from the file's symbol table, which holds
 * local functions too unless the file was stripped. An address in no module is written as "0x...".
 */
void kc_crash_places(const uintptr_t *addresses, size_t n, char *texts, size_t width);

#endif
