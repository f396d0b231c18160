#include "output.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <kconnect/sdk.h>

static const uint64_t sequences_per_ms = 1000000;

void kc_output_tick(struct kc_output *o)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_REALTIME, &t);
    o->now_ns = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Sequences go on at max(now, the millisecond after the last one), so a clock that stepped back cannot repeat any. */
void kc_output_init(struct kc_output *o, const char *prefix, uint64_t last_sequence)
{
    uint64_t now_ms, next_ms = last_sequence / sequences_per_ms + 1;

    memset(o, 0, sizeof(*o));
    kc_output_tick(o);
    now_ms = (uint64_t)(o->now_ns / 1000000);
    o->sequence = (now_ms > next_ms ? now_ms : next_ms) * sequences_per_ms - 1;
    o->server.key = kc_str("server");
    o->server.value = kc_string(prefix, (uint32_t)strlen(prefix));
    o->partition = (struct kc_map){&o->server, 1, 0};
}

void kc_output_finish(struct kc_output *o)
{
    free(o->records);
    o->records = NULL;
    o->capacity = 0;
}

kc_status kc_output_begin(struct kc_output *o, const struct kc_poll *how, struct kc_arena *arena,
                          struct kc_error *err)
{
    if (how->max_records > o->capacity) {
        void *p = realloc(o->records, (size_t)how->max_records * sizeof(*o->records));

        if (p == NULL)
            return kc_fail(err, KC_ERR_NOMEM, "out of memory for a batch of %u records", how->max_records);
        o->records = p;
        o->capacity = how->max_records;
    }
    o->n = 0;
    o->marked = 0;
    o->bytes = 0;
    o->max = how->max_records;
    o->max_bytes = how->max_bytes > 0 ? how->max_bytes : UINT64_MAX;
    o->arena = arena;
    kc_output_tick(o);
    return KC_OK;
}

kc_status kc_output_row(struct kc_output *o, const struct kc_event_facts *facts, char op, uint32_t row,
                        const struct kc_value *before, const struct kc_value *after, struct kc_error *err)
{
    struct kc_record *rec = &o->records[o->n];
    kc_status status = kc_envelope_record(facts, op, row, before, after, o->arena, rec, err);

    if (status < 0)
        return status;
    rec->sequence = ++o->sequence;
    rec->checkpoint_ms = facts->event_us / 1000;
    o->n++;
    return KC_OK;
}

void kc_output_tombstone(struct kc_output *o)
{
    const struct kc_record *deleted = &o->records[o->n - 1];
    struct kc_record *rec = &o->records[o->n];

    if (deleted->key_schema == NULL)
        return;
    *rec = *deleted;
    rec->value_schema = NULL;
    rec->value = (struct kc_value){0};
    rec->offset = NULL;
    rec->sequence = ++o->sequence;
    o->n++;
}

void kc_output_marker(struct kc_output *o, const struct kc_topic *topic, int64_t event_us)
{
    o->records[o->n++] =
        (struct kc_record){.flags = KC_REC_DROPPED,
                           .topic = topic,
                           .timestamp_ms = KC_NO_TIMESTAMP,
                           .event_us = event_us,
                           .checkpoint_ms = event_us != KC_NO_TIMESTAMP ? event_us / 1000 : KC_NO_TIMESTAMP,
                           .sequence = o->sequence};
}

const char *kc_output_text(struct kc_output *o, const char *text, size_t len)
{
    char *p = kc_arena_alloc(o->arena, len + 1);

    if (p == NULL)
        return NULL;
    memcpy(p, text, len);
    p[len] = '\0';
    return p;
}

void kc_output_end(struct kc_output *o, struct kc_batch *batch)
{
    batch->records = o->records;
    batch->n_records = o->n;
    batch->record_size = sizeof(*o->records);
    batch->partitions = &o->partition;
    batch->n_partitions = 1;
}
