#include "dataworks_value.h"

#include "side.h"

#include <kconnect/sdk.h>

static kc_status absent(const struct kc_dw_column *c, struct kc_error *err)
{
    return kc_fail(
        err, KC_ERR_RECORD,
        "key column %.*s is missing from the row image of a record for %s; set binlog_row_image=FULL",
        (int)c->name.len, c->name.ptr, c->table);
}

/* The key of one record; *is_null is set where there is none. */
static kc_status put_key(struct kc_out *o, const struct kc_dw_table *t, const struct kc_value *key,
                         bool *is_null, struct kc_error *err)
{
    const struct kc_value *values = key;
    bool several = t->n_columns > 1;

    *is_null = key->type == KC_NULL || t->n_columns == 0;
    if (*is_null)
        return KC_OK;
    if (key->type == KC_STRUCT) {
        if (key->len != t->n_columns)
            return kc_fail(err, KC_ERR_RECORD,
                           "a key for %s has %u values for %u columns; this is a fault of the source",
                           t->label, key->len, t->n_columns);
        values = key->as.items;
    }
    if (several && !kc_out_put(o, "[", 1))
        return KC_ERR_NOMEM;
    for (uint32_t i = 0; i < t->n_columns; i++) {
        kc_status status = KC_OK;

        if (i > 0 && !kc_out_put(o, ",", 1))
            return KC_ERR_NOMEM;
        if (values[i].type != KC_NULL)
            status =
                kc_dw_put_value(o, &t->columns[i], &values[i], several ? KC_DW_KEY_PART : KC_DW_KEY, err);
        else if (values[i].flags & KC_VALUE_ABSENT)
            status = absent(&t->columns[i], err);
        else if (!several)
            *is_null = true; /* a unique key instead of a primary one may hold NULL */
        else if (!kc_out_put(o, "null", 4))
            status = KC_ERR_NOMEM;
        if (status < 0)
            return status;
    }
    return several && !kc_out_put(o, "]", 1) ? KC_ERR_NOMEM : KC_OK;
}

kc_status kc_dw_encode_keys(struct kc_dataworks *d, struct kc_batch *b, struct kc_bytes *out,
                            struct kc_slices *slices, struct kc_error *err)
{
    kc_status status = KC_OK;
    struct kc_out o;

    kc_out_begin(&o, out);
    for (uint32_t i = 0; status >= 0 && i < b->n_records; i++) {
        const struct kc_record *rec = kc_batch_at(b, i);
        uint64_t start = kc_out_at(&o), n_slices = slices->len;
        struct kc_dw_table *t;
        bool is_null = true;

        if (rec->flags & (KC_REC_DROPPED | KC_REC_FAILED))
            continue;
        t = kc_dw_cache_find(&d->cache, rec);
        if (t == NULL) {
            status = KC_ERR_NOMEM;
        } else if (t->why.status < 0) {
            status = kc_fail(err, t->why.status, "%s", t->why.message);
        } else {
            status = put_key(&o, t, &rec->key, &is_null, err);
        }
        if (status == KC_ERR_NOMEM)
            status = kc_fail(err, KC_ERR_NOMEM, "out of memory while writing a key");
        if (status >= 0)
            status = kc_slice_add(slices, &o, start, i, is_null, err);
        if (status < 0)
            status = kc_give_up(d->ctx, b, i, &o, start, slices, n_slices, status, err);
    }
    kc_out_end(&o);
    return status;
}
