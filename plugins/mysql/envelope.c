#include "envelope.h"

#include <string.h>

#include <kconnect/sdk.h>

static struct kc_value text_value(const char *text)
{
    return kc_string(text, (uint32_t)strlen(text));
}

static struct kc_value str_value(struct kc_str s)
{
    return kc_string(s.ptr, s.len);
}

static struct kc_value int_value(uint8_t type, int64_t v)
{
    struct kc_value r = {type, 0, 0, 0, {0}};

    r.as.i64 = v;
    return r;
}

static struct kc_value struct_value(const struct kc_value *items, uint32_t n)
{
    struct kc_value r = {KC_STRUCT, 0, 0, n, {0}};

    r.as.items = items;
    return r;
}

void kc_envelope_facts(const struct kc_envelope *e, struct kc_event_facts *f)
{
    static const struct kc_value null_value;
    struct kc_value *s = f->source;

    s[KC_SOURCE_VERSION] = text_value(KC_VERSION);
    s[KC_SOURCE_CONNECTOR] = text_value(e->connector);
    s[KC_SOURCE_NAME] = text_value(e->prefix);
    s[KC_SOURCE_TS_MS] = kc_int64(f->event_us / 1000);
    s[KC_SOURCE_SNAPSHOT] = f->snapshot ? text_value("true") : text_value("false");
    s[KC_SOURCE_DB] = text_value(f->table->database);
    s[KC_SOURCE_SEQUENCE] = null_value;
    s[KC_SOURCE_TS_US] = kc_int64(f->event_us);
    s[KC_SOURCE_TS_NS] = kc_int64(f->event_us * 1000);
    s[KC_SOURCE_TABLE] = text_value(f->table->name);
    s[KC_SOURCE_SERVER_ID] = kc_int64(f->server_id);
    s[KC_SOURCE_GTID] = f->gtid.len > 0 ? str_value(f->gtid) : null_value;
    s[KC_SOURCE_FILE] = str_value(f->file);
    s[KC_SOURCE_POS] = kc_int64((int64_t)f->pos);
    s[KC_SOURCE_ROW] = int_value(KC_INT32, 0);
    s[KC_SOURCE_THREAD] = f->thread != 0 ? kc_int64(f->thread) : null_value;
    s[KC_SOURCE_QUERY] = null_value;
}

static const struct kc_value *op_value(char op)
{
    static const struct kc_value create = {KC_STRING, 0, 0, 1, {.str = "c"}},
                                 update = {KC_STRING, 0, 0, 1, {.str = "u"}},
                                 delete = {KC_STRING, 0, 0, 1, {.str = "d"}},
                                 read = {KC_STRING, 0, 0, 1, {.str = "r"}};

    return op == 'c' ? &create : op == 'u' ? &update : op == 'd' ? &delete : &read;
}

/* One allocation a record: the envelope's fields, the source's fields, the key's. */
kc_status kc_envelope_record(const struct kc_event_facts *f, char op, uint32_t row,
                             const struct kc_value *before, const struct kc_value *after,
                             struct kc_arena *arena, struct kc_record *rec, struct kc_error *err)
{
    const struct kc_table *t = f->table;
    const struct kc_value *image = after != NULL ? after : before;
    struct kc_value *v =
        kc_arena_alloc(arena, (KC_ENVELOPE_FIELDS + KC_SOURCE_FIELDS + (uint64_t)t->n_key) * sizeof(*v));
    struct kc_value *source, *key;

    if (v == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for a record of %s.%s", t->database, t->name);
    source = v + KC_ENVELOPE_FIELDS;
    key = source + KC_SOURCE_FIELDS;
    memcpy(source, f->source, sizeof(f->source));
    source[KC_SOURCE_ROW].as.i64 = row;
    v[KC_ENVELOPE_BEFORE] = before != NULL ? struct_value(before, t->n_columns) : (struct kc_value){0};
    v[KC_ENVELOPE_AFTER] = after != NULL ? struct_value(after, t->n_columns) : (struct kc_value){0};
    v[KC_ENVELOPE_SOURCE] = struct_value(source, KC_SOURCE_FIELDS);
    v[KC_ENVELOPE_TRANSACTION] = (struct kc_value){0};
    v[KC_ENVELOPE_OP] = *op_value(op);
    v[KC_ENVELOPE_TS_MS] = kc_int64(f->now_ns / 1000000);
    v[KC_ENVELOPE_TS_US] = kc_int64(f->now_ns / 1000);
    v[KC_ENVELOPE_TS_NS] = kc_int64(f->now_ns);
    memset(rec, 0, sizeof(*rec));
    rec->timestamp_ms = KC_NO_TIMESTAMP;
    rec->topic = t->topic;
    rec->value_schema = t->envelope_schema;
    rec->value = struct_value(v, KC_ENVELOPE_FIELDS);
    rec->event_us = f->event_us;
    rec->partition = 0; /* rows without a key keep their order in one partition */
    if (t->n_key > 0) {
        for (uint32_t i = 0; i < t->n_key; i++)
            key[i] = image[t->key[i]];
        /* A zero date can make a sole key column NULL; then the record has no key to choose a partition by. */
        rec->partition = t->n_key == 1 && key[0].type == KC_NULL ? 0 : KC_ANY_PARTITION;
        rec->key_schema = t->key_schema;
        rec->key = struct_value(key, t->n_key);
    }
    return KC_OK;
}

static bool same_value(const struct kc_value *a, const struct kc_value *b)
{
    if (a->type != b->type)
        return false;
    switch (a->type) {
    case KC_NULL: return true;
    case KC_STRING:
    case KC_BYTES: return a->len == b->len && memcmp(a->as.bytes, b->as.bytes, a->len) == 0;
    default: return a->as.u64 == b->as.u64;
    }
}

bool kc_envelope_key_changed(const struct kc_table *t, const struct kc_value *before,
                             const struct kc_value *after)
{
    for (uint32_t i = 0; i < t->n_key; i++)
        if (!same_value(&before[t->key[i]], &after[t->key[i]]))
            return true;
    return false;
}
