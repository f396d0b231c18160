#include "dataworks_value.h"

#include "json_number.h"
#include "side.h"

#include <kconnect/sdk.h>

#include <time.h>

/* The times of the document before, which most often are also those of the next. */
struct times {
    int64_t event_us;
    int64_t checkpoint_ms;
    int64_t system_ms; /* when this batch began */
    uint32_t len;      /* 0: nothing rendered yet */
    uint8_t text[160];
};

/* Sequence numbers of one task differ in their last digits only. */
struct sequence {
    uint64_t high; /* of the number before: all but its last eight digits */
    uint32_t len;  /* 0: nothing rendered yet */
    uint8_t text[KC_NUMBER_BYTES];
};

struct rendered {
    struct times times;
    struct sequence sequence;
};

#define TAIL(word) ",\"op\":\"" word "\",\"ddl\":null},\"version\":\"0.0.1\"}"

struct tail {
    const char *text;
    size_t len;
};

static const struct tail tail_insert = {TAIL("INSERT"), sizeof(TAIL("INSERT")) - 1};
static const struct tail tail_update = {TAIL("UPDATE"), sizeof(TAIL("UPDATE")) - 1};
static const struct tail tail_before = {TAIL("UPDATE_BEFOR"),
                                        sizeof(TAIL("UPDATE_BEFOR")) - 1}; /* so spelt there */
static const struct tail tail_after = {TAIL("UPDATE_AFTER"), sizeof(TAIL("UPDATE_AFTER")) - 1};
static const struct tail tail_delete = {TAIL("DELETE"), sizeof(TAIL("DELETE")) - 1};
static const struct tail tail_truncate = {TAIL("TRUNCATE"), sizeof(TAIL("TRUNCATE")) - 1};

static uint8_t *put_time(uint8_t *p, int64_t ms)
{
    return ms == KC_NO_TIMESTAMP ? kc_put_literal(p, "null") : kc_put_i64(p, ms);
}

static void render_times(struct times *t, const struct kc_record *rec)
{
    int64_t event_ms = rec->event_us;
    uint8_t *p = t->text;

    if (event_ms != KC_NO_TIMESTAMP)
        event_ms = event_ms / 1000 - (event_ms % 1000 < 0);
    p = kc_put_literal(p, ",\"timestamp\":{\"eventTime\":");
    p = put_time(p, event_ms);
    p = kc_put_literal(p, ",\"systemTime\":");
    p = put_time(p, t->system_ms);
    p = kc_put_literal(p, ",\"checkpointTime\":");
    p = put_time(p, rec->checkpoint_ms);
    *p++ = '}';
    t->event_us = rec->event_us;
    t->checkpoint_ms = rec->checkpoint_ms;
    t->len = (uint32_t)(p - t->text);
}

/* The member sequenceId; the number has more than eight digits unless it is very odd. */
static uint8_t *put_sequence(uint8_t *p, struct sequence *s, uint64_t number)
{
    uint64_t high = number / KC_EIGHT_DIGITS;

    if (number == 0)
        return kc_put_literal(p, ",\"sequenceId\":null");
    p = kc_put_literal(p, ",\"sequenceId\":\"");
    if (high == 0) {
        p = kc_put_u64(p, number);
    } else {
        if (s->len == 0 || s->high != high) {
            s->high = high;
            s->len = (uint32_t)(kc_put_u64(s->text, high) - s->text);
        }
        memcpy(p, s->text, sizeof(s->text));
        p = kc_put_eight_digits(p + s->len, (uint32_t)(number % KC_EIGHT_DIGITS));
    }
    *p++ = '"';
    return p;
}

static kc_status out_of_memory(struct kc_error *err)
{
    return kc_fail(err, KC_ERR_NOMEM, "out of memory while writing a document");
}

/* The slow half of a null: SQL NULL is written, a column that the server left out of the row image is an error. */
static kc_status put_null(struct kc_out *o, const struct kc_dw_column *c, const struct kc_value *v,
                          struct kc_error *err)
{
    if (v->flags & KC_VALUE_ABSENT)
        return kc_fail(err, KC_ERR_RECORD,
                       "column %.*s of %s is missing from the row image; set binlog_row_image=FULL on the "
                       "server, for its "
                       "sessions too",
                       (int)c->name.len, c->name.ptr, c->table);
    o->cur = kc_put_literal(o->cur, "null");
    return KC_OK;
}

/* One image as {"dataColumn":{...}}, or null. */
static kc_status put_image(struct kc_out *o, const struct kc_dw_table *t, const struct kc_value *row,
                           struct kc_error *err)
{
    if (row == NULL)
        return kc_out_put(o, "null", 4) ? KC_OK : out_of_memory(err);
    if (row->type != KC_STRUCT || row->len != t->n_columns)
        return kc_fail(err, KC_ERR_RECORD,
                       "a row of %s has %u values for %u columns; this is a fault of the source", t->label,
                       row->type == KC_STRUCT ? row->len : 0, t->n_columns);
    if (!kc_out_put(o, "{\"dataColumn\":{", 15))
        return out_of_memory(err);
    for (uint32_t i = 0; i < t->n_columns; i++) {
        const struct kc_dw_column *c = &t->columns[i];
        const struct kc_value *v = &row->as.items[i];
        kc_status status;

        if (!kc_out_room(o, c->prefix_len + 4u))
            return out_of_memory(err);
        o->cur = kc_put_padded(o->cur, c->prefix, c->prefix_len);
        status = v->type == KC_NULL ? put_null(o, c, v, err) : kc_dw_put_value(o, c, v, KC_DW_DOCUMENT, err);
        if (status < 0)
            return status == KC_ERR_NOMEM ? out_of_memory(err) : status;
    }
    return kc_out_put(o, "}}", 2) ? KC_OK : out_of_memory(err);
}

/* One whole document and its slice. */
static kc_status put_document(struct kc_out *o, const struct kc_dw_table *t, struct rendered *r,
                              const struct kc_record *rec, uint32_t i, const struct kc_value *before,
                              const struct kc_value *after, const struct tail *tail, struct kc_slices *slices,
                              struct kc_error *err)
{
    const struct times *times = &r->times;
    uint64_t start = kc_out_at(o);
    kc_status status;

    if (!kc_out_put(o, t->head.data, t->head.len))
        return out_of_memory(err);
    status = put_image(o, t, before, err);
    if (status < 0)
        return status;
    if (!kc_out_put(o, ",\"after\":", 9))
        return out_of_memory(err);
    status = put_image(o, t, after, err);
    if (status < 0)
        return status;
    if (!kc_out_room(o, 64 + sizeof(times->text) + tail->len))
        return out_of_memory(err);
    o->cur = put_sequence(o->cur, &r->sequence, rec->sequence);
    memcpy(o->cur, times->text,
           sizeof(times->text)); /* a fixed length is a few stores; the rest is overwritten */
    o->cur += times->len;
    memcpy(o->cur, tail->text, tail->len);
    o->cur += tail->len;
    return kc_slice_add(slices, o, start, i, false, err);
}

static kc_status lacks(const struct kc_dw_table *t, char op, const char *image, struct kc_error *err)
{
    return kc_fail(err, KC_ERR_RECORD,
                   "a change of %s with op \"%c\" has no row %s the change; this is a fault of the source",
                   t->label, op, image);
}

/* The documents of one change event. */
static kc_status put_change(struct kc_dataworks *d, struct kc_out *o, const struct kc_dw_table *t,
                            struct rendered *r, const struct kc_record *rec, uint32_t i,
                            struct kc_slices *slices, struct kc_error *err)
{
    const struct kc_value *items = rec->value.as.items, *before, *after, *op;
    kc_status status;

    if (rec->value.type != KC_STRUCT || rec->value.len != t->n_fields)
        return kc_fail(err, KC_ERR_RECORD,
                       "a change of %s is not what its schema says; this is a fault of the source", t->label);
    before = items[t->before].type != KC_NULL ? &items[t->before] : NULL;
    after = items[t->after].type != KC_NULL ? &items[t->after] : NULL;
    op = &items[t->op];
    if (op->type != KC_STRING || op->len != 1)
        return kc_fail(err, KC_ERR_RECORD,
                       "a change of %s has no op of one letter; this is a fault of the source", t->label);
    switch (op->as.str[0]) {
    case 'c':
    case 'r':
        if (after == NULL)
            return lacks(t, op->as.str[0], "after", err);
        return put_document(o, t, r, rec, i, NULL, after, &tail_insert, slices, err);
    case 'd':
        if (before == NULL)
            return lacks(t, 'd', "before", err);
        return put_document(o, t, r, rec, i, before, NULL, &tail_delete, slices, err);
    case 'u':
        if (before == NULL || after == NULL)
            return lacks(t, 'u', before == NULL ? "before" : "after", err);
        if (d->cache.options.single_update)
            return put_document(o, t, r, rec, i, before, after, &tail_update, slices, err);
        status = put_document(o, t, r, rec, i, before, NULL, &tail_before, slices, err);
        if (status < 0)
            return status;
        return put_document(o, t, r, rec, i, NULL, after, &tail_after, slices, err);
    case 't': return put_document(o, t, r, rec, i, NULL, NULL, &tail_truncate, slices, err);
    default:
        return kc_fail(err, KC_ERR_RECORD,
                       "a change of %s has op \"%c\", which dataworks-json has no word for", t->label,
                       op->as.str[0]);
    }
}

kc_status kc_dw_encode_values(struct kc_dataworks *d, struct kc_batch *b, struct kc_bytes *out,
                              struct kc_slices *slices, struct kc_error *err)
{
    struct rendered r = {.times.len = 0, .sequence.len = 0};
    struct times *times = &r.times;
    kc_status status = KC_OK;
    struct timespec now;
    struct kc_out o;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    times->system_ms = now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
    kc_out_begin(&o, out);
    for (uint32_t i = 0; status >= 0 && i < b->n_records; i++) {
        const struct kc_record *rec = kc_batch_at(b, i);
        uint64_t start = kc_out_at(&o), n_slices = slices->len;
        struct kc_dw_table *t;

        if ((rec->flags & (KC_REC_DROPPED | KC_REC_FAILED)) || rec->value.type == KC_NULL)
            continue;
        t = kc_dw_cache_find(&d->cache, rec);
        if (t == NULL) {
            status = out_of_memory(err);
            break;
        }
        if (times->len == 0 || times->event_us != rec->event_us || times->checkpoint_ms != rec->checkpoint_ms)
            render_times(times, rec);
        if (t->why.status < 0) {
            status = kc_fail(err, t->why.status, "%s", t->why.message);
        } else {
            status = put_change(d, &o, t, &r, rec, i, slices, err);
        }
        if (status < 0)
            status = kc_give_up(d->ctx, b, i, &o, start, slices, n_slices, status, err);
    }
    kc_out_end(&o);
    return status;
}
