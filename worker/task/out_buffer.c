#include "task/out_buffer.h"

#include <stdlib.h>

enum {
    FIRST_BYTES = 64 << 10,
    LARGE_BYTES = 4 << 20, /* a buffer of this size grows by a quarter, a smaller one to twice its size */
};

static uint64_t limit_of(const struct kc_out_pool *pool)
{
    return pool->limit_bytes > 0 && pool->limit_bytes < INT32_MAX ? pool->limit_bytes : INT32_MAX;
}

/* At least `need`, with room for more, unless that is too much. */
static uint64_t next_capacity(uint64_t cap, uint64_t need, uint64_t limit)
{
    if (cap == 0)
        cap = FIRST_BYTES;
    while (cap < need)
        cap += cap < LARGE_BYTES ? cap : cap / 4;
    return cap < limit ? cap : limit;
}

static kc_status grow(struct kc_bytes *b, uint64_t more)
{
    struct kc_out *o = (struct kc_out *)(void *)b;
    uint64_t need, cap;
    uint8_t *data;

    if (__builtin_add_overflow(b->len, more, &need) || need > limit_of(o->pool)) {
        o->pool->refused_bytes = b->len + more;
        return KC_ERR_NOMEM;
    }
    if (need <= b->cap)
        return KC_OK;
    cap = next_capacity(b->cap, need, limit_of(o->pool));
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
    if (pool->idle_bytes + o->bytes.cap > (pool->keep_bytes > 0 ? pool->keep_bytes : KC_OUT_KEEP_BYTES)) {
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
