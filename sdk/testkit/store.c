/* store.c - offsets and the state of a connector, in memory. */
#include "kit.h"

#include <stdlib.h>
#include <string.h>

static struct kc_kit_stored *find(struct kc_kit_stored *list, const char *key, size_t len)
{
    for (; list != NULL; list = list->next)
        if (list->key_len == len && memcmp(list->key, key, len) == 0)
            return list;
    return NULL;
}

static struct kc_kit_stored *make(struct kc_kit *k, struct kc_kit_stored **list, const char *key, size_t len)
{
    struct kc_kit_stored *s = find(*list, key, len);

    if (s != NULL)
        return s;
    s = kc_kit_alloc(k, sizeof(*s));
    s->key = kc_kit_strdup(k, key, len);
    s->key_len = (uint32_t)len;
    s->next = *list;
    *list = s;
    return s;
}

static void drop(struct kc_kit_stored **list, const char *key, size_t len)
{
    for (; *list != NULL; list = &(*list)->next) {
        if ((*list)->key_len != len || memcmp((*list)->key, key, len) != 0)
            continue;
        free((*list)->bytes);
        *list = (*list)->next;
        return;
    }
}

static int by_key(const void *a, const void *b)
{
    const struct kc_str *x = &((const struct kc_kv *)a)->key, *y = &((const struct kc_kv *)b)->key;
    int order = memcmp(x->ptr, y->ptr, x->len < y->len ? x->len : y->len);

    return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

/* A source partition is its contents, in whatever order its keys were given. */
static const char *key_of(struct kc_kit *k, const struct kc_map *partition)
{
    struct kc_kv *kvs = kc_kit_alloc(k, (partition->len + 1) * sizeof(*kvs));
    const struct kc_map sorted = {kvs, partition->len, 0};

    if (partition->len > 0)
        memcpy(kvs, partition->kvs, partition->len * sizeof(*kvs));
    qsort(kvs, partition->len, sizeof(*kvs), by_key);
    return kc_kit_map_text(k, &sorted);
}

kc_status kc_kit_offset_put(struct kc_kit *k, const struct kc_map *partition, const struct kc_map *offset)
{
    const char *key = key_of(k, partition);
    struct kc_kit_stored *s;

    if (offset == NULL || offset->len == 0) {
        drop(&k->offsets, key, strlen(key));
        return KC_OK;
    }
    s = make(k, &k->offsets, key, strlen(key));
    if (s->partition == NULL)
        s->partition = kc_kit_copy_map(k, NULL, partition);
    s->offset = kc_kit_copy_map(k, NULL, offset);
    return KC_OK;
}

const char *kc_kit_offset(struct kc_kit *k, const struct kc_map *partition)
{
    const char *key = key_of(k, partition);
    const struct kc_kit_stored *s = find(k->offsets, key, strlen(key));

    return s == NULL ? NULL : kc_kit_map_text(k, s->offset);
}

static void put_state(struct kc_kit *k, const char *key, size_t key_len, const char *value, uint32_t len)
{
    struct kc_kit_stored *s = make(k, &k->state, key, key_len);

    free(s->bytes);
    s->bytes = calloc(1, (size_t)len + 1);
    if (s->bytes == NULL)
        abort();
    memcpy(s->bytes, value, len);
    s->len = len;
}

kc_status kc_kit_restart_from(struct kc_kit *k, const struct kc_kit *from)
{
    for (const struct kc_kit_stored *s = from->offsets; s != NULL; s = s->next)
        (void)kc_kit_offset_put(k, s->partition, s->offset);
    for (const struct kc_kit_stored *s = from->state; s != NULL; s = s->next)
        put_state(k, s->key, s->key_len, s->bytes, s->len);
    return KC_OK;
}

/* An answer is lent until the next question, so the one before is gone now. */
static struct kc_guard *new_answer(struct kc_kit *k)
{
    kc_guard_retire(k->answer, (k->flags & KC_KIT_LOCK) != 0);
    k->answer = kc_guard_open("an answer of offset_get() or state_get(), until the next one");
    if (k->answer == NULL)
        abort();
    return k->answer;
}

kc_status kc_kit_offset_get(struct kc_ctx *ctx, const struct kc_map *partition, struct kc_map *offset)
{
    struct kc_kit *k = ctx->kit;
    const char *key;
    struct kc_kit_stored *s;

    kc_kit_on_task(k, "offset_get()");
    key = key_of(k, partition);
    s = find(k->offsets, key, strlen(key));
    if (s == NULL)
        return KC_NOTHING;
    *offset = *kc_kit_copy_map(k, new_answer(k), s->offset);
    kc_guard_seal(k->answer);
    return KC_OK;
}

void kc_kit_offset_each(struct kc_ctx *ctx,
                        void (*visit)(void *arg, const struct kc_map *partition, const struct kc_map *offset),
                        void *arg)
{
    struct kc_kit *k = ctx->kit;

    kc_kit_on_task(k, "offset_each()");
    for (const struct kc_kit_stored *s = k->offsets; s != NULL; s = s->next) {
        struct kc_guard *g = new_answer(k);
        const struct kc_map *partition = kc_kit_copy_map(k, g, s->partition);
        const struct kc_map *offset = kc_kit_copy_map(k, g, s->offset);

        kc_guard_seal(g);
        visit(arg, partition, offset);
    }
}

kc_status kc_kit_state_get(struct kc_ctx *ctx, struct kc_str key, struct kc_str *value)
{
    struct kc_kit *k = ctx->kit;
    const struct kc_kit_stored *s = find(k->state, key.ptr, key.len);

    kc_kit_on_task(k, "state_get()");
    if (s == NULL)
        return KC_NOTHING;
    *value = kc_kit_copy_text(k, new_answer(k), (struct kc_str){s->bytes, s->len, 0});
    kc_guard_seal(k->answer);
    return KC_OK;
}

kc_status kc_kit_state_put(struct kc_ctx *ctx, struct kc_str key, struct kc_str value)
{
    kc_kit_on_task(ctx->kit, "state_put()");
    if (key.len == 0)
        return KC_ERR_UNSUPPORTED;
    if (value.len == 0)
        drop(&ctx->kit->state, key.ptr, key.len);
    else
        put_state(ctx->kit, key.ptr, key.len, value.ptr, value.len);
    return KC_OK;
}

const char *kc_kit_state(struct kc_kit *k, const char *key)
{
    const struct kc_kit_stored *s = find(k->state, key, strlen(key));

    return s == NULL ? NULL : s->bytes;
}

void kc_kit_store_finish(struct kc_kit *k)
{
    for (struct kc_kit_stored *s = k->state; s != NULL; s = s->next)
        free(s->bytes);
    k->state = NULL;
}
