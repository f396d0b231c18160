#include "task/sink_batch.h"

#include <stdlib.h>
#include <string.h>

static void *take(struct kc_arena *a, size_t size)
{
    void *p;

    size = (size + 15) & ~(size_t)15;
    if ((size_t)(a->end - a->cur) < size && kc_arena_more(a, size) < 0)
        return NULL;
    p = a->cur;
    a->cur += size;
    return p;
}

static struct kc_value bytes_of(const void *data, size_t len)
{
    struct kc_value v = {.type = KC_NULL};

    if (data != NULL) {
        v.type = KC_BYTES;
        v.len = (uint32_t)len;
        v.as.bytes = data;
    }
    return v;
}

static kc_status take_headers(const rd_kafka_message_t *m, struct kc_arena *arena, struct kc_record *r)
{
    rd_kafka_headers_t *headers = NULL;
    struct kc_header *list;
    size_t n;

    if (rd_kafka_message_headers(m, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return KC_OK;
    n = rd_kafka_header_cnt(headers);
    list = n == 0 ? NULL : take(arena, n * sizeof(*list));
    if (list == NULL)
        return n == 0 ? KC_OK : KC_ERR_NOMEM;
    for (size_t i = 0; i < n; i++) {
        const char *name = "";
        const void *value = NULL;
        size_t len = 0;

        (void)rd_kafka_header_get_all(headers, i, &name, &value, &len);
        list[i] = (struct kc_header){.key = {name, (uint32_t)strlen(name), 0}, .value = bytes_of(value, len)};
    }
    r->headers = list;
    r->n_headers = (uint32_t)n;
    return KC_OK;
}

static kc_status make_one(const struct kc_sink_message *from, struct kc_arena *arena, struct kc_record *r)
{
    const rd_kafka_message_t *m = from->message;
    struct kc_origin *origin = take(arena, sizeof(*origin));
    rd_kafka_timestamp_type_t type;
    int64_t timestamp = rd_kafka_message_timestamp(m, &type);

    if (origin == NULL)
        return KC_ERR_NOMEM;
    *origin = (struct kc_origin){.topic = from->part->topic, .offset = m->offset, .partition = m->partition};
    *r = (struct kc_record){
        .flags = type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME ? KC_REC_LOG_APPEND : 0,
        .partition = m->partition,
        .timestamp_ms = type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? KC_NO_TIMESTAMP : timestamp,
        .topic = from->part->topic,
        .key = bytes_of(m->key, m->key_len),
        .value = bytes_of(m->payload, m->len),
        .origin = origin,
        .event_us = KC_NO_TIMESTAMP,
        .checkpoint_ms = KC_NO_TIMESTAMP,
    };
    return take_headers(m, arena, r);
}

static kc_status make_room(struct kc_sink_batch *b, size_t n)
{
    struct kc_record *records;

    if (n <= b->capacity)
        return KC_OK;
    records = reallocarray(b->pub.records, n, sizeof(*records));
    if (records == NULL)
        return KC_ERR_NOMEM;
    b->pub.records = records;
    b->capacity = n;
    return KC_OK;
}

kc_status kc_sink_batch_make(struct kc_sink_batch *b, struct kc_sink_messages *messages,
                             struct kc_task_arena *arena, struct kc_error *err)
{
    struct kc_sink_messages empty = b->messages;
    kc_status status = make_room(b, messages->n);

    if (status < 0)
        return kc_fail(err, status, "out of memory for a batch of %zu records", messages->n);
    b->messages = *messages;
    *messages = empty; /* its memory is used again */
    kc_arena_reset(arena);
    b->pub = (struct kc_batch){.struct_size = sizeof(b->pub),
                               .record_size = sizeof(struct kc_record),
                               .records = b->pub.records,
                               .n_records = (uint32_t)b->messages.n,
                               .arena = &arena->pub};
    for (size_t i = 0; i < b->messages.n; i++) {
        const struct kc_sink_message *m = &b->messages.list[i];

        if (make_one(m, &arena->pub, &b->pub.records[i]) < 0)
            return kc_fail(err, KC_ERR_NOMEM, "out of memory for a batch of %zu records", b->messages.n);
        m->part->taken = m->message->offset + 1;
    }
    return KC_OK;
}

void kc_sink_batch_compact(struct kc_sink_batch *b)
{
    struct kc_sink_messages *m = &b->messages;
    size_t kept = 0;

    for (size_t i = 0; i < m->n; i++) {
        const uint32_t dead = KC_REC_DROPPED | KC_REC_FAILED;

        if (m->list[i].part->gone || (b->pub.records[i].flags & dead) != 0) {
            m->bytes -= m->list[i].message->len + m->list[i].message->key_len;
            rd_kafka_message_destroy(m->list[i].message);
            continue;
        }
        m->list[kept] = m->list[i];
        if (kept != i)
            b->pub.records[kept] = b->pub.records[i];
        kept++;
    }
    m->n = kept;
    b->pub.n_records = (uint32_t)kept;
}

void kc_sink_batch_clear(struct kc_sink_batch *b)
{
    kc_sink_messages_drop(&b->messages, false);
    b->pub.n_records = 0;
}

void kc_sink_batch_finish(struct kc_sink_batch *b)
{
    kc_sink_messages_finish(&b->messages);
    free(b->pub.records);
    *b = (struct kc_sink_batch){0};
}
