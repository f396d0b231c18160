#include "dataworks_prefix.h"

#include "dataworks_envelope.h"
#include "json_text.h"

#include <kconnect/sdk.h>

#include <stdlib.h>

struct kc_dw_zone {
    struct kc_dw_zone *next;
    struct kc_zone *zone;
    char *name;
};

void kc_dw_cache_init(struct kc_dw_cache *cache, const struct kc_dw_options *options, int32_t which)
{
    memset(cache, 0, sizeof(*cache));
    cache->options = *options;
    cache->which = which;
}

static void table_free(struct kc_dw_table *t)
{
    for (uint32_t i = 0; t->columns != NULL && i < t->n_columns; i++)
        free((void *)(uintptr_t)t->columns[i].name.ptr);
    free(t->columns);
    kc_heap_bytes_free(&t->names);
    kc_heap_bytes_free(&t->head);
    free(t->label);
    free(t);
}

void kc_dw_cache_finish(struct kc_dw_cache *cache)
{
    for (size_t i = 0; i < sizeof(cache->buckets) / sizeof(*cache->buckets); i++)
        while (cache->buckets[i] != NULL) {
            struct kc_dw_table *t = cache->buckets[i];

            cache->buckets[i] = t->next;
            table_free(t);
        }
    while (cache->zones != NULL) {
        struct kc_dw_zone *z = cache->zones;

        cache->zones = z->next;
        kc_zone_close(z->zone);
        free(z->name);
        free(z);
    }
}

/* One zone of each name, shared by all tables, so that its days are cached once. */
static struct kc_zone *find_zone(struct kc_dw_cache *cache, struct kc_str name, struct kc_error *err)
{
    struct kc_dw_zone *z;

    for (z = cache->zones; z != NULL; z = z->next)
        if (strlen(z->name) == name.len && memcmp(z->name, name.ptr, name.len) == 0)
            return z->zone;
    z = calloc(1, sizeof(*z));
    if (z == NULL || (z->name = strndup(name.ptr, name.len)) == NULL) {
        free(z);
        (void)kc_fail(err, KC_ERR_NOMEM, "out of memory");
        return NULL;
    }
    z->zone = kc_zone_open(name, err);
    if (z->zone == NULL) {
        free(z->name);
        free(z);
        return NULL;
    }
    z->next = cache->zones;
    cache->zones = z;
    return z->zone;
}

static kc_status no_memory(struct kc_error *err)
{
    return kc_fail(err, KC_ERR_NOMEM, "out of memory while preparing the documents of a table");
}

static bool put_word(struct kc_out *o, const char *text)
{
    return kc_out_put(o, text, strlen(text));
}

static bool put_name(struct kc_out *o, struct kc_str name)
{
    return kc_json_text(o, name.ptr, name.len);
}

/* Renders [,]"name": for each column, each at a multiple of 16. */
static kc_status make_names(struct kc_dw_table *t, struct kc_error *err)
{
    static const uint8_t padding[16] = {0};
    struct kc_out o;

    kc_heap_bytes_init(&t->names);
    kc_out_begin(&o, &t->names);
    for (uint32_t i = 0; i < t->n_columns; i++) {
        struct kc_dw_column *c = &t->columns[i];
        uint64_t start = kc_out_at(&o);

        if ((i > 0 && !put_word(&o, ",")) || !put_name(&o, c->name) || !put_word(&o, ":"))
            return no_memory(err);
        c->prefix_len =
            (uint16_t)(kc_out_at(&o) - start); /* names have at most 64 characters, escaped 6 * 256 bytes */
        if (!kc_out_put(&o, padding, 16 - c->prefix_len % 16))
            return no_memory(err);
    }
    kc_out_end(&o);
    for (uint64_t i = 0, at = 0; i < t->n_columns; at += t->columns[i].prefix_len / 16u * 16 + 16, i++)
        t->columns[i].prefix = t->names.data + at;
    return KC_OK;
}

/* Everything before the first image. */
static kc_status make_head(struct kc_dw_table *t, const struct kc_schema *key, const struct kc_dw_envelope *e,
                           struct kc_error *err)
{
    struct kc_out o;
    bool ok;

    kc_heap_bytes_init(&t->head);
    kc_out_begin(&o, &t->head);
    ok = put_word(&o, "{\"schema\":{\"dataColumn\":[");
    for (uint32_t i = 0; ok && i < t->n_columns; i++)
        ok = put_word(&o, i > 0 ? ",{\"name\":" : "{\"name\":") && put_name(&o, t->columns[i].name) &&
             put_word(&o, ",\"type\":\"") && put_word(&o, kc_dw_column_type(&t->columns[i])) &&
             put_word(&o, "\"}");
    ok = ok && put_word(&o, "],\"primaryKey\":[");
    for (uint32_t i = 0; ok && key != NULL && i < key->n_fields; i++)
        ok = (i == 0 || put_word(&o, ",")) && put_name(&o, key->fields[i].name);
    ok = ok && put_word(&o, "],\"source\":{\"dbType\":\"MySQL\",\"dbName\":") && put_name(&o, e->db) &&
         put_word(&o, ",\"tableName\":") && put_name(&o, e->table) &&
         put_word(&o, "}},\"payload\":{\"before\":");
    if (!ok)
        return no_memory(err);
    kc_out_end(&o);
    return KC_OK;
}

/* Copies names and decides kinds for the fields of a row or a key. */
static kc_status make_columns(struct kc_dw_table *t, const struct kc_field *fields, uint32_t n,
                              struct kc_zone *zone, const struct kc_dw_options *options, struct kc_error *err)
{
    t->columns = calloc(n > 0 ? n : 1, sizeof(*t->columns));
    if (t->columns == NULL)
        return no_memory(err);
    t->n_columns = n;
    for (uint32_t i = 0; i < n; i++) {
        struct kc_dw_column *c = &t->columns[i];
        kc_status status;

        if (fields[i].name.len > 256)
            return kc_fail(err, KC_ERR_RECORD, "a column name of %s is longer than 256 bytes", t->label);
        c->name = (struct kc_str){strndup(fields[i].name.ptr, fields[i].name.len), fields[i].name.len, 0};
        if (c->name.ptr == NULL)
            return no_memory(err);
        c->table = t->label;
        c->zone = zone;
        status = kc_dw_column_init(c, fields[i].schema, options, err);
        if (status < 0)
            return status;
    }
    return KC_OK;
}

/* The zone is a parameter of the row, and of the key only where the source gives it there too. */
static struct kc_zone *zone_of(struct kc_dw_cache *cache, const struct kc_schema *key,
                               const struct kc_schema *row, struct kc_error *err)
{
    const struct kc_value *name = NULL;

    if (row != NULL)
        name = kc_map_get(&row->params, "kconnect.time.zone");
    if (name == NULL && key != NULL)
        name = kc_map_get(&key->params, "kconnect.time.zone");
    if (name == NULL || name->type != KC_STRING)
        return find_zone(cache, kc_str("UTC"), err);
    return find_zone(cache, (struct kc_str){name->as.str, name->len, 0}, err);
}

static kc_status make_value(struct kc_dw_cache *cache, struct kc_dw_table *t, const struct kc_record *rec,
                            struct kc_error *err)
{
    struct kc_dw_envelope e;
    struct kc_zone *zone;
    kc_status status = kc_dw_envelope_read(rec, &e, err);

    if (status < 0)
        return status;
    if (asprintf(&t->label, "%.*s.%.*s", (int)e.db.len, e.db.ptr, (int)e.table.len, e.table.ptr) < 0) {
        t->label = NULL;
        return no_memory(err);
    }
    t->before = e.before;
    t->after = e.after;
    t->op = e.op;
    t->n_fields = rec->value_schema->n_fields;
    zone = zone_of(cache, rec->key_schema, e.row, err);
    if (zone == NULL)
        return err->status;
    status = make_columns(t, e.row->fields, e.row->n_fields, zone, &cache->options, err);
    if (status >= 0)
        status = make_names(t, err);
    if (status >= 0)
        status = make_head(t, rec->key_schema, &e, err);
    return status;
}

static kc_status make_key(struct kc_dw_cache *cache, struct kc_dw_table *t, const struct kc_record *rec,
                          struct kc_error *err)
{
    const struct kc_schema *key = rec->key_schema;
    struct kc_field alone = {{"key", 3, 0}, key};
    struct kc_zone *zone = zone_of(cache, key, kc_dw_row_schema(rec->value_schema), err);
    const struct kc_topic *topic = rec->topic;

    if (zone == NULL)
        return err->status;
    t->label = topic != NULL ? strndup(topic->name.ptr, topic->name.len) : strdup("a record without a topic");
    if (t->label == NULL)
        return no_memory(err);
    if (key == NULL)
        return KC_OK;
    if (key->type != KC_STRUCT)
        return make_columns(t, &alone, 1, zone, &cache->options, err);
    return make_columns(t, key->fields, key->n_fields, zone, &cache->options, err);
}

struct kc_dw_table *kc_dw_cache_make(struct kc_dw_cache *cache, const struct kc_record *rec)
{
    uint64_t value_id = rec->value_schema != NULL ? rec->value_schema->id : 0;
    uint64_t key_id = rec->key_schema != NULL ? rec->key_schema->id : 0;
    struct kc_dw_table **bucket = &cache->buckets[(value_id * 31 + key_id) % 256], *t;
    kc_status status;

    for (t = *bucket; t != NULL; t = t->next)
        if (t->value_id == value_id && t->key_id == key_id)
            return cache->last = t;
    t = calloc(1, sizeof(*t));
    if (t == NULL)
        return NULL;
    t->value_id = value_id;
    t->key_id = key_id;
    t->why.struct_size = sizeof(t->why);
    status =
        cache->which == KC_FOR_KEY ? make_key(cache, t, rec, &t->why) : make_value(cache, t, rec, &t->why);
    if (status == KC_ERR_NOMEM) {
        table_free(t);
        return NULL;
    }
    t->next = *bucket;
    *bucket = t;
    return cache->last = t;
}
