#include "fixture.h"

#include "dataworks.h"

#include <kconnect/sdk.h>

#include <stdlib.h>

static void *owned[4096];
static size_t n_owned;
static struct result *current;
static char last_type[16];

static void *own(size_t size)
{
    assert_true(n_owned < sizeof(owned) / sizeof(*owned));
    owned[n_owned] = calloc(1, size);
    assert_non_null(owned[n_owned]);
    return owned[n_owned++];
}

int fixture_free_all(void **state)
{
    (void)state;
    while (n_owned > 0)
        free(owned[--n_owned]);
    return 0;
}

static void note_failure(struct kc_ctx *ctx, const struct kc_batch *b, uint32_t i, const struct kc_error *why)
{
    (void)ctx;
    kc_batch_at(b, i)->flags |= KC_REC_FAILED;
    current->failed[i] = true;
    memcpy(current->why[i], why->message, sizeof(why->message));
    assert_int_equal(why->status, KC_ERR_RECORD);
}

static const struct kc_host host = {.struct_size = sizeof(host), .record_failed = note_failure};
const struct kc_host *kc_host = &host;

static struct kc_schema *new_schema(uint8_t type, const char *name, int32_t version)
{
    static uint64_t last_id;
    struct kc_schema *s = own(sizeof(*s));

    s->struct_size = sizeof(*s);
    s->type = type;
    s->id = ++last_id;
    s->name = kc_str(name);
    s->version = version;
    return s;
}

static void set_param(struct kc_schema *s, const char *key, const char *value)
{
    struct kc_kv *kv = own(sizeof(*kv));

    kv->key = kc_str(key);
    kv->value = kc_string(value, (uint32_t)strlen(value));
    s->params = (struct kc_map){kv, 1, 0};
}

static struct kc_field *new_fields(struct kc_schema *s, uint32_t n)
{
    struct kc_field *fields = own(sizeof(*fields) * (n > 0 ? n : 1));

    s->fields = fields;
    s->n_fields = n;
    return fields;
}

static const struct kc_schema *column_schema(const struct column *c)
{
    struct kc_schema *s = new_schema(c->type, c->meaning, 1);

    if (c->scale != NULL)
        set_param(s, "scale", c->scale);
    return s;
}

static const char *const source_fields[] = {"version",  "connector", "name",  "ts_ms",  "snapshot",  "db",
                                            "sequence", "ts_us",     "ts_ns", "table",  "server_id", "gtid",
                                            "file",     "pos",       "row",   "thread", "query"};
enum { SOURCE_FIELDS = sizeof(source_fields) / sizeof(*source_fields), DB = 5, TABLE = 9 };

static const struct kc_schema *source_schema(void)
{
    struct kc_schema *s = new_schema(KC_STRUCT, "io.debezium.connector.mysql.Source", 0);
    struct kc_field *fields = new_fields(s, SOURCE_FIELDS);

    for (int i = 0; i < SOURCE_FIELDS; i++)
        fields[i] = (struct kc_field){kc_str(source_fields[i]), new_schema(KC_STRING, NULL, 0)};
    return s;
}

struct table *make_table(const char *db, const char *name, const struct column *columns, uint32_t n_columns,
                         const char *const *key_names, const char *zone)
{
    static const char *const names[] = {"before", "after", "source", "transaction",
                                        "op",     "ts_ms", "ts_us",  "ts_ns"};
    struct table *t = own(sizeof(*t));
    struct kc_schema *row = new_schema(KC_STRUCT, "p.db.t.Value", 0),
                     *key = new_schema(KC_STRUCT, "p.db.t.Key", 0);
    struct kc_schema *envelope = new_schema(KC_STRUCT, "p.db.t.Envelope", 2);
    struct kc_field *fields = new_fields(row, n_columns);

    for (uint32_t i = 0; i < n_columns; i++)
        fields[i] = (struct kc_field){kc_str(columns[i].name), column_schema(&columns[i])};
    if (zone != NULL)
        set_param(row, "kconnect.time.zone", zone);
    while (key_names[t->n_key] != NULL)
        t->n_key++;
    fields = new_fields(key, t->n_key);
    for (uint32_t k = 0; k < t->n_key; k++)
        for (uint32_t i = 0; i < n_columns; i++)
            if (strcmp(columns[i].name, key_names[k]) == 0) {
                t->key_index[k] = i;
                fields[k] = row->fields[i];
            }
    fields = new_fields(envelope, 8);
    for (int i = 0; i < 8; i++)
        fields[i] = (struct kc_field){kc_str(names[i]), new_schema(i < 5 ? KC_STRING : KC_INT64, NULL, 0)};
    fields[0].schema = fields[1].schema = row;
    fields[2].schema = source_schema();
    t->row = row;
    t->envelope = envelope;
    t->key = t->n_key > 0 ? key : NULL;
    t->db = db;
    t->name = name;
    t->columns = columns;
    t->n_columns = n_columns;
    return t;
}

struct kc_value null_value(void)
{
    return (struct kc_value){.type = KC_NULL};
}

struct kc_value absent_value(void)
{
    return (struct kc_value){.type = KC_NULL, .flags = KC_VALUE_ABSENT};
}

struct kc_value text(const char *s)
{
    return kc_string(s, (uint32_t)strlen(s));
}

struct kc_value whole(uint8_t type, int64_t v)
{
    struct kc_value r = {.type = type};

    r.as.i64 = v;
    return r;
}

struct kc_value unsigned_whole(uint64_t v)
{
    struct kc_value r = {.type = KC_UINT64};

    r.as.u64 = v;
    return r;
}

struct kc_value real(uint8_t type, double v)
{
    struct kc_value r = {.type = type};

    r.as.f64 = v;
    return r;
}

struct kc_value blob(const void *data, uint32_t n)
{
    struct kc_value r = {.type = KC_BYTES, .len = n};

    r.as.bytes = data;
    return r;
}

static struct kc_value struct_value(const struct kc_value *items, uint32_t n)
{
    struct kc_value r = {.type = KC_STRUCT, .len = n};
    struct kc_value *copy = own(sizeof(*copy) * (n > 0 ? n : 1));

    memcpy(copy, items, n * sizeof(*copy));
    r.as.items = copy;
    return r;
}

struct kc_record make_change(const struct table *t, const char *op, const struct kc_value *before,
                             const struct kc_value *after)
{
    static struct kc_topic topic;
    struct kc_value source[SOURCE_FIELDS] = {0}, value[8] = {0}, key[MAX_COLUMNS];
    const struct kc_value *row = after != NULL ? after : before;
    struct kc_record rec = {.partition = KC_ANY_PARTITION,
                            .event_us = 1614748870000000,
                            .checkpoint_ms = 1614748870000,
                            .sequence = 1614748790461000000,
                            .value_schema = t->envelope,
                            .key_schema = t->key};

    topic = (struct kc_topic){sizeof(topic), 0, kc_str("p_t")};
    source[DB] = text(t->db);
    source[TABLE] = text(t->name);
    if (before != NULL)
        value[0] = struct_value(before, t->n_columns);
    if (after != NULL)
        value[1] = struct_value(after, t->n_columns);
    value[2] = struct_value(source, SOURCE_FIELDS);
    value[4] = text(op);
    for (uint32_t i = 0; i < t->n_key; i++)
        key[i] = row[t->key_index[i]];
    if (t->n_key > 0)
        rec.key = struct_value(key, t->n_key);
    rec.value = struct_value(value, 8);
    rec.topic = &topic;
    return rec;
}

/* Grows by as little as it may, so that every place that forgets to reserve is found. */
static kc_status grow_bytes(struct kc_bytes *b, uint64_t more)
{
    uint8_t *data = malloc(b->len + more);

    if (b->len > 0)
        memcpy(data, b->data, b->len);
    free(b->data); /* moved on purpose: no pointer into it may have been kept */
    b->data = data;
    b->cap = b->len + more;
    return KC_OK;
}

static kc_status grow_slices(struct kc_slices *s, uint64_t more)
{
    assert_true(s->len + more <= MAX_SLICES);
    s->list = realloc(s->list, (s->len + more) * sizeof(*s->list));
    s->cap = s->len + more;
    return KC_OK;
}

static char *copy_text(const uint8_t *data, uint32_t n)
{
    static const char member[] = "\"systemTime\":";
    char *s = own(n + 1u), *at, *end;

    memcpy(s, data, n);
    at = strstr(s, member);
    if (at == NULL)
        return s;
    at += sizeof(member) - 1;
    for (end = at; *end >= '0' && *end <= '9'; end++) {
    }
    assert_true(end - at == 13);
    *at = '7';
    memmove(at + 1, end, strlen(end) + 1);
    return s;
}

struct result *encode_with(int32_t which, const char *const *options, struct kc_record *records, uint32_t n)
{
    const struct kc_converter_ops *ops = kc_dataworks_json.ops;
    struct kc_batch batch = {
        .struct_size = sizeof(batch), .record_size = sizeof(*records), .records = records, .n_records = n};
    struct kc_bytes out = {.struct_size = sizeof(out), .grow = grow_bytes};
    struct kc_slices slices = {.struct_size = sizeof(slices), .grow = grow_slices};
    struct kc_kv kvs[8];
    struct kc_map config = {kvs, 0, 0};
    struct result *r = own(sizeof(*r));
    void *self = NULL;

    for (; options != NULL && options[config.len * 2] != NULL; config.len++) {
        kvs[config.len].key = kc_str(options[config.len * 2]);
        kvs[config.len].value = text(options[config.len * 2 + 1]);
    }
    current = r;
    r->err.struct_size = sizeof(r->err);
    r->status = ops->open(NULL, &config, which, &self, &r->err);
    if (r->status < 0)
        return r;
    r->status = ops->encode(self, &batch, &out, &slices, &r->err);
    for (uint64_t i = 0; i < slices.len; i++) {
        const struct kc_slice *s = &slices.list[i];

        assert_true(s->start + s->len <= out.len);
        r->text[i] = s->is_null ? NULL : copy_text(out.data + s->start, s->len);
        r->record[i] = s->record;
    }
    r->n_slices = (uint32_t)slices.len;
    ops->close(self);
    free(out.data);
    free(slices.list);
    return r;
}

const char *value_of(const struct column *c, struct kc_value v, const char *zone, const char *const *options)
{
    static const char *const no_key[] = {NULL};
    struct kc_record rec = make_change(make_table("d", "t", c, 1, no_key, zone), "c", NULL, &v);
    struct result *r = encode_with(KC_FOR_VALUE, options, &rec, 1);
    char *at, *end;

    assert_int_equal(r->status, KC_OK);
    if (r->n_slices == 0) {
        assert_true(r->failed[0]);
        return r->why[0];
    }
    at = strstr(r->text[0], "\"type\":\"");
    assert_non_null(at);
    (void)snprintf(last_type, sizeof(last_type), "%.*s", (int)strcspn(at + 8, "\""), at + 8);
    at = strstr(r->text[0], "\"after\":{\"dataColumn\":{");
    assert_non_null(at);
    at = strchr(at + 23, ':') + 1;
    end = strstr(at, "}},\"sequenceId\"");
    assert_non_null(end);
    *end = 0;
    return at;
}

const char *type_of_last(void)
{
    return last_type;
}
