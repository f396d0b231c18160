#include "task/pairing.h"

static kc_status bytes_of(const struct kc_slice *s, const struct kc_bytes *b, const void **ptr, uint32_t *len,
                          struct kc_error *err)
{
    if (s->is_null != 0) {
        *ptr = NULL;
        *len = 0;
        return KC_OK;
    }
    if (s->start > b->len || s->len > b->len - s->start)
        return kc_fail(err, KC_ERR_FATAL, "a converter gave a slice that lies outside of its output");
    *ptr = s->len == 0 ? (const void *)"" : b->data + s->start; /* an empty text is not null */
    *len = s->len;
    return KC_OK;
}

kc_status kc_pairing_next(struct kc_pairing *p, struct kc_pair *out, struct kc_error *err)
{
    const struct kc_slice *value, *key;
    kc_status status;

    if (p->next_value == p->values->len)
        return KC_NOTHING;
    value = &p->values->list[p->next_value++];
    if (value->record >= p->batch->n_records || !kc_is_live(kc_batch_at(p->batch, value->record)))
        return kc_fail(err, KC_ERR_FATAL, "the value converter gave a slice for a record that is not there");
    if (value->record < p->record)
        return kc_fail(err, KC_ERR_FATAL, "the value converter gave slices out of order");
    p->record = value->record;
    /* Passes over the keys of records without a value, and of those that the value converter refused. */
    while (p->next_key < p->keys->len && p->keys->list[p->next_key].record < value->record)
        p->next_key++;
    if (p->next_key == p->keys->len || p->keys->list[p->next_key].record != value->record)
        return kc_fail(err, KC_ERR_FATAL, "the key converter did not give exactly one slice for each record");
    key = &p->keys->list[p->next_key];
    status = bytes_of(key, p->key_bytes, &out->key, &out->key_len, err);
    if (status == KC_OK)
        status = bytes_of(value, p->value_bytes, &out->value, &out->value_len, err);
    out->record = kc_batch_at(p->batch, value->record);
    out->index = value->record;
    return status;
}

static bool find_key(const struct kc_pairing *p, const struct kc_slices *keys, uint32_t record,
                     const void **key, uint32_t *len)
{
    struct kc_error ignored = KC_ERROR_INIT;

    for (uint64_t i = 0; i < keys->len; i++) {
        if (keys->list[i].record == record)
            return bytes_of(&keys->list[i], p->key_bytes, key, len, &ignored) == KC_OK;
    }
    return false;
}

bool kc_pairing_key(const struct kc_pairing *p, uint32_t record, const void **key, uint32_t *len)
{
    return find_key(p, p->keys, record, key, len) ||
           (p->late_keys != NULL && find_key(p, p->late_keys, record, key, len));
}
