/*
 * sink_consumer.h - the librdkafka consumer of a sink's task: a member of the group connect-<connector>, or
 * of the one that consumer.override.group.id names.
 *
 * Nothing is committed but by kc_sink_consumer_commit(). Partitions come and go inside of
 * kc_sink_consumer_poll(), which calls the handlers then. Everything here is for the task's thread alone.
 */
#ifndef KC_TASK_SINK_CONSUMER_H
#define KC_TASK_SINK_CONSUMER_H

#include <librdkafka/rdkafka.h>

#include "task/sink_parts.h"
#include "task/task.h"

/* One message with the partition it is of. */
struct kc_sink_message {
    rd_kafka_message_t *message;
    struct kc_sink_part *part;
};

struct kc_sink_messages {
    struct kc_sink_message *list;
    size_t n, cap;
    size_t bytes; /* of keys and values */
};

struct kc_sink_consumer {
    struct kc_task *task;
    rd_kafka_t *client;
    rd_kafka_queue_t *answers; /* to commits */
    uint64_t commits_sent, commits_answered;
    rd_kafka_resp_err_t commit_code; /* of the last answer */
    struct kc_sink_parts parts;
    struct kc_sink_messages next; /* polled, and not yet in a batch */
    bool standing;                /* nothing is to be fetched: a batch waits, or the connector is paused */
    bool from_end;                /* auto.offset.reset is latest */
    bool closing;
    struct kc_error why;   /* status < 0: reading cannot go on */
    char missing[256];     /* the topic whose absence was logged last */
    int64_t ends_asked_ms; /* kc_mono_ms(); sink_lag.h */
    /*
     * The plugin's view of partitions that came, before they are read; it may say where to begin
     * (kc_sink_part_seek).
     */
    void (*assigned)(void *arg, struct kc_sink_part *const *parts, size_t n);
    /* They are about to go; `lost`: they are gone already, and belong to another member. */
    void (*revoked)(void *arg, struct kc_sink_part *const *parts, size_t n, bool lost);
    void *arg;
};

/*
 * Makes the client and subscribes to what the keys topics or topics.regex say. KC_ERR_CONFIG names the key or
 * property. Set the handlers before the first poll; close in every case.
 */
kc_status kc_sink_consumer_open(struct kc_sink_consumer *c, struct kc_task *t, const char *client_id,
                                struct kc_error *err);
/* Leaves the group. The handlers are not called any more. */
void kc_sink_consumer_close(struct kc_sink_consumer *c);

/* How many records a batch may have: consumer.override.max.poll.records, 500. */
kc_status kc_sink_consumer_max_records(const struct kc_task *t, size_t *out, struct kc_error *err);

/*
 * Waits up to timeout_ms for a message, and takes what is there into `next`, until that has max_records or
 * max_bytes; 0 records: only serves the group. Negative: *err, the task cannot go on.
 */
kc_status kc_sink_consumer_poll(struct kc_sink_consumer *c, size_t max_records, size_t max_bytes,
                                int timeout_ms, struct kc_error *err);
/*
 * Stops fetching all partitions, those included that come later; or goes on with those the plugin has not
 * paused.
 */
void kc_sink_consumer_stand(struct kc_sink_consumer *c, bool stand);
/* The plugin's pause and resume of one partition. */
void kc_sink_consumer_pause(struct kc_sink_consumer *c, struct kc_sink_part *part, bool pause);
/* Only what librdkafka is to do with the partition. */
void kc_sink_consumer_hold(struct kc_sink_consumer *c, const struct kc_sink_part *part, bool hold);
/* Notes why reading cannot go on; the first reason counts. Gives its status. */
kc_status kc_sink_consumer_fail(struct kc_sink_consumer *c, kc_status status, const char *what,
                                rd_kafka_resp_err_t code);
/* Frees messages; with `stale_only` those whose partition is gone or goes on somewhere else. */
void kc_sink_messages_drop(struct kc_sink_messages *m, bool stale_only);
void kc_sink_messages_finish(struct kc_sink_messages *m);

/*
 * Commits `list` and waits for the answer up to timeout_ms. KC_ERR_RETRY: it was not taken, which loses
 * nothing; KC_ERR_CONFIG: this user may not.
 */
kc_status kc_sink_consumer_commit(struct kc_sink_consumer *c, const rd_kafka_topic_partition_list_t *list,
                                  int timeout_ms, struct kc_error *err);

#endif
