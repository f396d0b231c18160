/*
 * memory.h - the parts of task.memory.max.mb that this task may use for what it knows: so that the process stays below
 * the cap, at which the supervisor ends it (supervisor/memory_watch.h), or says itself which part was too small.
 */
#ifndef KC_TASK_MEMORY_H
#define KC_TASK_MEMORY_H

#include "base/error.h"
#include "task/arena.h"
#include "task/out_buffer.h"

enum { KC_MEMORY_DEFAULT_MB = 256 };

struct kc_memory {
    int64_t max_mb;
    size_t rows_bytes;    /* one batch as the source gives it: the arena */
    size_t encoded_bytes; /* one batch as the converters write it */
    size_t
        in_use_bytes;   /* encoded batches that wait for their acknowledgement, the one in hand not counted */
    size_t queue_bytes; /* records that librdkafka holds at once, unless it is one */
    size_t keep_bytes;  /* free memory that is kept for the next batch */
};

/* max_mb 0: the default. */
struct kc_memory kc_memory_plan(int64_t max_mb);

/* Tells glibc how much free memory to keep. */
void kc_memory_tune(const struct kc_memory *m);

/*
 * If `status` is KC_ERR_NOMEM because a batch was larger than its part: *err says so, with the key to raise. Gives the
 * status back. `pool` may be NULL.
 */
kc_status kc_memory_explain(const struct kc_memory *m, kc_status status, const struct kc_task_arena *arena,
                            const struct kc_out_pool *pool, struct kc_error *err);

#endif
