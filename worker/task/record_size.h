/*
 * record_size.h - whether a record can be written at all, found before it is handed to librdkafka: a record that the
 * broker refuses inside of a transaction spoils the whole transaction.
 *
 * The broker compares max.message.bytes with the record batch (magic 2, https://kafka.apache.org/documentation/#recordbatch)
 * as it arrives, so compressed; here it is the batch with this record alone, uncompressed, which is never less. What is
 * compared does therefore not depend on how well a row compresses. Pure functions, any thread.
 */
#ifndef KC_TASK_RECORD_SIZE_H
#define KC_TASK_RECORD_SIZE_H

#include "task/producer.h"
#include "task/topics.h"

enum kc_misfit_kind {
    KC_FITS,
    KC_OVER_TOPIC,   /* the topic's max.message.bytes */
    KC_OVER_MESSAGE, /* the producer's message.max.bytes */
    KC_OVER_QUEUE,   /* the producer's queue.buffering.max.kbytes */
    KC_LACKS_KEY,    /* the topic is compacted */
};

struct kc_misfit {
    enum kc_misfit_kind kind;
    uint64_t bytes, limit; /* of the three that are about size */
};

/* Bytes of a record batch that holds this record alone. */
uint64_t kc_record_batch_bytes(const struct kc_message *m);

struct kc_misfit kc_record_check(const struct kc_message *m, const struct kc_topic_rules *rules,
                                 const struct kc_producer *p);

/* The Java class by which tools for dead letters know it. */
const char *kc_misfit_exception(const struct kc_misfit *misfit);
/* The sentence for people; not for KC_FITS. KC_ERR_CONFIG. */
kc_status kc_misfit_explain(const struct kc_misfit *misfit, const struct kc_topic *topic,
                            struct kc_error *err);

#endif
