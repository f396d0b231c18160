/*
 * shapes.h - what a transform makes of each input schema, worked out once: the output schema and where its fields come from.
 *
 * Keys are schema ids, which are unique and never used again, so an entry is never wrong. A shape holds one reference on
 * its output schema, and records of the batch in hand point to that schema: more than KC_SHAPES_KEPT entries are
 * therefore set aside when a batch begins, all at once, and thrown away when that happens the next time.
 */
#ifndef KC_TRANSFORMS_SHAPES_H
#define KC_TRANSFORMS_SHAPES_H

#include <kconnect/host.h>

enum { KC_SHAPES_KEPT = 1024, KC_SHAPES_BUCKETS = 64 };

struct kc_shape {
    struct kc_shape *next;
    uint64_t in;                 /* id of the input schema */
    uint64_t variant;            /* what else it depends on; 0 for most */
    const struct kc_schema *out; /* NULL: no output schema, or the input's */
    int32_t *from; /* the transform's own notes, usually: input field of each output field, -1: a new one */
    uint32_t n;    /* of `from` */
};

struct kc_shapes {
    struct kc_shape *buckets[KC_SHAPES_BUCKETS];
    struct kc_shape *last; /* asked for most recently: batches are mostly of one table */
    uint32_t count;
    struct kc_shape *aside; /* found no more, but their schemas may be in use */
};

/* The shape of a schema id, or NULL. Valid until the end of the batch. */
struct kc_shape *kc_shapes_find(struct kc_shapes *s, uint64_t in, uint64_t variant);

/*
 * Adds a shape. Takes over the caller's reference on `out` (may be NULL) and `from` (malloc, may be NULL), also when it
 * fails. NULL: out of memory, *err says so.
 */
struct kc_shape *kc_shapes_add(struct kc_shapes *s, uint64_t in, uint64_t variant,
                               const struct kc_schema *out, int32_t *from, uint32_t n, struct kc_error *err);

void kc_shapes_begin_batch(struct kc_shapes *s);
void kc_shapes_finish(struct kc_shapes *s);

#endif
