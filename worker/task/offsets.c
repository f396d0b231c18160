#include "task/offsets.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"

enum { STATE_BUCKETS = 512, NO_POSITION = UINT32_MAX };

struct position {
    struct kc_flat *partition; /* NULL: nothing known of this slot */
    struct kc_flat *offset;
    uint64_t count;
    uint64_t cookie;
    bool see_record;                /* at the start: the group has a short form */
    bool changed;                   /* since the last commit */
    bool stale_record;              /* the record in Kafka is older than `offset` */
    bool writes_record;             /* in the transaction being committed */
    bool tail;                      /* records came after the newest resume point */
    const struct kc_record *resume; /* the batch's newest resume point, while it is noted */
};

struct state {
    struct state *next;
    struct kc_str key, value; /* in one block with the struct; value.len 0: removed */
    bool changed;
};

struct kc_offsets {
    const char *connector;
    const char *group_id;
    struct position *positions; /* by slot */
    struct position *records;   /* at the start: what the records say */
    uint32_t slots;
    uint32_t used;      /* slots below this one have a position */
    uint32_t *of_batch; /* which position a batch's partition is */
    uint32_t of_batch_cap;
    int64_t record_written_ms;
    bool any_state_changed;
    struct kc_buf text;
    struct state *states[STATE_BUCKETS];
};

struct kc_offsets *kc_offsets_create(const char *connector, const char *group_id, int32_t slots)
{
    struct kc_offsets *o = calloc(1, sizeof(*o));

    if (o == NULL)
        return NULL;
    o->connector = connector;
    o->group_id = group_id;
    o->slots = (uint32_t)slots;
    o->positions = calloc(o->slots, sizeof(*o->positions));
    o->records = calloc(o->slots, sizeof(*o->records));
    if (o->positions == NULL || o->records == NULL) {
        kc_offsets_destroy(o);
        return NULL;
    }
    return o;
}

static void free_position(struct position *p)
{
    kc_flat_destroy(p->partition);
    kc_flat_destroy(p->offset);
    *p = (struct position){0};
}

void kc_offsets_destroy(struct kc_offsets *o)
{
    if (o == NULL)
        return;
    for (uint32_t i = 0; i < o->slots; i++) {
        if (o->positions != NULL)
            free_position(&o->positions[i]);
        if (o->records != NULL)
            free_position(&o->records[i]);
    }
    for (size_t i = 0; i < STATE_BUCKETS; i++) {
        while (o->states[i] != NULL) {
            struct state *next = o->states[i]->next;

            free(o->states[i]);
            o->states[i] = next;
        }
    }
    kc_buf_finish(&o->text);
    free(o->positions);
    free(o->records);
    free(o->of_batch);
    free(o);
}

/* Moves what was read into a position. */
static void take_text(struct position *p, struct kc_position_text *t, int64_t count)
{
    free_position(p);
    p->partition = t->partition;
    p->offset = t->offset;
    p->see_record = t->see_record;
    p->count = count > 0 ? (uint64_t)count : 0;
    t->partition = t->offset = NULL;
    kc_position_text_finish(t);
}

kc_status kc_offsets_found_metadata(struct kc_offsets *o, int32_t slot, int64_t count,
                                    struct kc_position_text *t, struct kc_error *err)
{
    if (slot < 0 || (uint32_t)slot >= o->slots)
        return kc_fail(err, KC_ERR_CONFIG,
                       "the group connect-%s has an offset for slot %d, and the offset topic has "
                       "only %u partitions",
                       o->connector, slot, o->slots);
    take_text(&o->positions[slot], t, count);
    return KC_OK;
}

kc_status kc_offsets_found_record(struct kc_offsets *o, int32_t slot, struct kc_position_text *t,
                                  struct kc_error *err)
{
    if (slot < 0 || (uint32_t)slot >= o->slots)
        return kc_fail(err, KC_ERR_CONFIG,
                       "the offset topic has a position of slot %d and only %u partitions", slot, o->slots);
    if (t->group_id != NULL && strcmp(t->group_id, o->group_id) != 0)
        return kc_fail(
            err, KC_ERR_CONFIG,
            "another fleet (group.id %s) has a connector called %s on this Kafka cluster: give this one "
            "another name, or the fleets different offset topics",
            t->group_id, o->connector);
    take_text(&o->records[slot], t, t->count);
    return KC_OK;
}

kc_status kc_offsets_forget_record(struct kc_offsets *o, int32_t slot, struct kc_error *err)
{
    if (slot < 0 || (uint32_t)slot >= o->slots)
        return kc_fail(err, KC_ERR_CONFIG,
                       "the offset topic has a position of slot %d and only %u partitions", slot, o->slots);
    free_position(&o->records[slot]);
    return KC_OK;
}

kc_status kc_offsets_settle(struct kc_offsets *o, struct kc_error *err)
{
    for (uint32_t i = 0; i < o->slots; i++) {
        struct position *p = &o->positions[i], *r = &o->records[i];

        if (p->see_record && r->partition == NULL)
            return kc_fail(
                err, KC_ERR_CONFIG,
                "the position of %s is too long for the group connect-%s, and its record is missing from "
                "the offset topic: reset the connector's offsets to start afresh",
                o->connector, o->connector);
        if (p->partition == NULL && r->partition != NULL) {
            if (!p->see_record)
                kc_log(KC_WARN, "worker/task",
                       "the group connect-%s has no position, it expired or was deleted: going on from the "
                       "record in "
                       "the offset topic",
                       o->connector);
            free_position(p);
            *p = *r;
            *r = (struct position){0};
            p->changed = true; /* so that the group gets it again */
        } else if (p->partition != NULL) {
            p->stale_record = r->offset == NULL || !kc_flat_equal(&r->offset->map, &p->offset->map);
        }
        if (p->partition != NULL) {
            o->used = i + 1;
        }
        free_position(r);
    }
    return KC_OK;
}

static uint32_t find(const struct kc_offsets *o, const struct kc_map *partition)
{
    for (uint32_t i = 0; i < o->used; i++) {
        if (o->positions[i].partition != NULL && kc_flat_equal(&o->positions[i].partition->map, partition))
            return i;
    }
    return NO_POSITION;
}

kc_status kc_offsets_get(struct kc_offsets *o, const struct kc_map *partition, struct kc_map *offset)
{
    uint32_t i = find(o, partition);

    if (i == NO_POSITION || o->positions[i].offset == NULL)
        return KC_NOTHING;
    *offset = o->positions[i].offset->map;
    return KC_OK;
}

void kc_offsets_each(struct kc_offsets *o,
                     void (*visit)(void *arg, const struct kc_map *partition, const struct kc_map *offset),
                     void *arg)
{
    for (uint32_t i = 0; i < o->used; i++) {
        if (o->positions[i].offset != NULL)
            visit(arg, &o->positions[i].partition->map, &o->positions[i].offset->map);
    }
}

static struct state **find_state(struct kc_offsets *o, struct kc_str key)
{
    uint32_t hash = 2166136261u;
    struct state **at;

    for (uint32_t i = 0; i < key.len; i++)
        hash = (hash ^ (uint8_t)key.ptr[i]) * 16777619u;
    at = &o->states[hash % STATE_BUCKETS];
    while (*at != NULL && ((*at)->key.len != key.len || memcmp((*at)->key.ptr, key.ptr, key.len) != 0))
        at = &(*at)->next;
    return at;
}

kc_status kc_state_get(struct kc_offsets *o, struct kc_str key, struct kc_str *value)
{
    struct state *s = *find_state(o, key);

    if (s == NULL || s->value.len == 0)
        return KC_NOTHING;
    *value = s->value;
    return KC_OK;
}

kc_status kc_state_put(struct kc_offsets *o, struct kc_str key, struct kc_str value, bool loaded)
{
    struct state **at = find_state(o, key), *old = *at, *s;
    char *bytes;

    if (old == NULL && value.len == 0)
        return KC_OK;
    if (old != NULL && old->value.len == value.len &&
        (value.len == 0 || memcmp(old->value.ptr, value.ptr, value.len) == 0))
        return KC_OK;
    s = calloc(1, sizeof(*s) + (size_t)key.len + value.len + 2);
    if (s == NULL)
        return KC_ERR_NOMEM;
    bytes = (char *)(s + 1);
    memcpy(bytes, key.ptr, key.len);
    s->key = (struct kc_str){bytes, key.len, 0};
    bytes += key.len + 1;
    if (value.len > 0)
        memcpy(bytes, value.ptr, value.len);
    s->value = (struct kc_str){bytes, value.len, 0};
    s->changed = !loaded;
    o->any_state_changed = o->any_state_changed || !loaded;
    s->next = old == NULL ? NULL : old->next;
    *at = s;
    free(old);
    return KC_OK;
}

/* The position of a batch's partition, a new one when it was not seen before. */
static kc_status position_of(struct kc_offsets *o, const struct kc_map *partition, uint32_t *index,
                             struct kc_error *err)
{
    uint32_t i = find(o, partition);

    if (i == NO_POSITION) {
        for (i = 0; i < o->slots && o->positions[i].partition != NULL; i++)
            ;
        if (i == o->slots)
            return kc_fail(
                err, KC_ERR_CONFIG,
                "%s reads from more than %u places, and the offset topic has a partition for no more: make "
                "several connectors of it",
                o->connector, o->slots);
        o->positions[i].partition = kc_flat_copy(partition, err);
        if (o->positions[i].partition == NULL)
            return err->status;
        if (o->used <= i)
            o->used = i + 1;
    }
    *index = i;
    return KC_OK;
}

static kc_status map_batch(struct kc_offsets *o, const struct kc_batch *b, struct kc_error *err)
{
    if (b->n_partitions > o->of_batch_cap) {
        uint32_t *grown = realloc(o->of_batch, b->n_partitions * sizeof(*grown));

        if (grown == NULL)
            return kc_fail(err, KC_ERR_NOMEM, "out of memory");
        o->of_batch = grown;
        o->of_batch_cap = b->n_partitions;
    }
    for (uint32_t i = 0; i < b->n_partitions; i++) {
        kc_status status = position_of(o, &b->partitions[i], &o->of_batch[i], err);

        if (status < 0)
            return status;
    }
    return KC_OK;
}

static kc_status move_position(struct position *p, const struct kc_record *r, struct kc_error *err)
{
    struct kc_flat *offset;

    p->cookie = r->cookie;
    if (p->offset != NULL && kc_flat_equal(&p->offset->map, r->offset))
        return KC_OK;
    offset = kc_flat_copy(r->offset, err);
    if (offset == NULL)
        return err->status;
    kc_flat_destroy(p->offset);
    p->offset = offset;
    p->changed = p->stale_record = true;
    return KC_OK;
}

kc_status kc_offsets_note(struct kc_offsets *o, const struct kc_batch *b, struct kc_error *err)
{
    kc_status status = map_batch(o, b, err);

    for (uint32_t i = 0; i < b->n_records && status == KC_OK; i++) {
        const struct kc_record *r = kc_batch_at(b, i);
        bool live = (r->flags & (KC_REC_DROPPED | KC_REC_FAILED)) == 0;
        struct position *p;

        if (r->source >= b->n_partitions) {
            if (r->offset != NULL)
                status = kc_fail(err, KC_ERR_FATAL,
                                 "the connector gave a position without saying of which partition");
            continue;
        }
        p = &o->positions[o->of_batch[r->source]];
        p->count += live;
        p->tail = r->offset == NULL && (live || p->tail);
        if (r->offset != NULL)
            p->resume = r; /* only the newest of the batch is copied, below */
    }
    for (uint32_t i = 0; i < b->n_partitions && status == KC_OK; i++) {
        struct position *p = &o->positions[o->of_batch[i]];

        if (p->resume != NULL)
            status = move_position(p, p->resume, err);
        p->resume = NULL;
    }
    return status;
}

bool kc_offsets_at_resume_point(const struct kc_offsets *o)
{
    for (uint32_t i = 0; i < o->used; i++) {
        if (o->positions[i].tail)
            return false;
    }
    return true;
}

bool kc_offsets_changed(const struct kc_offsets *o)
{
    for (uint32_t i = 0; i < o->used; i++) {
        if (o->positions[i].changed)
            return true;
    }
    return false;
}

int64_t kc_offsets_record_due(const struct kc_offsets *o)
{
    for (uint32_t i = 0; i < o->used; i++) {
        if (o->positions[i].stale_record)
            return o->record_written_ms == 0 ? 0 : o->record_written_ms + KC_RECORD_INTERVAL_MS;
    }
    return INT64_MAX;
}

static kc_status add_offset(struct kc_offsets *o, uint32_t slot, const char *topic,
                            rd_kafka_topic_partition_list_t *list, bool *short_form, struct kc_error *err)
{
    const struct position *p = &o->positions[slot];
    rd_kafka_topic_partition_t *entry;

    *short_form = kc_position_metadata(&p->partition->map, &p->offset->map, &o->text);
    if (o->text.failed)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for a position");
    entry = rd_kafka_topic_partition_list_add(list, topic, (int32_t)slot);
    entry->offset = (int64_t)p->count;
    entry->metadata = malloc(o->text.len);
    if (entry->metadata == NULL)
        return kc_fail(err, KC_ERR_NOMEM, "out of memory for a position");
    memcpy(entry->metadata, o->text.data, o->text.len);
    entry->metadata_size = o->text.len;
    return KC_OK;
}

static kc_status write_record(struct kc_offsets *o, uint32_t slot, kc_offsets_write_fn write, void *arg,
                              struct kc_error *err)
{
    struct position *p = &o->positions[slot];
    struct kc_buf key = {0};
    kc_status status;

    kc_position_key(o->connector, (int32_t)slot, &key);
    kc_position_record(o->group_id, (int32_t)slot, p->count, kc_now_ms(), &p->partition->map, &p->offset->map,
                       &o->text);
    if (key.failed || o->text.failed)
        status = kc_fail(err, KC_ERR_NOMEM, "out of memory for a position");
    else
        status = write(arg, key.data, key.len, o->text.data, o->text.len, err);
    kc_buf_finish(&key);
    p->writes_record = status == KC_OK;
    return status;
}

static kc_status write_states(struct kc_offsets *o, kc_offsets_write_fn write, void *arg,
                              struct kc_error *err)
{
    kc_status status = KC_OK;

    for (size_t i = 0; o->any_state_changed && i < STATE_BUCKETS; i++) {
        for (struct state *s = o->states[i]; s != NULL && status == KC_OK; s = s->next) {
            if (!s->changed)
                continue;
            kc_state_key(o->connector, s->key.ptr, s->key.len, &o->text);
            if (o->text.failed)
                return kc_fail(err, KC_ERR_NOMEM, "out of memory for the connector's state");
            status = write(arg, o->text.data, o->text.len, s->value.len == 0 ? NULL : s->value.ptr,
                           s->value.len, err);
        }
    }
    return status;
}

kc_status kc_offsets_prepare(struct kc_offsets *o, bool all, const char *topic,
                             rd_kafka_topic_partition_list_t *list, kc_offsets_write_fn write, void *arg,
                             struct kc_error *err)
{
    bool due = all || kc_offsets_record_due(o) <= kc_mono_ms();
    kc_status status = write_states(o, write, arg, err);

    for (uint32_t i = 0; i < o->used && status == KC_OK; i++) {
        struct position *p = &o->positions[i];
        bool short_form = false;

        p->writes_record = false;
        if (!p->changed && !(due && p->stale_record))
            continue;
        status = add_offset(o, i, topic, list, &short_form, err);
        if (status == KC_OK && p->stale_record && (due || short_form))
            status = write_record(o, i, write, arg, err);
    }
    return status;
}

void kc_offsets_committed(struct kc_offsets *o, void (*tell)(void *arg, const struct kc_committed *changed),
                          void *arg)
{
    for (uint32_t i = 0; i < o->used; i++) {
        struct position *p = &o->positions[i];
        bool changed = p->changed;

        p->changed = false;
        if (p->writes_record) {
            p->stale_record = p->writes_record = false;
            o->record_written_ms = kc_mono_ms();
        }
        if (changed && tell != NULL) {
            struct kc_committed c = {p->partition->map, p->offset->map, p->cookie};

            tell(arg, &c);
        }
    }
    for (size_t i = 0; o->any_state_changed && i < STATE_BUCKETS; i++) {
        for (struct state *s = o->states[i]; s != NULL; s = s->next)
            s->changed = false;
    }
    o->any_state_changed = false;
}
