#include "task/flat_map.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

size_t kc_utf16_units(const char *text, size_t len)
{
    size_t units = 0;

    for (size_t i = 0; i < len; i++) {
        uint8_t c = (uint8_t)text[i];

        if ((c & 0xc0) != 0x80)
            units += c >= 0xf0 ? 2 : 1; /* four bytes are a surrogate pair */
    }
    return units;
}

static kc_status check(const struct kc_map *m, size_t *bytes, struct kc_error *err)
{
    *bytes = sizeof(struct kc_flat) + (size_t)m->len * sizeof(struct kc_kv);
    for (uint32_t i = 0; i < m->len; i++) {
        const struct kc_kv *kv = &m->kvs[i];
        int key_len = (int)kv->key.len;

        if (!kc_utf8_valid(kv->key.ptr, kv->key.len))
            return kc_fail(err, KC_ERR_FATAL, "the connector gave a position with a key that is not UTF-8");
        *bytes += (size_t)kv->key.len + 1;
        if (kv->value.type == KC_STRING) {
            if (!kc_utf8_valid(kv->value.as.str, kv->value.len))
                return kc_fail(err, KC_ERR_FATAL,
                               "the connector gave a position whose value of %.*s is not UTF-8", key_len,
                               kv->key.ptr);
            *bytes += (size_t)kv->value.len + 1;
        } else if (kv->value.type > KC_BOOLEAN && kv->value.type != KC_UINT64) {
            return kc_fail(err, KC_ERR_FATAL,
                           "the connector gave a position whose value of %.*s is no scalar", key_len,
                           kv->key.ptr);
        } else if ((kv->value.type == KC_FLOAT32 || kv->value.type == KC_FLOAT64) &&
                   !isfinite(kv->value.as.f64)) {
            return kc_fail(err, KC_ERR_FATAL,
                           "the connector gave a position whose value of %.*s is not finite", key_len,
                           kv->key.ptr);
        }
    }
    return KC_OK;
}

static const char *put_text(char **to, const char *text, uint32_t len)
{
    char *at = *to;

    if (len > 0)
        memcpy(at, text, len);
    at[len] = '\0';
    *to += (size_t)len + 1;
    return at;
}

struct kc_flat *kc_flat_copy(const struct kc_map *m, struct kc_error *err)
{
    struct kc_flat *f;
    struct kc_kv *kvs;
    size_t bytes;
    char *text;

    if (check(m, &bytes, err) < 0)
        return NULL;
    f = malloc(bytes);
    if (f == NULL) {
        (void)kc_fail(err, KC_ERR_NOMEM, "out of memory for a position of %zu bytes", bytes);
        return NULL;
    }
    kvs = (struct kc_kv *)(void *)(f + 1);
    text = (char *)(kvs + m->len);
    for (uint32_t i = 0; i < m->len; i++) {
        kvs[i] = m->kvs[i];
        kvs[i].key.ptr = put_text(&text, m->kvs[i].key.ptr, m->kvs[i].key.len);
        if (kvs[i].value.type == KC_STRING)
            kvs[i].value.as.str = put_text(&text, m->kvs[i].value.as.str, m->kvs[i].value.len);
    }
    f->map = (struct kc_map){kvs, m->len, 0};
    return f;
}

void kc_flat_destroy(struct kc_flat *f)
{
    free(f);
}

static bool is_integer(uint8_t type)
{
    return type >= KC_INT8 && type <= KC_INT64;
}

static bool equal_value(const struct kc_value *a, const struct kc_value *b)
{
    bool a_real = a->type == KC_FLOAT32 || a->type == KC_FLOAT64;
    bool b_real = b->type == KC_FLOAT32 || b->type == KC_FLOAT64;

    if (is_integer(a->type) && is_integer(b->type))
        return a->as.i64 == b->as.i64;
    if (a_real && b_real)
        return a->as.f64 == b->as.f64;
    /* An unsigned value that fits comes back from JSON as a signed one. */
    if ((a->type == KC_UINT64 && is_integer(b->type)) || (b->type == KC_UINT64 && is_integer(a->type)))
        return a->as.i64 == b->as.i64 && a->as.i64 >= 0;
    if (a->type != b->type)
        return false;
    switch (a->type) {
    case KC_NULL: return true;
    case KC_STRING: return a->len == b->len && (a->len == 0 || memcmp(a->as.str, b->as.str, a->len) == 0);
    default: return a->as.u64 == b->as.u64;
    }
}

bool kc_flat_equal(const struct kc_map *a, const struct kc_map *b)
{
    if (a->len != b->len)
        return false;
    for (uint32_t i = 0; i < a->len; i++) {
        const struct kc_kv *x = &a->kvs[i];
        uint32_t j;

        for (j = 0; j < b->len; j++) {
            const struct kc_kv *y = &b->kvs[(i + j) % b->len];

            if (x->key.len == y->key.len && memcmp(x->key.ptr, y->key.ptr, x->key.len) == 0) {
                if (!equal_value(&x->value, &y->value))
                    return false;
                break;
            }
        }
        if (j == b->len)
            return false;
    }
    return true;
}

static void json_real(double v, struct kc_buf *out)
{
    char text[40];

    (void)snprintf(text, sizeof(text), "%.17g", v);
    kc_buf_str(out, text);
    if (strpbrk(text, ".e") == NULL)
        kc_buf_str(out, ".0"); /* or it would come back as an integer */
}

static void json_value(const struct kc_value *v, struct kc_buf *out)
{
    switch (v->type) {
    case KC_BOOLEAN: kc_buf_str(out, v->as.i64 != 0 ? "true" : "false"); break;
    case KC_INT8:
    case KC_INT16:
    case KC_INT32:
    case KC_INT64: kc_buf_printf(out, "%" PRId64, v->as.i64); break;
    case KC_UINT64: kc_buf_printf(out, "%" PRIu64, v->as.u64); break;
    case KC_FLOAT32:
    case KC_FLOAT64: json_real(v->as.f64, out); break;
    case KC_STRING: kc_buf_json(out, v->as.str, v->len); break;
    default: kc_buf_str(out, "null"); break;
    }
}

void kc_flat_json(const struct kc_map *m, struct kc_buf *out)
{
    kc_buf_str(out, "{");
    for (uint32_t i = 0; i < m->len; i++) {
        if (i > 0)
            kc_buf_str(out, ",");
        kc_buf_json(out, m->kvs[i].key.ptr, m->kvs[i].key.len);
        kc_buf_str(out, ":");
        json_value(&m->kvs[i].value, out);
    }
    kc_buf_str(out, "}");
}

/* Texts are first collected as places in `bytes`, which moves while it grows. */
static struct kc_value parsed_value(const struct kc_json_scalar *s, struct kc_buf *bytes)
{
    struct kc_value v = {0};

    switch (s->kind) {
    case KC_JSON_NULL: break;
    case KC_JSON_TRUE:
    case KC_JSON_FALSE:
        v.type = KC_BOOLEAN;
        v.as.i64 = s->kind == KC_JSON_TRUE;
        break;
    case KC_JSON_INTEGER:
        v.type = KC_INT64;
        v.as.i64 = s->integer;
        break;
    case KC_JSON_UNSIGNED:
        v.type = KC_UINT64;
        v.as.i64 = s->integer;
        break;
    case KC_JSON_DOUBLE:
        v.type = KC_FLOAT64;
        v.as.f64 = s->real;
        break;
    case KC_JSON_STRING:
        v.type = KC_STRING;
        v.len = (uint32_t)s->len;
        v.as.u64 = bytes->len;
        kc_buf_add(bytes, s->text, s->len);
        break;
    }
    return v;
}

struct kc_flat *kc_flat_parse(struct kc_json_pull *p)
{
    struct kc_buf name = {0}, text = {0}, bytes = {0}, kvs = {0};
    struct kc_flat *f = NULL;
    struct kc_json_scalar scalar;
    bool first = true;
    struct kc_map m = {0};

    if (!kc_json_pull_expect(p, '{'))
        return NULL;
    while (kc_json_pull_member(p, &first, &name) && kc_json_pull_scalar(p, &text, &scalar)) {
        struct kc_kv kv = {.key = {.len = (uint32_t)name.len}};
        uint64_t at = bytes.len;

        kc_buf_add(&bytes, name.data, name.len);
        kv.key.ptr = (const char *)(uintptr_t)at;
        kv.value = parsed_value(&scalar, &bytes);
        kc_buf_add(&kvs, &kv, sizeof(kv));
        m.len++;
    }
    kc_buf_str(&bytes, ""); /* so that its data is never NULL */
    if (!p->failed && !bytes.failed && !kvs.failed) {
        struct kc_kv *list = (struct kc_kv *)(void *)kvs.data;

        for (uint32_t i = 0; i < m.len; i++) {
            list[i].key.ptr = bytes.data + (uintptr_t)list[i].key.ptr;
            if (list[i].value.type == KC_STRING)
                list[i].value.as.str = bytes.data + list[i].value.as.u64;
        }
        m.kvs = list;
        f = kc_flat_copy(&m, NULL);
        p->failed = f == NULL;
    }
    kc_buf_finish(&name);
    kc_buf_finish(&text);
    kc_buf_finish(&bytes);
    kc_buf_finish(&kvs);
    return f;
}
