#include "side.h"

#include <kconnect/sdk.h>

kc_status kc_no_memory(struct kc_error *err)
{
    return kc_fail(err, KC_ERR_NOMEM, "out of memory while converting a record");
}

kc_status kc_slice_add(struct kc_slices *slices, const struct kc_out *o, uint64_t start, uint32_t record,
                       bool is_null, struct kc_error *err)
{
    uint64_t len = kc_out_at(o) - start;

    if (len > UINT32_MAX)
        return kc_fail(err, KC_ERR_RECORD, "a message is longer than 4 GiB");
    if (slices->cap == slices->len && slices->grow(slices, 1) < 0)
        return kc_no_memory(err);
    slices->list[slices->len++] = (struct kc_slice){start, (uint32_t)len, record, is_null, 0};
    return KC_OK;
}

kc_status kc_give_up(struct kc_ctx *ctx, struct kc_batch *b, uint32_t i, struct kc_out *o, uint64_t start,
                     struct kc_slices *slices, uint64_t n_slices, kc_status status, struct kc_error *err)
{
    o->cur = o->bytes->data + start;
    slices->len = n_slices;
    if (status != KC_ERR_RECORD)
        return status;
    kc_host->record_failed(ctx, b, i, err);
    return KC_OK;
}

kc_status kc_side_encode(void *self, struct kc_batch *b, struct kc_bytes *out, struct kc_slices *slices,
                         struct kc_error *err)
{
    const struct kc_side *s = self;
    bool keys = s->which == KC_FOR_KEY;
    kc_status status = KC_OK;
    struct kc_out o;

    kc_out_begin(&o, out);
    for (uint32_t i = 0; status >= 0 && i < b->n_records; i++) {
        const struct kc_record *rec = kc_batch_at(b, i);
        uint64_t start = kc_out_at(&o), n_slices = slices->len;
        bool is_null = false;

        if (rec->flags & (KC_REC_DROPPED | KC_REC_FAILED))
            continue;
        status = s->put(self, &o, keys ? rec->key_schema : rec->value_schema, keys ? &rec->key : &rec->value,
                        &is_null, err);
        if (status >= 0)
            status = kc_slice_add(slices, &o, start, i, is_null, err);
        if (status < 0)
            status = kc_give_up(s->ctx, b, i, &o, start, slices, n_slices, status, err);
    }
    kc_out_end(&o);
    return status;
}

static kc_status get_one(void *self, struct kc_arena *a, const struct kc_schema **schema, struct kc_value *v,
                         struct kc_error *err)
{
    const struct kc_side *s = self;

    if (v->type != KC_BYTES && v->type != KC_NULL)
        return kc_fail(
            err, KC_ERR_RECORD,
            "a converter was given a value to read that is not bytes; this is a fault of kconnect");
    return s->get(self, a, schema, v, err);
}

kc_status kc_side_decode(void *self, struct kc_batch *b, struct kc_error *err)
{
    const struct kc_side *s = self;

    for (uint32_t i = 0; i < b->n_records; i++) {
        struct kc_record *rec = kc_batch_at(b, i);
        bool keys = s->which == KC_FOR_KEY;
        kc_status status;

        if (rec->flags & (KC_REC_DROPPED | KC_REC_FAILED))
            continue;
        status = get_one(self, b->arena, keys ? &rec->key_schema : &rec->value_schema,
                         keys ? &rec->key : &rec->value, err);
        if (status == KC_ERR_RECORD)
            kc_host->record_failed(s->ctx, b, i, err);
        else if (status < 0)
            return status;
    }
    return KC_OK;
}

kc_status kc_side_encode_header(void *self, const struct kc_topic *topic, const struct kc_header *h,
                                struct kc_bytes *out, struct kc_error *err)
{
    const struct kc_side *s = self;
    bool is_null = false;
    kc_status status;
    struct kc_out o;
    uint64_t start;

    (void)topic;
    kc_out_begin(&o, out);
    start = kc_out_at(&o);
    status = s->put(self, &o, h->schema, &h->value, &is_null, err);
    if (status < 0 || is_null)
        o.cur = o.bytes->data + start;
    kc_out_end(&o);
    return status < 0 ? status : is_null ? KC_NOTHING : KC_OK;
}

kc_status kc_side_decode_header(void *self, const struct kc_topic *topic, struct kc_header *h,
                                struct kc_arena *a, struct kc_error *err)
{
    (void)topic;
    return get_one(self, a, &h->schema, &h->value, err);
}
