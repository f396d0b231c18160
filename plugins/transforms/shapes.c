#include "shapes.h"

#include <stdlib.h>

#include <kconnect/sdk.h>

struct kc_shape *kc_shapes_find(struct kc_shapes *s, uint64_t in, uint64_t variant)
{
    struct kc_shape *shape = s->last;

    if (shape != NULL && shape->in == in && shape->variant == variant)
        return shape;
    for (shape = s->buckets[(in ^ variant) % KC_SHAPES_BUCKETS]; shape != NULL; shape = shape->next)
        if (shape->in == in && shape->variant == variant)
            return s->last = shape;
    return NULL;
}

struct kc_shape *kc_shapes_add(struct kc_shapes *s, uint64_t in, uint64_t variant,
                               const struct kc_schema *out, int32_t *from, uint32_t n, struct kc_error *err)
{
    struct kc_shape *shape = calloc(1, sizeof(*shape)),
                    **bucket = &s->buckets[(in ^ variant) % KC_SHAPES_BUCKETS];

    if (shape == NULL) {
        free(from);
        kc_host->schema_unref(out);
        (void)kc_fail(err, KC_ERR_NOMEM, "out of memory for what a transform makes of a schema");
        return NULL;
    }
    *shape =
        (struct kc_shape){.next = *bucket, .in = in, .variant = variant, .out = out, .from = from, .n = n};
    *bucket = s->last = shape;
    s->count++;
    return shape;
}

static void free_list(struct kc_shape *shape)
{
    while (shape != NULL) {
        struct kc_shape *next = shape->next;

        kc_host->schema_unref(shape->out);
        free(shape->from);
        free(shape);
        shape = next;
    }
}

/* Moves every entry to one list. */
static struct kc_shape *take_all(struct kc_shapes *s)
{
    struct kc_shape *all = NULL;

    for (uint32_t i = 0; i < KC_SHAPES_BUCKETS; i++)
        while (s->buckets[i] != NULL) {
            struct kc_shape *shape = s->buckets[i];

            s->buckets[i] = shape->next;
            shape->next = all;
            all = shape;
        }
    s->last = NULL;
    s->count = 0;
    return all;
}

void kc_shapes_begin_batch(struct kc_shapes *s)
{
    if (s->count <= KC_SHAPES_KEPT)
        return;
    free_list(s->aside);
    s->aside = take_all(s);
}

void kc_shapes_finish(struct kc_shapes *s)
{
    free_list(s->aside);
    s->aside = NULL;
    free_list(take_all(s));
}
