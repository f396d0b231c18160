/* arena.h - the host's side of a batch's bump allocator: chunks that are kept for the next batch. */
#ifndef KC_TASK_ARENA_H
#define KC_TASK_ARENA_H

#include <kconnect/record.h>

#include "base/error.h"

enum {
    KC_ARENA_CHUNK_BYTES = 256 << 10,
    KC_ARENA_KEEP_BYTES = 2 << 20, /* what a reset keeps for the next batch */
};

/* Make one with kc_arena_create(), hand &pub to plugins. Task thread only. */
struct kc_task_arena {
    struct kc_arena pub;         /* first: kc_arena_more() finds the rest through it */
    struct kc_arena_chunk *used; /* newest first; pub.cur points into the first */
    struct kc_arena_chunk *spare;
    size_t used_bytes;
    size_t spare_bytes;
    size_t limit_bytes;
    size_t
        refused_bytes; /* what the batch in hand would have needed, had it not been above the limit; 0: it was not */
};

/* NULL: out of memory. */
struct kc_task_arena *kc_arena_create(size_t limit_bytes);
void kc_arena_destroy(struct kc_task_arena *a);

/* kc_host.arena_grow: afterwards end - cur >= size. KC_ERR_NOMEM: the limit, or no memory. */
kc_status kc_arena_more(struct kc_arena *a, uint64_t size);
/* Everything handed out is gone; up to KC_ARENA_KEEP_BYTES of chunks stay. */
void kc_arena_reset(struct kc_task_arena *a);

#endif
