#include "task/schema_store.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 256 };

struct block { /* one allocation of a schema's copy */
    struct block *next;
    max_align_t bytes[];
};

struct entry {
    struct kc_schema pub; /* first: a schema leads to its entry */
    struct kc_schemas *store;
    struct entry *next;
    uint64_t refs; /* under the store's lock */
    struct block *blocks;
};

struct kc_schemas {
    pthread_mutex_t lock;
    uint64_t last_id;
    size_t count;
    struct entry *buckets[BUCKETS];
};

struct kc_schemas *kc_schemas_create(void)
{
    struct kc_schemas *s = calloc(1, sizeof(*s));

    if (s != NULL)
        (void)pthread_mutex_init(&s->lock, NULL);
    return s;
}

static void free_entry(struct entry *e)
{
    while (e->blocks != NULL) {
        struct block *next = e->blocks->next;

        free(e->blocks);
        e->blocks = next;
    }
    free(e);
}

void kc_schemas_destroy(struct kc_schemas *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < BUCKETS; i++) {
        while (s->buckets[i] != NULL) {
            struct entry *e = s->buckets[i];

            s->buckets[i] = e->next;
            free_entry(e);
        }
    }
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}

/* FNV-1a, 64 bits: short inputs, no table, the same on every machine. */
static void mix(uint64_t *h, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;

    for (size_t i = 0; i < n; i++)
        *h = (*h ^ p[i]) * UINT64_C(0x100000001b3);
}

static void mix_number(uint64_t *h, uint64_t v)
{
    mix(h, &v, sizeof(v));
}

static void mix_text(uint64_t *h, const struct kc_str *s)
{
    mix_number(h, s->len);
    mix(h, s->ptr, s->len);
}

static uint32_t item_count(const struct kc_value *v)
{
    return v->type == KC_MAP ? v->len * 2 : v->type == KC_ARRAY || v->type == KC_STRUCT ? v->len : 0;
}

static void mix_value(uint64_t *h, const struct kc_value *v)
{
    mix_number(h, (uint64_t)v->type << 32 | v->flags);
    if (v->type == KC_STRING || v->type == KC_BYTES) {
        mix_number(h, v->len);
        mix(h, v->as.bytes, v->len);
    } else if (item_count(v) > 0) {
        mix_number(h, v->len);
        for (uint32_t i = 0; i < item_count(v); i++)
            mix_value(h, &v->as.items[i]);
    } else if (v->type != KC_NULL) {
        mix_number(h, v->type >= KC_ARRAY && v->type <= KC_STRUCT ? 0 : v->as.u64);
    }
}

/* Children count by their fingerprint, so that it is the same in every process. */
static uint64_t fingerprint(const struct kc_schema *s)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    mix_number(&h, (uint64_t)s->type << 8 | s->optional);
    mix_text(&h, &s->name);
    mix_text(&h, &s->doc);
    mix_number(&h, (uint64_t)(int64_t)s->version);
    mix_number(&h, s->n_fields);
    for (uint32_t i = 0; i < s->n_fields; i++) {
        mix_text(&h, &s->fields[i].name);
        mix_number(&h, s->fields[i].schema->fingerprint);
    }
    mix_number(&h, s->key_schema == NULL ? 0 : s->key_schema->fingerprint);
    mix_number(&h, s->item_schema == NULL ? 0 : s->item_schema->fingerprint);
    mix_number(&h, s->default_value != NULL);
    if (s->default_value != NULL)
        mix_value(&h, s->default_value);
    mix_number(&h, s->params.len);
    for (uint32_t i = 0; i < s->params.len; i++) {
        mix_text(&h, &s->params.kvs[i].key);
        mix_value(&h, &s->params.kvs[i].value);
    }
    return h;
}

static bool same_text(const struct kc_str *a, const struct kc_str *b)
{
    return a->len == b->len && (a->len == 0 || memcmp(a->ptr, b->ptr, a->len) == 0);
}

static bool same_value(const struct kc_value *a, const struct kc_value *b)
{
    if (a->type != b->type || a->flags != b->flags)
        return false;
    switch (a->type) {
    case KC_NULL: return true;
    case KC_STRING:
    case KC_BYTES: return a->len == b->len && (a->len == 0 || memcmp(a->as.bytes, b->as.bytes, a->len) == 0);
    case KC_ARRAY:
    case KC_MAP:
    case KC_STRUCT:
        if (a->len != b->len)
            return false;
        for (uint32_t i = 0; i < item_count(a); i++) {
            if (!same_value(&a->as.items[i], &b->as.items[i]))
                return false;
        }
        return true;
    default: return a->as.u64 == b->as.u64;
    }
}

static bool same_schema(const struct kc_schema *a, const struct kc_schema *b)
{
    if (a->type != b->type || a->optional != b->optional || a->version != b->version ||
        a->n_fields != b->n_fields || a->key_schema != b->key_schema || a->item_schema != b->item_schema ||
        a->params.len != b->params.len || (a->default_value == NULL) != (b->default_value == NULL) ||
        !same_text(&a->name, &b->name) || !same_text(&a->doc, &b->doc))
        return false;
    for (uint32_t i = 0; i < a->n_fields; i++) {
        if (a->fields[i].schema != b->fields[i].schema || !same_text(&a->fields[i].name, &b->fields[i].name))
            return false;
    }
    for (uint32_t i = 0; i < a->params.len; i++) {
        if (!same_text(&a->params.kvs[i].key, &b->params.kvs[i].key) ||
            !same_value(&a->params.kvs[i].value, &b->params.kvs[i].value))
            return false;
    }
    return a->default_value == NULL || same_value(a->default_value, b->default_value);
}

static void *take(struct entry *e, size_t n)
{
    struct block *b = malloc(sizeof(*b) + n);

    if (b == NULL)
        return NULL;
    b->next = e->blocks;
    e->blocks = b;
    return b->bytes;
}

static bool copy_bytes(struct entry *e, const void *from, uint32_t len, const char **to)
{
    char *copy = take(e, (size_t)len + 1);

    if (copy == NULL)
        return false;
    if (len > 0)
        memcpy(copy, from, len);
    copy[len] = '\0';
    *to = copy;
    return true;
}

static bool copy_text(struct entry *e, struct kc_str *s)
{
    s->reserved = 0;
    return copy_bytes(e, s->ptr, s->len, &s->ptr);
}

static bool copy_value(struct entry *e, struct kc_value *v)
{
    uint32_t n = item_count(v);
    struct kc_value *items;

    if (v->type == KC_STRING || v->type == KC_BYTES)
        return copy_bytes(e, v->as.bytes, v->len, &v->as.str);
    if (n == 0)
        return true;
    items = take(e, n * sizeof(*items));
    if (items == NULL)
        return false;
    memcpy(items, v->as.items, n * sizeof(*items));
    v->as.items = items;
    for (uint32_t i = 0; i < n; i++) {
        if (!copy_value(e, &items[i]))
            return false;
    }
    return true;
}

/* Replaces everything borrowed in e->pub by copies. */
static bool own(struct entry *e)
{
    struct kc_schema *s = &e->pub;

    if (!copy_text(e, &s->name) || !copy_text(e, &s->doc))
        return false;
    if (s->n_fields > 0) {
        struct kc_field *fields = take(e, s->n_fields * sizeof(*fields));

        if (fields == NULL)
            return false;
        memcpy(fields, s->fields, s->n_fields * sizeof(*fields));
        s->fields = fields;
        for (uint32_t i = 0; i < s->n_fields; i++) {
            if (!copy_text(e, &fields[i].name))
                return false;
        }
    }
    if (s->params.len > 0) {
        struct kc_kv *kvs = take(e, s->params.len * sizeof(*kvs));

        if (kvs == NULL)
            return false;
        memcpy(kvs, s->params.kvs, s->params.len * sizeof(*kvs));
        s->params.kvs = kvs;
        for (uint32_t i = 0; i < s->params.len; i++) {
            if (!copy_text(e, &kvs[i].key) || !copy_value(e, &kvs[i].value))
                return false;
        }
    }
    if (s->default_value != NULL) {
        struct kc_value *v = take(e, sizeof(*v));

        if (v == NULL)
            return false;
        *v = *s->default_value;
        s->default_value = v;
        return copy_value(e, v);
    }
    return true;
}

/* The store's lock is held by the callers of these two. */
static void ref_locked(const struct kc_schema *s)
{
    if (s != NULL)
        ((struct entry *)(uintptr_t)s)->refs++;
}

static void unref_locked(const struct kc_schema *s)
{
    struct entry *e = (struct entry *)(uintptr_t)s, **at;

    if (s == NULL || --e->refs > 0)
        return;
    for (at = &e->store->buckets[s->fingerprint % BUCKETS]; *at != e; at = &(*at)->next)
        ;
    *at = e->next;
    e->store->count--;
    for (uint32_t i = 0; i < s->n_fields; i++)
        unref_locked(s->fields[i].schema);
    unref_locked(s->key_schema);
    unref_locked(s->item_schema);
    free_entry(e);
}

static struct entry *make(struct kc_schemas *s, const struct kc_schema *spec, uint64_t hash)
{
    struct entry *e = calloc(1, sizeof(*e));

    if (e == NULL)
        return NULL;
    /* The plugin's headers may know fewer members than ours, or more. */
    memcpy(&e->pub, spec, spec->struct_size < sizeof(e->pub) ? spec->struct_size : sizeof(e->pub));
    e->pub.struct_size = sizeof(e->pub);
    e->pub.reserved = 0;
    e->pub.fingerprint = hash;
    e->store = s;
    if (!own(e)) {
        free_entry(e);
        return NULL;
    }
    e->pub.id = ++s->last_id;
    e->next = s->buckets[hash % BUCKETS];
    s->buckets[hash % BUCKETS] = e;
    s->count++;
    for (uint32_t i = 0; i < spec->n_fields; i++)
        ref_locked(spec->fields[i].schema);
    ref_locked(spec->key_schema);
    ref_locked(spec->item_schema);
    return e;
}

static kc_status check(const struct kc_schema *spec, struct kc_error *err)
{
    if (!KC_HAS(struct kc_schema, spec, params))
        return kc_fail(err, KC_ERR_FATAL, "the plugin made a schema whose struct_size is %u, too few",
                       (unsigned)spec->struct_size);
    if (spec->type < KC_INT8 || spec->type > KC_UINT64)
        return kc_fail(err, KC_ERR_FATAL, "the plugin made a schema of the unknown type %d", spec->type);
    if ((spec->type == KC_ARRAY || spec->type == KC_MAP) && spec->item_schema == NULL)
        return kc_fail(err, KC_ERR_FATAL,
                       "the plugin made a schema of an array or map without one for its items");
    for (uint32_t i = 0; i < spec->n_fields; i++) {
        if (spec->fields[i].schema == NULL)
            return kc_fail(err, KC_ERR_FATAL, "the plugin made a schema whose field %.*s has none",
                           (int)spec->fields[i].name.len, spec->fields[i].name.ptr);
    }
    return KC_OK;
}

const struct kc_schema *kc_schemas_get(struct kc_schemas *s, const struct kc_schema *spec,
                                       struct kc_error *err)
{
    struct entry *e;
    uint64_t hash;

    if (check(spec, err) < 0)
        return NULL;
    hash = fingerprint(spec);
    (void)pthread_mutex_lock(&s->lock);
    for (e = s->buckets[hash % BUCKETS]; e != NULL; e = e->next) {
        if (e->pub.fingerprint == hash && same_schema(&e->pub, spec))
            break;
    }
    if (e == NULL)
        e = make(s, spec, hash);
    if (e != NULL)
        e->refs++;
    else
        (void)kc_fail(err, KC_ERR_NOMEM, "out of memory for a schema");
    (void)pthread_mutex_unlock(&s->lock);
    return e == NULL ? NULL : &e->pub;
}

void kc_schema_ref(const struct kc_schema *s)
{
    struct kc_schemas *store;

    if (s == NULL)
        return;
    store = ((struct entry *)(uintptr_t)s)->store;
    (void)pthread_mutex_lock(&store->lock);
    ref_locked(s);
    (void)pthread_mutex_unlock(&store->lock);
}

void kc_schema_unref(const struct kc_schema *s)
{
    struct kc_schemas *store;

    if (s == NULL)
        return;
    store = ((struct entry *)(uintptr_t)s)->store;
    (void)pthread_mutex_lock(&store->lock);
    unref_locked(s);
    (void)pthread_mutex_unlock(&store->lock);
}

size_t kc_schemas_count(struct kc_schemas *s)
{
    size_t n;

    (void)pthread_mutex_lock(&s->lock);
    n = s->count;
    (void)pthread_mutex_unlock(&s->lock);
    return n;
}
