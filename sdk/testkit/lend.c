/* lend.c - batches lent to sinks and to the stages of the pipeline, and the output of converters. */
#include "kit.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 4096 };

static void *must(void *p)
{
    if (p == NULL)
        abort();
    return p;
}

/* The copies are made first: `records` may be those of the batch that is lent now. */
struct kc_batch *kc_kit_lend(struct kc_kit *k, const struct kc_record *records, uint32_t n, uint32_t flags)
{
    struct kc_guard *structs = must(kc_guard_open("a batch and its records, until the batch was released"));
    struct kc_guard *values = must(kc_guard_open("what the records of a batch point at, which is read-only"));
    struct kc_batch *batch = must(kc_guard_take(structs, sizeof(*batch)));
    const size_t record_size = KC_KIT_SIZEOF(kc_record);
    uint8_t *copies = must(kc_guard_take(structs, (n + 1) * record_size));

    for (uint32_t i = 0; i < n; i++) {
        const struct kc_record copy = kc_kit_copy_record(k, values, &records[i]);

        memcpy(copies + i * record_size, &copy, record_size);
    }
    kc_guard_seal(values);
    kc_kit_take_back(k);
    k->failures.n = 0;
    k->arena = kc_kit_arena_open(k);
    *batch = (struct kc_batch){.record_size = (uint32_t)record_size,
                               .records = (struct kc_record *)(void *)copies,
                               .n_records = n,
                               .arena = &k->arena->pub};
    KC_KIT_LEND(kc_batch, batch);
    k->batch = batch;
    k->batch_structs = structs;
    k->batch_values = values;
    k->read_only = (flags & KC_KIT_READ_ONLY) != 0;
    if (k->read_only)
        kc_guard_seal(structs);
    return batch;
}

void kc_kit_take_back(struct kc_kit *k)
{
    bool lock = (k->flags & KC_KIT_LOCK) != 0;

    if (k->batch == NULL)
        return;
    KC_KIT_BACK(k, kc_batch, k->batch);
    kc_kit_arena_retire(k, k->arena);
    kc_guard_retire(k->batch_structs, lock);
    kc_guard_retire(k->batch_values, lock);
    k->batch = NULL;
    k->arena = NULL;
    k->batch_structs = k->batch_values = NULL;
}

static kc_status grow_bytes(struct kc_bytes *b, uint64_t more)
{
    uint64_t cap = (b->len + more) * 2 + FIRST_CAPACITY;
    uint8_t *data = realloc(b->data, cap);

    if (data == NULL)
        return KC_ERR_NOMEM;
    b->data = data;
    b->cap = cap;
    return KC_OK;
}

static kc_status grow_slices(struct kc_slices *s, uint64_t more)
{
    uint64_t cap = (s->len + more) * 2 + 16;
    struct kc_slice *list = realloc(s->list, cap * sizeof(*list));

    if (list == NULL)
        return KC_ERR_NOMEM;
    s->list = list;
    s->cap = cap;
    return KC_OK;
}

/* Starts with no capacity each time, so that a converter that forgets grow() writes through NULL. */
struct kc_bytes *kc_kit_bytes(struct kc_kit *k)
{
    free(k->out.data);
    k->out = (struct kc_bytes){.grow = grow_bytes};
    KC_KIT_LEND(kc_bytes, &k->out);
    return &k->out;
}

struct kc_slices *kc_kit_slices(struct kc_kit *k)
{
    free(k->slices.list);
    k->slices = (struct kc_slices){.grow = grow_slices};
    KC_KIT_LEND(kc_slices, &k->slices);
    return &k->slices;
}
