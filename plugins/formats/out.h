/*
 * out.h - appending to the host's growing buffer with one comparison per value.
 *
 * The pointers live here while a batch is written; the buffer's own `len` is only right after kc_out_end() or
 * inside its grow call. Writers below reserve with kc_out_room() first and then store without checks. Task thread only.
 */
#ifndef KC_FORMATS_OUT_H
#define KC_FORMATS_OUT_H

#include <kconnect/pipeline.h>

#include <stdbool.h>
#include <string.h>

enum { KC_OUT_PAD = 16 }; /* copies may write this much past their end, inside reserved room */

struct kc_out {
    uint8_t *cur;
    uint8_t *end;
    struct kc_bytes *bytes;
};

/* Starts appending behind what `bytes` already holds. */
void kc_out_begin(struct kc_out *o, struct kc_bytes *bytes);

/* Gives the position back to the buffer; the writer may be used on. */
void kc_out_end(struct kc_out *o);

/* Makes room for n more bytes and moves the pointers; false: out of memory. */
bool kc_out_grow(struct kc_out *o, size_t n);

/* Bytes appended since the buffer was empty: where a slice starts. */
static inline uint64_t kc_out_at(const struct kc_out *o)
{
    return (uint64_t)(o->cur - o->bytes->data);
}

/* True when n bytes and KC_OUT_PAD can be stored at `cur`. */
static inline bool kc_out_room(struct kc_out *o, size_t n)
{
    return __builtin_expect((size_t)(o->end - o->cur) >= n + KC_OUT_PAD, 1) || kc_out_grow(o, n + KC_OUT_PAD);
}

/* Appends n bytes of any length; false: out of memory. */
static inline bool kc_out_put(struct kc_out *o, const void *data, size_t n)
{
    if (!kc_out_room(o, n))
        return false;
    memcpy(o->cur, data, n);
    o->cur += n;
    return true;
}

/* Copies a short text in blocks of 16: `data` is readable, and *p writable, up to the next multiple of 16. */
static inline uint8_t *kc_put_padded(uint8_t *p, const uint8_t *data, size_t n)
{
    for (size_t i = 0; i < n; i += 16)
        memcpy(p + i, data + i, 16);
    return p + n;
}

/* Appends a string literal, whose length the compiler knows. */
#define kc_put_literal(p, text) (memcpy((p), (text), sizeof(text) - 1), (p) + sizeof(text) - 1)

/* A kc_bytes in ordinary memory, for texts that are made once; free with kc_heap_bytes_free(). */
void kc_heap_bytes_init(struct kc_bytes *b);
void kc_heap_bytes_free(struct kc_bytes *b);

#endif
