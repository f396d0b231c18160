/*
 * topics.h - the topics of one task: names interned for the life of the process, looked up at the broker, and
 * made when they are first needed, as topic_creation.h says.
 */
#ifndef KC_TASK_TOPICS_H
#define KC_TASK_TOPICS_H

#include <kconnect/record.h>
#include <librdkafka/rdkafka.h>
#include <stdbool.h>

#include "base/error.h"
#include "task/topic_creation.h"

struct kc_topics;
struct kc_link;

/* Borrows what the setup points at. NULL: out of memory. Task thread only, as everything here. */
struct kc_topics *kc_topics_create(const struct kc_topics_setup *setup);
void kc_topics_destroy(struct kc_topics *t);

/* The topic of this name; NULL: not a legal name, or out of memory. */
const struct kc_topic *kc_topics_get(struct kc_topics *t, struct kc_str name, uint32_t partitions);

/* The topic of dead letters: one partition, this replication factor (-1: the broker's default), no other
 * settings. */
const struct kc_topic *kc_topics_get_plain(struct kc_topics *t, struct kc_str name, int16_t replication);

/* Gives every topic a handle of this client; kc_topics_unbind() before the client is closed. */
void kc_topics_bind(struct kc_topics *t, rd_kafka_t *client);
void kc_topics_unbind(struct kc_topics *t);

/*
 * Makes the missing ones of all interned topics: limits first, then a dry run of the whole list at the
 * broker, then the list. Also learns the topics' leaders, without which librdkafka holds a first message
 * back. KC_ERR_UNSUPPORTED: the topics are bound to no client, as in a sink.
 */
kc_status kc_topics_ensure(struct kc_topics *t, struct kc_error *err);

/* Notes that a record of the topic was read: what a sink uses. */
void kc_topics_mark_used(struct kc_topics *t, const struct kc_topic *topic);

/*
 * For a connector with transforms, whose records may go elsewhere: from now on a topic is made only when
 * something is to be written to it. Its limits are checked then, too.
 */
void kc_topics_make_lazily(struct kc_topics *t);
/* Makes the topics of the records that will be written, all at once. */
kc_status kc_topics_ensure_for(struct kc_topics *t, const struct kc_batch *b, struct kc_error *err);

/* How many partitions the topic had when it was last looked at; 0: not known. */
int32_t kc_topics_partitions(const struct kc_topic *topic);

/* What a record must be like for the broker to take it; read when the topic was looked at. */
struct kc_topic_rules {
    int32_t max_bytes; /* max.message.bytes, of a batch; 0: not known */
    bool needs_key;    /* it is compacted */
};
struct kc_topic_rules kc_topics_rules(const struct kc_topic *topic);

/* The handle to produce with, making the topic if that was not done. NULL: *err. */
rd_kafka_topic_t *kc_topics_handle(struct kc_topics *t, const struct kc_topic *topic, struct kc_error *err);

/* Tells the worker which topics got a record since the last time, at most once a second unless it has to
 * be `now`. */
void kc_topics_tell_used(struct kc_topics *t, struct kc_link *link, bool now);

#endif
