/*
 * output.h - the records of one poll, while they are put together.
 *
 * The array of records belongs to the task and is used again by the next poll; everything that a record points at
 * lies in the batch's arena. Task thread only.
 */
#ifndef KC_MYSQL_OUTPUT_H
#define KC_MYSQL_OUTPUT_H

#include "envelope.h"

#include <kconnect/connector.h>

/* A resume point is attached to every so many records and to the last of a batch. */
enum { KC_OUTPUT_MARK_EVERY = 512 };

struct kc_output {
    struct kc_record *records;
    uint32_t capacity;
    uint32_t n;
    uint32_t max;       /* of this poll */
    uint32_t marked;    /* records before this one are covered by a resume point */
    uint64_t bytes;     /* copied into the arena, roughly */
    uint64_t max_bytes; /* a wish */
    uint64_t sequence;  /* of the last record */
    int64_t now_ns;     /* the clock when the poll began or last waited */
    struct kc_arena *arena;
    struct kc_kv server; /* the source partition {"server": prefix} */
    struct kc_map partition;
};

/* `prefix` is borrowed; `last_sequence` is the one of the position, 0 for a fresh start. */
void kc_output_init(struct kc_output *o, const char *prefix, uint64_t last_sequence);
void kc_output_finish(struct kc_output *o);

/* Begins a poll. KC_ERR_NOMEM. */
kc_status kc_output_begin(struct kc_output *o, const struct kc_poll *how, struct kc_arena *arena,
                          struct kc_error *err);

/* Reads the clock again, after a wait. */
void kc_output_tick(struct kc_output *o);

static inline uint32_t kc_output_room(const struct kc_output *o)
{
    return o->max - o->n;
}

/* True when no further event should be begun. */
static inline bool kc_output_full(const struct kc_output *o)
{
    return o->n >= o->max || (o->n > 0 && o->bytes >= o->max_bytes);
}

/* Adds one record for a row; there must be room. */
kc_status kc_output_row(struct kc_output *o, const struct kc_event_facts *facts, char op, uint32_t row,
                        const struct kc_value *before, const struct kc_value *after, struct kc_error *err);

/* Adds the tombstone behind the delete that was added last, if its row has a key; there must be room. */
void kc_output_tombstone(struct kc_output *o);

/* Adds a record that is not sent and only carries a resume point; there must be room. */
void kc_output_marker(struct kc_output *o, const struct kc_topic *topic, int64_t event_us);

/* Copies text into the arena; NULL: out of memory. Empty text is never NULL. */
const char *kc_output_text(struct kc_output *o, const char *text, size_t len);

/* Hands the records over. */
void kc_output_end(struct kc_output *o, struct kc_batch *batch);

#endif
