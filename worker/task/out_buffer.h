/*
 * out_buffer.h - the encoded bytes of one batch, referred to by the messages that librdkafka still holds.
 *
 * Messages are produced without a copy: each holds one reference, which its delivery report gives back; the last one
 * returns the buffer to the pool. A pool and its buffers belong to one thread; delivery reports come to it because
 * that thread serves them.
 */
#ifndef KC_TASK_OUT_BUFFER_H
#define KC_TASK_OUT_BUFFER_H

#include <kconnect/pipeline.h>

#include "base/error.h"

enum {
    KC_OUT_KEEP_BYTES =
        16 << 20, /* of idle buffers that a pool keeps: as much as may be in use, so none is mapped anew */
    KC_OUT_IN_USE_BYTES = 16 << 20, /* above this no new batch is begun until delivery reports came */
};

struct kc_out {
    struct kc_bytes bytes; /* first: kc_bytes.grow finds the rest through it */
    uint32_t refs;
    uint32_t reserved;
    struct kc_out_pool *pool;
    struct kc_out *next;
};

struct kc_out_pool {
    struct kc_out *idle;
    size_t idle_bytes;
    size_t in_use_bytes;  /* capacity of the buffers that are handed out */
    size_t limit_bytes;   /* of one buffer; 0: INT32_MAX */
    size_t keep_bytes;    /* of idle buffers; 0: KC_OUT_KEEP_BYTES */
    size_t refused_bytes; /* what a buffer would have needed, had it not been above the limit; 0: none was */
};

/* An empty buffer with one reference, the caller's. NULL: out of memory. */
struct kc_out *kc_out_take(struct kc_out_pool *pool);
void kc_out_ref(struct kc_out *o);
/* Gives one reference back. NULL is ignored. */
void kc_out_unref(struct kc_out *o);
/* Frees the idle buffers. None may be in use any more. */
void kc_out_pool_finish(struct kc_out_pool *pool);

#endif
