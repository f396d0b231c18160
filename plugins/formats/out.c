#include "out.h"

#include <stdlib.h>

void kc_out_begin(struct kc_out *o, struct kc_bytes *bytes)
{
    *o = (struct kc_out){.bytes = bytes};
    if (bytes->data == NULL) /* nothing was ever written into it, and C knows no offset from there */
        return;
    o->cur = bytes->data + bytes->len;
    o->end = bytes->data + bytes->cap;
}

void kc_out_end(struct kc_out *o)
{
    o->bytes->len = kc_out_at(o);
}

bool kc_out_grow(struct kc_out *o, size_t n)
{
    struct kc_bytes *b = o->bytes;

    b->len = kc_out_at(o);
    if (b->grow(b, n) < 0 || b->cap - b->len < n)
        return false;
    kc_out_begin(o, b); /* the buffer may have moved */
    return true;
}

static kc_status heap_grow(struct kc_bytes *b, uint64_t more)
{
    uint64_t cap = b->cap < 128 ? 256 : b->cap * 2;
    uint8_t *data;

    if (cap < b->len + more)
        cap = b->len + more;
    data = realloc(b->data, cap);
    if (data == NULL)
        return KC_ERR_NOMEM;
    b->data = data;
    b->cap = cap;
    return KC_OK;
}

void kc_heap_bytes_init(struct kc_bytes *b)
{
    *b = (struct kc_bytes){.struct_size = sizeof(*b), .grow = heap_grow};
}

void kc_heap_bytes_free(struct kc_bytes *b)
{
    free(b->data);
    kc_heap_bytes_init(b);
}
