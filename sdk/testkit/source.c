/* source.c - drives a source as the worker does, and keeps a copy of all it gives. */
#include "kit.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MAX_BACKOFF_MS = 1000, RECORD_LEAST = KC_KIT_UPTO(struct kc_record, reserved) };

/* A batch whose memory the plugin still has to keep as it is. */
struct held {
    struct kc_batch *batch;
    struct kc_guard *guard; /* of the struct itself */
    struct kc_kit_arena *arena;
    uint64_t first; /* its first record in the source's list */
    bool in_use;
};

struct kc_kit_source {
    struct kc_kit *kit;
    const struct kc_source_ops *ops;
    void *task;
    const struct kc_kit_record **records;
    uint64_t n, room, committed; /* records before `committed` were told to be durable */
    struct held now, before;     /* before: a detached batch while the next one is polled */
};

static int64_t now_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void keep_error(struct kc_kit *k, const struct kc_error *from, kc_status status, struct kc_error *to)
{
    if (status >= 0)
        return;
    if (memchr(from->message, '\0', sizeof(from->message)) == NULL)
        kc_kit_note_fault(k, "%s: the error's message does not end with a zero", k->call);
    else if (from->message[0] == '\0' && status != KC_ERR_STOPPED)
        kc_kit_note_fault(k, "%s failed with status %d and said nothing: fill the error's message", k->call,
                          status);
    if (to == NULL)
        return;
    *to = *from;
    to->status = status;
    to->message[sizeof(to->message) - 1] = '\0';
}

struct kc_kit_source *kc_kit_source_open(struct kc_kit *k, const struct kc_component *c,
                                         const char *const *settings, struct kc_error *err)
{
    struct kc_kit_source *s;
    struct kc_error *lent;
    struct kc_map *config;
    kc_status status;
    uint64_t drained;
    void *task = NULL;

    while (read(k->stop_fd, &drained, sizeof(drained)) > 0)
        ;
    kc_kit_enter(k, "open");
    config = kc_kit_loan(k, sizeof(*config));
    lent = kc_kit_error(k);
    status = kc_kit_config(k, c->config, settings, config, err);
    if (status >= 0) {
        status = ((const struct kc_source_ops *)c->ops)->open(&k->ctx, config, &task, lent);
        keep_error(k, lent, status, err);
    }
    kc_kit_leave(k);
    kc_guard_retire(k->config, (k->flags & KC_KIT_LOCK) != 0);
    k->config = NULL;
    if (status < 0)
        return NULL;
    s = kc_kit_alloc(k, sizeof(*s));
    s->kit = k;
    s->ops = c->ops;
    s->task = task;
    return s;
}

/* The end of a batch: nobody may have changed it, and then its memory goes. */
static void release(struct kc_kit_source *s, struct held *h)
{
    struct kc_kit *k = s->kit;
    bool lock = (k->flags & KC_KIT_LOCK) != 0;

    if (!h->in_use)
        return;
    KC_KIT_BACK(k, kc_batch, h->batch);
    for (uint32_t i = 0; i < h->batch->n_records && h->first + i < s->n; i++) {
        const char *was = kc_kit_record_text(k, &s->records[h->first + i]->record);

        if (strcmp(was, kc_kit_record_text(k, kc_batch_at(h->batch, i))) != 0)
            kc_kit_note_fault(
                k,
                "record %u of a batch changed before the batch was released: its memory was reused "
                "too early",
                i);
    }
    if (h->batch->release != NULL) {
        kc_kit_enter(k, "release");
        h->batch->release(h->batch);
        kc_kit_leave(k);
    }
    kc_kit_arena_retire(k, h->arena);
    kc_guard_retire(h->guard, lock);
    *h = (struct held){0};
}

static void hold(struct kc_kit_source *s)
{
    struct held *h = &s->now;

    h->guard = kc_guard_open("a struct kc_batch, until it was released");
    h->batch = h->guard == NULL ? NULL : kc_guard_take(h->guard, sizeof(*h->batch));
    if (h->batch == NULL)
        abort();
    h->arena = kc_kit_arena_open(s->kit);
    KC_KIT_LEND(kc_batch, h->batch);
    h->batch->arena = &h->arena->pub;
    h->first = s->n;
    h->in_use = true;
    s->kit->batch = NULL;
    s->kit->failures.n = 0;
}

/* A record of a plugin of an earlier minor is shorter: what it does not have is zero. */
static struct kc_record record_at(const struct kc_batch *b, uint32_t i)
{
    struct kc_record r = {0};

    memcpy(&r, kc_batch_at(b, i), b->record_size < sizeof(r) ? b->record_size : sizeof(r));
    return r;
}

/* What record.h and connector.h demand of a record. NULL: fine. */
static const char *judge_record(const struct kc_batch *b, const struct kc_record *r)
{
    const char *why;

    if (r->topic == NULL)
        return "has no topic";
    if (r->partition < KC_ANY_PARTITION)
        return "has a partition below -1";
    if (r->offset != NULL && r->source >= b->n_partitions)
        return "is a resume point of a source partition that the batch does not list";
    if (r->offset != NULL && (why = kc_kit_judge_flat(r->offset)) != NULL)
        return why;
    if (r->offset != NULL && r->offset->len == 0)
        return "has an empty offset: an empty one is none";
    return kc_kit_record_problem(r);
}

static bool judge_batch(struct kc_kit *k, const struct kc_batch *b, uint32_t flags, uint32_t max_records)
{
    if (b->n_records == 0)
        return true;
    if (b->n_records > max_records)
        kc_kit_note_fault(k, "poll returned %u records, there was room for %u", b->n_records, max_records);
    if ((flags & KC_POLL_IDLE) != 0)
        kc_kit_note_fault(k, "poll returned records although it was asked with KC_POLL_IDLE to return none");
    if (b->records == NULL || b->record_size < RECORD_LEAST || b->record_size % 8 != 0) {
        kc_kit_note_fault(k, "poll returned a batch whose records or record_size (%u) can't be",
                          b->record_size);
        return false;
    }
    for (uint32_t i = 0; i < b->n_partitions; i++) {
        const char *why = kc_kit_judge_flat(&b->partitions[i]);

        if (why != NULL)
            kc_kit_note_fault(k, "source partition %u of a batch %s", i, why);
    }
    return true;
}

static const char *headers_text(struct kc_kit *k, const struct kc_record *r)
{
    char *bytes = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&bytes, &len);
    const char *kept;

    if (f == NULL)
        abort();
    kc_kit_write_headers(f, r);
    if (fclose(f) != 0)
        abort();
    kept = kc_kit_strdup(k, bytes, len);
    free(bytes);
    return kept;
}

static void add_record(struct kc_kit_source *s, const struct kc_batch *b, uint32_t i)
{
    struct kc_kit *k = s->kit;
    const struct kc_record from = record_at(b, i);
    struct kc_kit_record *r = kc_kit_alloc(k, sizeof(*r));
    const char *why = judge_record(b, &from);

    if (why != NULL)
        kc_kit_note_fault(k, "a record %s", why);
    r->record = kc_kit_copy_record(k, NULL, &from);
    if (from.source < b->n_partitions) {
        r->partition_map = *kc_kit_copy_map(k, NULL, &b->partitions[from.source]);
        r->partition = kc_kit_map_text(k, &r->partition_map);
    }
    r->offset = from.offset == NULL ? NULL : kc_kit_map_text(k, from.offset);
    r->key = kc_kit_value_text(k, &r->record.key, r->record.key_schema);
    r->value = kc_kit_value_text(k, &r->record.value, r->record.value_schema);
    r->headers = headers_text(k, &r->record);
    r->n_before = s->n;
    if (s->n == s->room) {
        uint64_t room = s->room == 0 ? 64 : s->room * 2;
        const struct kc_kit_record **list = kc_kit_alloc(k, room * sizeof(*list));

        if (s->n > 0)
            memcpy(list, s->records, s->n * sizeof(*list));
        s->records = list;
        s->room = room;
    }
    s->records[s->n++] = r;
}

static kc_status call_poll(struct kc_kit_source *s, uint32_t flags, uint32_t timeout_ms, uint32_t max_records,
                           struct kc_error *err)
{
    struct kc_kit *k = s->kit;
    struct kc_poll *how;
    struct kc_error *lent;
    kc_status status;

    kc_kit_enter(k, "poll");
    how = kc_kit_loan(k, sizeof(*how));
    lent = kc_kit_error(k);
    *how = (struct kc_poll){
        .flags = flags, .timeout_ms = timeout_ms, .max_records = max_records, .max_bytes = UINT64_C(1) << 20};
    KC_KIT_LEND(kc_poll, how);
    status = s->ops->poll(s->task, how, s->now.batch, lent);
    keep_error(k, lent, status, err);
    kc_kit_leave(k);
    return status;
}

kc_status kc_kit_source_poll(struct kc_kit_source *s, uint32_t flags, uint32_t timeout_ms,
                             uint32_t max_records, const struct kc_kit_record **first, uint32_t *n,
                             struct kc_error *err)
{
    struct kc_batch *b;
    kc_status status;
    uint64_t before = s->n;

    release(s, &s->before);
    if (s->now.in_use && (s->now.batch->flags & KC_BATCH_DETACHED) != 0) {
        s->before = s->now;
        s->now = (struct held){0};
    } else {
        release(s, &s->now);
    }
    hold(s);
    b = s->now.batch;
    status = call_poll(s, flags, timeout_ms, max_records, err);
    if (status == KC_NOTHING && b->n_records > 0)
        kc_kit_note_fault(s->kit, "poll returned KC_NOTHING together with records, which are lost");
    if (status != KC_OK || !judge_batch(s->kit, b, flags, max_records))
        b->n_records = 0;
    for (uint32_t i = 0; i < b->n_records; i++)
        add_record(s, b, i);
    if (n != NULL)
        *n = (uint32_t)(s->n - before);
    if (first != NULL)
        *first = s->n > before ? s->records[before] : NULL;
    return status;
}

kc_status kc_kit_source_collect(struct kc_kit_source *s, uint32_t want, uint32_t idle_ms,
                                uint32_t max_records, struct kc_error *err)
{
    struct kc_error why = {.struct_size = sizeof(why)};
    int64_t last = now_ms();
    uint64_t end = s->n + want;

    while (s->n < end) {
        uint64_t left = end - s->n;
        uint32_t room = left < max_records ? (uint32_t)left : max_records, n = 0;
        kc_status status = kc_kit_source_poll(s, 0, idle_ms < 100 ? idle_ms : 100, room, NULL, &n, &why);

        if (status < 0 && status != KC_ERR_RETRY) {
            if (err != NULL)
                *err = why;
            return status;
        }
        if (n > 0)
            last = now_ms();
        else if (now_ms() - last >= idle_ms)
            return KC_NOTHING;
        if (status == KC_ERR_RETRY) {
            uint32_t pause = why.retry_after_ms == 0 ? 50 : why.retry_after_ms;

            (void)usleep((pause < MAX_BACKOFF_MS ? pause : MAX_BACKOFF_MS) * 1000);
        }
    }
    return KC_OK;
}

const struct kc_kit_record *kc_kit_source_record(const struct kc_kit_source *s, uint64_t i)
{
    return i < s->n ? s->records[i] : NULL;
}

uint64_t kc_kit_source_count(const struct kc_kit_source *s)
{
    return s->n;
}

/* True when no later record up to `last` is a resume point of the same source partition. */
static bool is_newest(const struct kc_kit_source *s, uint64_t i, uint64_t last)
{
    for (uint64_t later = i + 1; later <= last; later++)
        if (s->records[later]->offset != NULL && s->records[later]->partition != NULL &&
            strcmp(s->records[later]->partition, s->records[i]->partition) == 0)
            return false;
    return true;
}

kc_status kc_kit_source_commit(struct kc_kit_source *s, uint64_t i, struct kc_error *err)
{
    struct kc_kit *k = s->kit;
    struct kc_committed *parts;
    struct kc_error *lent;
    kc_status status = KC_OK;
    uint32_t n = 0;

    if (i >= s->n || i < s->committed)
        return KC_OK;
    kc_kit_enter(k, "committed");
    parts = kc_kit_loan(k, (i - s->committed + 1) * sizeof(*parts));
    for (uint64_t at = s->committed; at <= i; at++) {
        const struct kc_kit_record *r = s->records[at];

        if (r->offset == NULL || r->partition == NULL || !is_newest(s, at, i))
            continue;
        (void)kc_kit_offset_put(k, &r->partition_map, r->record.offset);
        parts[n].partition = *kc_kit_copy_map(k, k->loans, &r->partition_map);
        parts[n].offset = *kc_kit_copy_map(k, k->loans, r->record.offset);
        parts[n++].cookie = r->record.cookie;
    }
    s->committed = i + 1;
    lent = kc_kit_error(k);
    if (n > 0 && KC_CAN(struct kc_source_ops, s->ops, committed)) {
        status = s->ops->committed(s->task, parts, n, lent);
        keep_error(k, lent, status, err);
    }
    kc_kit_leave(k);
    return status;
}

void kc_kit_source_stop(struct kc_kit_source *s)
{
    kc_kit_stop(s->kit);
    if (KC_CAN(struct kc_source_ops, s->ops, interrupt))
        s->ops->interrupt(s->task);
}

void kc_kit_source_close(struct kc_kit_source *s)
{
    if (s == NULL)
        return;
    release(s, &s->before);
    release(s, &s->now);
    kc_kit_enter(s->kit, "close");
    s->ops->close(s->task);
    kc_kit_leave(s->kit);
}
