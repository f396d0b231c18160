/* sdk.h - inline helpers for plugins in C. Not ABI: compiled into the plugin, free to change. */
#ifndef KC_SDK_H
#define KC_SDK_H

#include <kconnect/plugin.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Each plugin defines this once and sets it in its entry function. */
extern const struct kc_host *kc_host;

static inline struct kc_str kc_str(const char *s)
{
    struct kc_str r = {s, s ? (uint32_t)strlen(s) : 0, 0};
    return r;
}

static inline struct kc_value kc_int64(int64_t v)
{
    struct kc_value r = {KC_INT64, 0, 0, 0, {0}};
    r.as.i64 = v;
    return r;
}

static inline struct kc_value kc_string(const char *ptr, uint32_t len)
{
    struct kc_value r = {KC_STRING, 0, 0, len, {0}};
    r.as.str = ptr;
    return r;
}

/* Value of `key`, or NULL. Maps are small: linear search. */
static inline const struct kc_value *kc_map_get(const struct kc_map *m, const char *key)
{
    size_t n = strlen(key);

    for (uint32_t i = 0; i < m->len; i++)
        if (m->kvs[i].key.len == n && memcmp(m->kvs[i].key.ptr, key, n) == 0)
            return &m->kvs[i].value;
    return NULL;
}

/* 16-byte aligned memory that lives as long as the batch; NULL when out of memory. No call on the usual
 * path. */
static inline void *kc_arena_alloc(struct kc_arena *a, uint64_t size)
{
    uint8_t *p;

    size = (size + 15) & ~UINT64_C(15);
    if ((uint64_t)(a->end - a->cur) < size && kc_host->arena_grow(a, size) < 0)
        return NULL;
    p = a->cur;
    a->cur += size;
    return p;
}

__attribute__((format(printf, 3, 4))) static inline kc_status kc_fail(struct kc_error *err, kc_status status,
                                                                      const char *fmt, ...)
{
    va_list ap;

    err->status = status;
    va_start(ap, fmt);
    (void)vsnprintf(err->message, sizeof(err->message), fmt, ap);
    va_end(ap);
    return status;
}

/* Changes one record; its new values come from b->arena. KC_ERR_RECORD: this record is bad, the others go
 * on. */
typedef kc_status (*kc_each_fn)(void *self, struct kc_batch *b, struct kc_record *r, struct kc_error *err);

/*
 * The apply() of a transform that looks at one record at a time: calls `each` for every record that is not to
 * be left alone (KC_REC_SKIP, DROPPED, FAILED), and hands those that it calls bad to record_failed. `ctx` is
 * what open() got. Returns the first other error of `each`, which ends the batch.
 */
static inline kc_status kc_transform_each(struct kc_ctx *ctx, void *self, struct kc_batch *b, kc_each_fn each,
                                          struct kc_error *err)
{
    for (uint32_t i = 0; i < b->n_records; i++) {
        struct kc_record *r = kc_batch_at(b, i);
        kc_status status;

        if ((r->flags & (KC_REC_SKIP | KC_REC_DROPPED | KC_REC_FAILED)) != 0)
            continue;
        status = each(self, b, r, err);
        if (status == KC_ERR_RECORD)
            kc_host->record_failed(ctx, b, i, err);
        else if (status < 0)
            return status;
    }
    return KC_OK;
}

#define kc_logf(ctx, level, ...)                                                                             \
    do {                                                                                                     \
        if (kc_host->log_enabled((ctx), (level))) {                                                          \
            char kc_line_[512];                                                                              \
            (void)snprintf(kc_line_, sizeof(kc_line_), __VA_ARGS__);                                         \
            kc_host->log((ctx), (level), __FILE__, __LINE__, kc_str(kc_line_));                              \
        }                                                                                                    \
    } while (0)

#endif
