/* base64.h - RFC 4648 section 4: the standard alphabet, padded, without line breaks. */
#ifndef KC_FORMATS_BASE64_H
#define KC_FORMATS_BASE64_H

#include "out.h"

/* Appends 4 characters for every 3 bytes begun; false: out of memory. */
bool kc_base64(struct kc_out *o, const uint8_t *data, size_t n);

/* The opposite, into dst, which has n / 4 * 3 bytes; gives their number. False: not base64, padding included. */
bool kc_base64_decode(uint8_t *dst, const char *text, size_t n, size_t *len);

#endif
