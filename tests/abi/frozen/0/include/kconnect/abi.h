/*
 * abi.h - version numbers, and the rules every structure of the ABI obeys.
 *
 * 1. A growable struct starts with `uint32_t struct_size`, set by whoever fills it to its own sizeof.
 *    New members go at the end; a member's offset, type and meaning never change within a major.
 * 2. A sealed struct (KC_SEALED) has one size for the whole major, because it lives in arrays. 3. No hole and
 * no tail padding anywhere, so a new member always changes sizeof. 4. Only fixed-width integers, double and
 * pointers cross: no bool, enum, long, size_t, bit-field, varargs, _Atomic. 5. flags: bits 0-15 may be
 * ignored by a reader that does not know them; an unknown bit 16-31 is a refusal. 6. Nothing here depends on
 * a preprocessor switch. LP64, little-endian.
 */
#ifndef KC_ABI_H
#define KC_ABI_H

#include <stddef.h>
#include <stdint.h>

#define KC_ABI_MAGIC UINT32_C(0x31434b63) /* bytes "cKC1" in the file */
#define KC_ABI_MAJOR 0 /* draft: host and plugin must match exactly; rules 1 to 6 bind from 1.0 on */
#define KC_ABI_MINOR 0

#define KC_FLAGS_MUST_UNDERSTAND UINT32_C(0xffff0000)

#ifdef __cplusplus
#define KC_BEGIN_DECLS        extern "C" {
#define KC_END_DECLS          }
#define KC_ASSERT(cond, text) static_assert(cond, text)
#else
#define KC_BEGIN_DECLS
#define KC_END_DECLS
#define KC_ASSERT(cond, text) _Static_assert(cond, text)
#endif

#define KC_EXPORT __attribute__((visibility("default")))

/* Freezes the size of a struct that is an array element. */
#define KC_SEALED(type, bytes) KC_ASSERT(sizeof(type) == (bytes), #type " is sealed in this major")

/* True when the other side filled `member`; always ask before touching a member newer than minor 0. */
#define KC_HAS(type, ptr, member) ((ptr)->struct_size >= offsetof(type, member) + sizeof((ptr)->member))
/* The same for a function pointer, which may also be NULL. */
#define KC_CAN(type, ptr, fn) (KC_HAS(type, ptr, fn) && (ptr)->fn != NULL)

KC_ASSERT(sizeof(void *) == 8, "the kconnect ABI is defined for 64-bit targets");

#endif
