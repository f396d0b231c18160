/*
 * sink_batch.h - the batch in a sink's hand: messages as records, which the converters, the transforms and
 * put() work on.
 *
 * Keys, values and header values point into librdkafka's messages, which are kept until
 * kc_sink_batch_clear(). Records that were filtered, refused or taken away by the group are removed by
 * kc_sink_batch_compact(), so that put() gets none of them.
 */
#ifndef KC_TASK_SINK_BATCH_H
#define KC_TASK_SINK_BATCH_H

#include "task/arena.h"
#include "task/sink_consumer.h"

/* Zero-initialise; finish with kc_sink_batch_finish(). */
struct kc_sink_batch {
    struct kc_sink_messages messages; /* element i is what record i was made of */
    struct kc_batch pub;              /* what the converters, the transforms and put() get */
    size_t capacity;                  /* of pub.records */
};

/*
 * Makes records of `messages`, which are taken over and leave an empty list behind, and notes in their
 * partitions that they were taken. Headers and origins are in `arena`, which is reset. KC_ERR_NOMEM.
 */
kc_status kc_sink_batch_make(struct kc_sink_batch *b, struct kc_sink_messages *messages,
                             struct kc_task_arena *arena, struct kc_error *err);

/* Removes the records that are dead, and those of partitions that are gone. */
void kc_sink_batch_compact(struct kc_sink_batch *b);

/* Gives the messages back. */
void kc_sink_batch_clear(struct kc_sink_batch *b);
void kc_sink_batch_finish(struct kc_sink_batch *b);

#endif
