/* base64.h - bytes as text in answers. */
#ifndef KC_API_BASE64_H
#define KC_API_BASE64_H

#include "base/buf.h"

/* Appends `n` bytes in the standard alphabet of RFC 4648 with padding, without quotes. */
void kc_base64_add(struct kc_buf *b, const void *bytes, size_t n);

#endif
