/*
 * text_encoding.h - text in the encoding that `converter.encoding` names, to UTF-8 and back.
 *
 * UTF-8 and what equals it is copied; every other encoding goes through the C library's iconv, which knows Java's names.
 * A character that the encoding lacks becomes '?', bytes that mean nothing become U+FFFD, both as in Java. UTF-16
 * without a byte order is written big-endian behind a byte order mark, and read by its mark or else big-endian.
 */
#ifndef KC_FORMATS_TEXT_ENCODING_H
#define KC_FORMATS_TEXT_ENCODING_H

#include "out.h"

#include <kconnect/host.h>

struct kc_text_encoding;

/* Opens an encoding by name; NULL: unknown, or out of memory. Free with kc_text_encoding_close(). */
struct kc_text_encoding *kc_text_encoding_open(struct kc_str name, struct kc_error *err);
void kc_text_encoding_close(struct kc_text_encoding *e);

/* Appends UTF-8 text in this encoding; ill-formed UTF-8 is repaired first. */
kc_status kc_text_encode(struct kc_text_encoding *e, struct kc_out *o, const char *text, size_t n,
                         struct kc_error *err);

/* True when kc_text_encode() copies, so that text can be written in place. */
bool kc_text_is_utf8(const struct kc_text_encoding *e);

/* Turns bytes into a STRING, which is the bytes themselves where they are good UTF-8, and otherwise in the arena. */
kc_status kc_text_decode(struct kc_text_encoding *e, struct kc_arena *a, const uint8_t *data, size_t n,
                         struct kc_value *out, struct kc_error *err);

#endif
