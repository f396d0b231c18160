/* buf.h - a growing byte buffer, and JSON text written straight into it. */
#ifndef KC_BASE_BUF_H
#define KC_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Zero-initialise to make one; kc_buf_finish() frees it. Once an append runs out of memory `failed` is set and
 * every later append is ignored, so a caller checks once, at the end. Not thread-safe.
 */
struct kc_buf {
    char *data; /* NUL-terminated whenever it is not NULL */
    size_t len;
    size_t cap;
    bool failed;
};

void kc_buf_add(struct kc_buf *b, const void *bytes, size_t n);
void kc_buf_str(struct kc_buf *b, const char *text);
__attribute__((format(printf, 2, 3))) void kc_buf_printf(struct kc_buf *b, const char *fmt, ...);

/* Appends `n` bytes of UTF-8 as a JSON string with its quotes; invalid sequences become U+FFFD. */
void kc_buf_json(struct kc_buf *b, const char *text, size_t n);

/* Empties it and keeps its memory. */
void kc_buf_clear(struct kc_buf *b);

/* Hands over the text (free() it) and empties the buffer; NULL when an append had failed. */
char *kc_buf_take(struct kc_buf *b);
void kc_buf_finish(struct kc_buf *b);

#endif
