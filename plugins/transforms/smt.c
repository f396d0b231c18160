#include "smt.h"

#include <stdlib.h>

struct kc_smt_block {
    struct kc_smt_block *next;
    max_align_t bytes[];
};

kc_status kc_smt_open(const struct kc_smt_type *type, enum kc_side side, struct kc_ctx *ctx,
                      const struct kc_map *config, void **self, struct kc_error *err)
{
    struct kc_smt *s = calloc(1, type->size);
    kc_status status = KC_OK;

    if (s == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory while opening %s", type->name);
    s->type = type;
    s->ctx = ctx;
    s->side = side;
    if (type->open != NULL)
        status = type->open(s, config, err);
    if (status < 0) {
        kc_smt_close(s);
        return status;
    }
    *self = s;
    return KC_OK;
}

kc_status kc_smt_apply(void *self, struct kc_batch *b, struct kc_error *err)
{
    struct kc_smt *s = self;

    kc_shapes_begin_batch(&s->shapes);
    for (uint32_t i = 0; i < b->n_records; i++) {
        struct kc_record *r = kc_batch_at(b, i);
        kc_status status;

        if ((r->flags & (KC_REC_SKIP | KC_REC_DROPPED | KC_REC_FAILED)) != 0)
            continue;
        status = s->type->record(s, b, r, err);
        if (status == KC_ERR_RECORD)
            kc_host->record_failed(s->ctx, b, i, err);
        else if (status < 0)
            return status;
    }
    return KC_OK;
}

void kc_smt_close(void *self)
{
    struct kc_smt *s = self;

    if (s == NULL)
        return;
    if (s->type->close != NULL)
        s->type->close(s);
    kc_shapes_finish(&s->shapes);
    while (s->memory != NULL) {
        struct kc_smt_block *next = s->memory->next;

        free(s->memory);
        s->memory = next;
    }
    free(s);
}

struct kc_view kc_smt_view(const struct kc_smt *s, struct kc_record *r)
{
    if (s->side == KC_SIDE_KEY)
        return (struct kc_view){&r->key_schema, &r->key};
    return (struct kc_view){&r->value_schema, &r->value};
}

void *kc_smt_alloc(struct kc_smt *s, size_t size, struct kc_error *err)
{
    struct kc_smt_block *block = calloc(1, sizeof(*block) + size);

    if (block == NULL) {
        (void)kc_fail(err, KC_ERR_NOMEM, "out of memory for the settings of %s", s->type->name);
        return NULL;
    }
    block->next = s->memory;
    s->memory = block;
    return block->bytes;
}

void *kc_smt_take(struct kc_batch *b, uint64_t size, struct kc_error *err)
{
    void *p = kc_arena_alloc(b->arena, size > 0 ? size : 1);

    if (p == NULL)
        (void)kc_fail(err, KC_ERR_NOMEM, "out of memory for the new values of a batch");
    return p;
}

const struct kc_topic *kc_smt_topic(struct kc_smt *s, const struct kc_record *r, struct kc_str name,
                                    struct kc_error *err)
{
    /* With a key as many partitions as sources ask for; without one what topic.creation.default.partitions says. */
    const struct kc_topic *t = kc_host->topic(s->ctx, name, r->key.type == KC_NULL ? 0 : 6);

    if (t == NULL)
        (void)kc_fail(err, KC_ERR_RECORD,
                      "%s makes \"%.*s\" out of topic %.*s, which is no legal topic name: 1 to 249 of "
                      "letters, digits, '.', '_' and '-'",
                      s->type->name, (int)name.len, name.ptr, (int)r->topic->name.len, r->topic->name.ptr);
    return t;
}
