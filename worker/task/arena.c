#include "task/arena.h"

#include <stdlib.h>

struct kc_arena_chunk {
    struct kc_arena_chunk *next;
    size_t bytes; /* of `data` */
    _Alignas(16) uint8_t data[];
};

struct kc_task_arena *kc_arena_create(size_t limit_bytes)
{
    struct kc_task_arena *a = calloc(1, sizeof(*a));

    if (a == NULL)
        return NULL;
    a->pub.struct_size = sizeof(a->pub);
    a->limit_bytes = limit_bytes;
    return a;
}

static void free_chunks(struct kc_arena_chunk *c)
{
    while (c != NULL) {
        struct kc_arena_chunk *next = c->next;

        free(c);
        c = next;
    }
}

void kc_arena_destroy(struct kc_task_arena *a)
{
    if (a == NULL)
        return;
    free_chunks(a->used);
    free_chunks(a->spare);
    free(a);
}

/* A kept chunk of at least `size` bytes, taken off its list. */
static struct kc_arena_chunk *take_spare(struct kc_task_arena *a, size_t size)
{
    for (struct kc_arena_chunk **at = &a->spare; *at != NULL; at = &(*at)->next) {
        struct kc_arena_chunk *c = *at;

        if (c->bytes < size)
            continue;
        *at = c->next;
        a->spare_bytes -= c->bytes;
        return c;
    }
    return NULL;
}

kc_status kc_arena_more(struct kc_arena *pub, uint64_t size)
{
    struct kc_task_arena *a = (struct kc_task_arena *)(void *)pub;
    struct kc_arena_chunk *c;

    if (size > a->limit_bytes || a->used_bytes > a->limit_bytes - size) {
        a->refused_bytes = a->used_bytes + size;
        return KC_ERR_NOMEM;
    }
    c = take_spare(a, size);
    if (c == NULL) {
        size_t bytes = size > KC_ARENA_CHUNK_BYTES ? (size + 15) & ~UINT64_C(15) : KC_ARENA_CHUNK_BYTES;

        c = malloc(sizeof(*c) + bytes);
        if (c == NULL)
            return KC_ERR_NOMEM;
        c->bytes = bytes;
    }
    c->next = a->used;
    a->used = c;
    a->used_bytes += c->bytes;
    pub->cur = c->data;
    pub->end = c->data + c->bytes;
    return KC_OK;
}

void kc_arena_reset(struct kc_task_arena *a)
{
    while (a->used != NULL) {
        struct kc_arena_chunk *c = a->used;

        a->used = c->next;
        if (a->spare_bytes + c->bytes > KC_ARENA_KEEP_BYTES) {
            free(c);
            continue;
        }
        c->next = a->spare;
        a->spare = c;
        a->spare_bytes += c->bytes;
    }
    a->used_bytes = a->refused_bytes = 0;
    a->pub.cur = a->pub.end = NULL;
}
