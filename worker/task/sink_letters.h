/*
 * sink_letters.h - the dead letters of a sink: messages that could not be put, as they came, in a topic of
 * their own.
 *
 * A dead letter has the message's key, value, headers and timestamp, byte for byte. With
 * errors.deadletterqueue.context.headers.enable it also has Kafka Connect's headers, as UTF-8 text
 * (org.apache.kafka.connect.runtime.errors.DeadLetterQueueReporter):
 *   __connect.errors.topic, .partition, .offset       where it was read
 *   __connect.errors.connector.name, .task.id, .stage, .class.name, .exception.class.name, .exception.message
 *   __kconnect.errors.bytes, .limit.bytes             its value was left out, being larger than the topic takes
 *
 * An offset is committed only when the dead letters before it are acknowledged: kc_sink_letters_flush(). Task
 * thread only.
 */
#ifndef KC_TASK_SINK_LETTERS_H
#define KC_TASK_SINK_LETTERS_H

#include <librdkafka/rdkafka.h>

#include "task/task.h"

struct kc_sink_letters {
    struct kc_task *task;
    rd_kafka_t *client; /* NULL: there is no topic for dead letters */
    struct kc_topics *topics;
    const struct kc_topic *topic;
    size_t queued_bytes, max_bytes;
    struct kc_error why; /* the first that was not written; status 0: none */
};

/*
 * Makes the client and the topic, if errors.tolerance is all and a topic is named. KC_ERR_CONFIG, or
 * KC_ERR_RETRY when no broker answers. Close in every case.
 */
kc_status kc_sink_letters_open(struct kc_sink_letters *l, struct kc_task *t, const char *client_id,
                               struct kc_error *err);
void kc_sink_letters_close(struct kc_sink_letters *l);

/* Sends one. Does nothing without a topic. Negative: the task cannot go on. */
kc_status kc_sink_letters_send(struct kc_sink_letters *l, const struct kc_failure *f,
                               const rd_kafka_message_t *m, struct kc_error *err);
/* Waits until all are acknowledged. Negative: at least one is not, so nothing may be committed. */
kc_status kc_sink_letters_flush(struct kc_sink_letters *l, int timeout_ms, struct kc_error *err);

#endif
