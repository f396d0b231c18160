/*
 * producer.h - the librdkafka clients that send a source's records, and the account of what they still hold.
 *
 * With exactly once there is one client: `data` and `txn` are the same. Without it `data` is a plain idempotent
 * producer and `txn` a transactional one that only commits positions. Used, and its delivery reports served, by the
 * task's thread alone.
 */
#ifndef KC_TASK_PRODUCER_H
#define KC_TASK_PRODUCER_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/props.h"
#include "task/memory.h"
#include "task/out_buffer.h"
#include "task/partition_opening.h"

enum {
    KC_QUEUE_KBYTES = 8192, /* of messages that are not acknowledged; a commit has to wait for all of them */
    KC_QUEUE_MARGIN_KBYTES = 1024, /* of librdkafka's own limit above the largest message */
    KC_BATCH_BYTES = 400000,       /* with 1 MB a broker was seen to turn slow */
    KC_MESSAGE_MAX_BYTES = 64 << 20,
    KC_TXN_TIMEOUT_MS = 15000, /* a dangling transaction holds up every read_committed reader */
    KC_BROKER_WAIT_MS = 30000, /* how long a start waits for an answer before the task counts as failed */
    KC_RUN_MESSAGES = 256,
};

struct kc_producer {
    rd_kafka_t *data;
    rd_kafka_t *txn;
    int64_t txn_timeout_ms;
    int32_t batch_bytes;
    uint64_t bytes;             /* acknowledged, since the start of the client */
    uint64_t message_max_bytes; /* message.max.bytes, of key and value */
    uint64_t queue_max_bytes;   /* queue.buffering.max.kbytes: no record can be larger */
    uint64_t queue_bytes;       /* above this no record is handed over but into an empty queue */
    uint64_t queued_bytes;      /* handed over and not acknowledged */
    struct kc_out_pool pool;
    struct kc_openings openings;
    const struct kc_partitioner *partitioner;
    uint32_t spread;
    int64_t now_ms; /* monotonic, as of the last kc_producer_serve() */
    bool fenced;    /* another process has taken the transactional id: exit, never try again */
    bool
        batch_too_big; /* a topic's max.message.bytes is smaller than batch_bytes: open again with topic_limit */
    int32_t topic_limit;
    struct kc_error why;   /* the first failed delivery; status 0: none */
    char large_topic[256]; /* of the first message that was too large; "": none */
    size_t large_bytes;
};

struct kc_producer_setup {
    const struct kc_props *props; /* the user's librdkafka properties, which win over our defaults */
    const char *client_id;
    const char *transactional_id;
    bool exactly_once;
    int32_t batch_bytes; /* 0: KC_BATCH_BYTES, or what the user set */
    const struct kc_memory *memory;
};

struct kc_message {
    rd_kafka_topic_t *topic;
    int32_t partition;    /* RD_KAFKA_PARTITION_UA: by the key, as Kafka's own clients do (murmur2) */
    int32_t partitions;   /* of the topic; 0: not known */
    int64_t timestamp_ms; /* 0: now */
    const void *key;      /* copied by librdkafka; NULL: no key */
    size_t key_len;
    const void *value; /* NULL: a tombstone */
    size_t value_len;
    struct kc_out *out;          /* holds `value`; NULL: `value` is copied */
    rd_kafka_headers_t *headers; /* owned by the message once it was taken; may be NULL */
};

/*
 * Messages of one partition that are handed over together. Zero-initialise; set topic and partition while it is empty, as
 * it is after each kc_producer_send_run(). All have a value without copy, or none, and neither headers nor a timestamp.
 */
struct kc_run {
    rd_kafka_topic_t *topic;
    int32_t partition; /* may be RD_KAFKA_PARTITION_UA */
    size_t n;
    size_t bytes; /* of keys and values */
    size_t taken; /* by the last kc_producer_send_run() */
    size_t taken_bytes;
    rd_kafka_message_t list[KC_RUN_MESSAGES];
};

/* Makes the clients; does not wait for a broker. KC_ERR_CONFIG names the property. Close in both cases. */
kc_status kc_producer_open(struct kc_producer *p, const struct kc_producer_setup *setup,
                           struct kc_error *err);
/* Drops what was not sent and destroys the clients. Every rd_kafka_topic_t of theirs must have been destroyed. */
void kc_producer_close(struct kc_producer *p);

/*
 * Hands one record to librdkafka, serving delivery reports while its queue is full; waits for the acknowledgement of
 * the first one into a partition. Negative: not taken, or not acknowledged, and the transaction must be aborted;
 * `headers` are the caller's again only if *taken is false.
 */
kc_status kc_producer_send(struct kc_producer *p, const struct kc_message *m, bool *taken,
                           struct kc_error *err);
/* The partition that a message will go to; RD_KAFKA_PARTITION_UA: librdkafka decides. Call it once for each message. */
int32_t kc_producer_partition(struct kc_producer *p, const struct kc_message *m);
/* Adds a message, whose memory the run borrows. False: the run has to be sent first. */
bool kc_run_add(struct kc_run *run, const struct kc_producer *p, const struct kc_message *m);
/* kc_producer_send() for a run, which is empty afterwards. Negative: those behind the first one not taken may be taken. */
kc_status kc_producer_send_run(struct kc_producer *p, struct kc_run *run, struct kc_error *err);
/* One record into the offset topic through `txn`. Key and value are copied. */
kc_status kc_producer_send_position(struct kc_producer *p, rd_kafka_topic_t *topic, int32_t partition,
                                    const char *key, size_t key_len, const void *value, size_t value_len,
                                    struct kc_error *err);

/* Serves delivery reports for up to timeout_ms and tells of the first delivery that failed since the start. */
kc_status kc_producer_serve(struct kc_producer *p, int timeout_ms, struct kc_error *err);
/*
 * The failed delivery behind an error of the transaction, whose report may be a moment behind it; KC_OK: there is none.
 */
kc_status kc_producer_cause(struct kc_producer *p, struct kc_error *err);
/* Waits until everything sent through `data` is acknowledged. KC_ERR_RETRY: not within timeout_ms. */
kc_status kc_producer_flush(struct kc_producer *p, int timeout_ms, struct kc_error *err);

#endif
