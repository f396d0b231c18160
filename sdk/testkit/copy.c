/* copy.c - deep copies. */
#include "kit.h"

#include <stdlib.h>
#include <string.h>

static void *take(struct kc_kit *k, struct kc_guard *g, size_t n)
{
    void *p = g == NULL ? kc_kit_alloc(k, n) : kc_guard_take(g, n);

    if (p == NULL)
        abort();
    return p;
}

/* Bytes with a zero behind them, which nobody may count on in BYTES. */
static void *copy_bytes(struct kc_kit *k, struct kc_guard *g, const void *from, size_t n)
{
    char *p = take(k, g, n + 1);

    if (n > 0)
        memcpy(p, from, n);
    return p;
}

struct kc_str kc_kit_copy_text(struct kc_kit *k, struct kc_guard *g, struct kc_str s)
{
    return (struct kc_str){copy_bytes(k, g, s.ptr, s.len), s.len, 0};
}

struct kc_value kc_kit_copy_value(struct kc_kit *k, struct kc_guard *g, const struct kc_value *v)
{
    struct kc_value copy = *v, *items;
    uint32_t n = v->type == KC_MAP ? v->len * 2 : v->len;

    if (v->type == KC_STRING || v->type == KC_BYTES) {
        copy.as.bytes = copy_bytes(k, g, v->as.bytes, v->len);
    } else if (v->type >= KC_ARRAY && v->type <= KC_STRUCT && n > 0) {
        items = take(k, g, n * sizeof(*items));
        for (uint32_t i = 0; i < n; i++)
            items[i] = kc_kit_copy_value(k, g, &v->as.items[i]);
        copy.as.items = items;
    }
    return copy;
}

const struct kc_map *kc_kit_copy_map(struct kc_kit *k, struct kc_guard *g, const struct kc_map *m)
{
    struct kc_map *copy = take(k, g, sizeof(*copy));
    struct kc_kv *kvs = take(k, g, (m->len + 1) * sizeof(*kvs));

    *copy = (struct kc_map){kvs, m->len, 0};
    for (uint32_t i = 0; i < m->len; i++) {
        kvs[i].key = kc_kit_copy_text(k, g, m->kvs[i].key);
        kvs[i].value = kc_kit_copy_value(k, g, &m->kvs[i].value);
    }
    return copy;
}

struct kc_record kc_kit_copy_record(struct kc_kit *k, struct kc_guard *g, const struct kc_record *r)
{
    struct kc_record copy = *r;
    struct kc_header *headers = NULL;

    copy.key = kc_kit_copy_value(k, g, &r->key);
    copy.value = kc_kit_copy_value(k, g, &r->value);
    if (r->n_headers > 0)
        headers = take(k, g, r->n_headers * sizeof(*headers));
    for (uint32_t i = 0; i < r->n_headers; i++) {
        headers[i].key = kc_kit_copy_text(k, g, r->headers[i].key);
        headers[i].schema = r->headers[i].schema;
        headers[i].value = kc_kit_copy_value(k, g, &r->headers[i].value);
    }
    copy.headers = headers;
    if (r->offset != NULL)
        copy.offset = kc_kit_copy_map(k, g, r->offset);
    if (r->origin != NULL) {
        struct kc_origin *origin = take(k, g, sizeof(*origin));

        *origin = *r->origin;
        copy.origin = origin;
    }
    return copy;
}
