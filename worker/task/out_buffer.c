#include "task/out_buffer.h"

#include <stdlib.h>

enum { FIRST_BYTES = 64 << 10 };

static kc_status grow(struct kc_bytes *b, uint64_t more)
{
    struct kc_out *o = (struct kc_out *)(void *)b;
    uint64_t need, cap = b->cap;
    uint8_t *data;

    if (__builtin_add_overflow(b->len, more, &need) || need > INT32_MAX)
        return KC_ERR_NOMEM;
    if (need <= b->cap)
        return KC_OK;
    if (cap == 0)
        cap = FIRST_BYTES;
    while (cap < need)
        cap *= 2;
    data = realloc(b->data, cap);
    if (data == NULL)
        return KC_ERR_NOMEM;
    o->pool->in_use_bytes += cap - b->cap;
    b->data = data;
    b->cap = cap;
    return KC_OK;
}

struct kc_out *kc_out_take(struct kc_out_pool *pool)
{
    struct kc_out *o = pool->idle;

    if (o != NULL) {
        pool->idle = o->next;
        pool->idle_bytes -= o->bytes.cap;
        pool->in_use_bytes += o->bytes.cap;
        o->bytes.len = 0;
    } else {
        o = calloc(1, sizeof(*o));
        if (o == NULL)
            return NULL;
        o->bytes.struct_size = sizeof(o->bytes);
        o->bytes.grow = grow;
        o->pool = pool;
    }
    o->refs = 1;
    return o;
}

void kc_out_ref(struct kc_out *o)
{
    o->refs++;
}

void kc_out_unref(struct kc_out *o)
{
    struct kc_out_pool *pool;

    if (o == NULL || --o->refs > 0)
        return;
    pool = o->pool;
    pool->in_use_bytes -= o->bytes.cap;
    if (pool->idle_bytes + o->bytes.cap > KC_OUT_KEEP_BYTES) {
        free(o->bytes.data);
        free(o);
        return;
    }
    o->next = pool->idle;
    pool->idle = o;
    pool->idle_bytes += o->bytes.cap;
}

void kc_out_pool_finish(struct kc_out_pool *pool)
{
    while (pool->idle != NULL) {
        struct kc_out *o = pool->idle;

        pool->idle = o->next;
        free(o->bytes.data);
        free(o);
    }
    pool->idle_bytes = 0;
}
